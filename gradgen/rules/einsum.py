"""Einsum: what its subscripts say, and the products of its backward pass, as matrix products where they are some."""

from __future__ import annotations

from collections.abc import Sequence

from gradgen.ir.nodes import Call, Const, Expr
from gradgen.rules.site import Shape, Site

SPARE = "ZYXWVUTS"  # for the axes behind an ellipsis


def parts_of(expr: Expr) -> tuple[list[str], str] | None:
    """The parts of subscripts as they are written: those of the operands, and of the output; None if they are not literal.

    >>> parts_of(Const("'ij, jk'")), parts_of(Const("'...i,i'"))
    ((['ij', 'jk'], 'ik'), (['...i', 'i'], '...'))
    """
    if not isinstance(expr, Const) or not isinstance(expr.value, str):
        return None
    left, arrow, output = expr.value.replace(" ", "").partition("->")
    bare = left.replace("...", "")
    if not arrow:
        output = "..." * ("..." in left) + "".join(sorted(c for c in set(bare) if bare.count(c) == 1 and c != ","))
    inputs = left.split(",")
    parts = [part.replace("...", "", 1) for part in (*inputs, output)]
    plain = all(part.isalpha() or not part for part in parts) and len(set(parts[-1])) == len(parts[-1])
    return (inputs, output) if plain and set(parts[-1]) <= set(bare) else None


def is_plain(found: dict[str, Expr]) -> bool:
    """Whether subscripts are literal and have as many parts as there are operands; a letter that an operand has twice has its places side by side."""
    said, operands = parts_of(found["subscripts"]), found["x"]
    if said is None or not isinstance(operands, Call) or operands.fn != "tuple" or len(said[0]) != len(operands.args):
        return False
    return all(
        part.count(c) < 3 and (part.count(c) < 2 or c + c in part) for part in said[0] for c in set(part) - {"."}
    )


def letters(site: Site) -> tuple[list[str], str] | None:
    """The letters of each operand and of the output, an ellipsis written out; None where ranks are not known."""
    inputs, output = parts_of(site.found["subscripts"])
    if not any("..." in part for part in inputs):
        return inputs, output
    shapes = [site.sizes.of(operand) for operand in site.found["x"].args]
    if any(isinstance(s, str) for s, part in zip(shapes, inputs, strict=True) if "..." in part):
        return None
    taken = set("".join(inputs))
    spare = [c for c in SPARE if c not in taken]
    behind = [len(s) - len(part) + 3 if "..." in part else 0 for s, part in zip(shapes, inputs, strict=True)]
    most = spare[: max(behind)]
    written = [part.replace("...", "".join(most[len(most) - n :])) for part, n in zip(inputs, behind, strict=True)]
    return written, output.replace("...", "".join(most))


def einsum_shape(site: Site) -> Shape:
    """One axis for each letter of the output."""
    if (said := letters(site)) is None:
        return site.sizes.fresh_shape()
    inputs, output = said
    sizes: dict[str, str] = {}
    for part, operand in zip(inputs, site.found["x"].args, strict=True):
        shape = site.sizes.ranked(operand, len(part))
        for letter, dim in zip(part, shape if len(shape) == len(part) else (), strict=False):
            if letter in SPARE and sizes.get(letter, dim) != dim and "1" in (sizes[letter], dim):
                dim = sizes[letter] = (
                    dim if sizes[letter] == "1" else sizes[letter]
                )  # behind an ellipsis sizes broadcast
            site.sizes.equal(sizes.setdefault(letter, dim), dim)
    return tuple(sizes[c] if c in sizes else site.sizes.fresh_dim() for c in output)


def einsum_back(site: Site):
    """the einsum with the gradient in the operand's place, or the matrix product that it is"""
    if (said := letters(site)) is None:
        site.refuse("the ranks of its operands")
    inputs, output = said
    own = "".join(dict.fromkeys(inputs[site.part]))  # a letter that is there twice: the diagonal
    others = [s for i, s in enumerate(inputs) if i != site.part]
    there = "".join(c for c in own if c in output or any(c in s for s in others))
    names = ["dy" if i == site.part else f"part{i}" for i in range(len(inputs))]
    parts = [output if i == site.part else s for i, s in enumerate(inputs)]
    text = moved(output, there) if len(inputs) == 1 else product(names, parts, there)
    if len(there) < len(own) and there:  # along what only this operand has the gradient is the same
        text += f"[{', '.join(':' if c in there else 'None' for c in own)}]"
    if len(own) < len(inputs[site.part]):
        text = f"scatter({text}, entries[{', '.join(diagonal(inputs[site.part]))}])"
    elif any(c in SPARE for c in own) and site.shape_of_part() != tuple(site.sizes.dim(d) for d in sizes_of(site, own)):
        text = f"parts.unbroadcast({text}, x)"
    return text, {f"part{i}": part for i, part in enumerate(site.found["x"].args)}


def moved(output: str, there: str) -> str:
    """The gradient with its axes put in another order, as text."""
    if there == output:
        return "dy"
    return "dy.T" if there == output[::-1] else f"np.transpose(dy, {tuple(map(output.index, there))})"


def diagonal(letters: str) -> list[str]:
    """The index of the entries that an operand with a letter twice is read at."""
    return [f"np.arange(x.shape[{i}])" if letters.count(c) > 1 else ":" for i, c in enumerate(letters)]


def product(names: Sequence[str], parts: Sequence[str], wanted: str) -> str:
    """An einsum as text; of two operands the product that it is."""
    if len(names) == 2 and all(len(set(p)) == len(p) for p in parts):
        (a, b), (x, y) = names, parts
        found = [text for text in (as_product(a, x, b, y, wanted), as_product(b, y, a, x, wanted)) if text is not None]
        if found:
            return min(found, key=len)
    return f"np.einsum('{','.join(parts)}->{wanted}', {', '.join(names)})"


def as_product(a: str, x: str, b: str, y: str, wanted: str) -> str | None:
    """``a`` with the letters x times ``b`` with y, if its axes come as wanted; None for what is no single product.

    >>> as_product("a", "bij", "b", "bkj", "bik"), as_product("a", "ij", "b", "jk", "ki"), as_product("a", "n", "b", "nd", "nd")
    ('a @ np.swapaxes(b, -1, -2)', None, 'a[:, None] * b')
    """
    if (
        {*x, *y} == set(wanted)
        and (side := [alongside(n, p, wanted) for n, p in ((a, x), (b, y))])
        and None not in side
    ):
        return (
            "np.outer(a, b)".replace("a, b", f"{a}, {b}") if (len(x), len(y)) == (1, 1) and x != y else " * ".join(side)
        )
    batch = "".join(c for c in wanted if c in x and c in y)
    gone = [c for c in x if c in y and c not in wanted]
    left, right = ([c for c in p if c in wanted and c not in batch] for p in (x, y))
    if not gone or {*x, *y} != {*gone, *wanted}:
        return None
    if batch and (len(gone), len(left), len(right)) == (1, 1, 1):
        return stacked_product(a, x, b, y, wanted, batch)
    if batch or wanted != "".join(left + right):
        return None
    if len(x) < 3 and len(y) < 3 and len(gone) == 1:
        return f"{turned(a, len(x) == 1 or x[-1] == gone[0])} @ {turned(b, len(y) == 1 or y[-1] != gone[0])}"
    axes = ", ".join(str(tuple(map(p.index, gone))) for p in (x, y))
    return f"np.tensordot({a}, {b}, axes=({axes}))"


def stacked_product(a: str, x: str, b: str, y: str, wanted: str, batch: str) -> str | None:
    """A matrix product for each of the ``batch`` letters, their axes put in front first, and back afterwards; None if b @ a is shorter.

    >>> stacked_product("a", "bhts", "b", "bshd", "bthd", "bh")
    '(a @ b.transpose(0, 2, 1, 3)).transpose(0, 2, 1, 3)'
    """
    gone, row, column = (next(c for c in p if c not in q) for p, q in ((x, wanted), (x, y), (y, x)))
    if wanted.index(row) > wanted.index(column):
        return None
    product = f"{in_front(a, x, batch, row + gone)} @ {in_front(b, y, batch, gone + column)}"
    made = batch + row + column
    if made == wanted:
        return product
    return f"({product}).transpose({', '.join(str(made.index(c)) for c in wanted)})"


def in_front(name: str, letters: str, batch: str, last: str) -> str:
    """An operand with its axes in the order of ``batch`` and then of its ``last`` two."""
    if letters[:-2] == batch:
        return turned(name, letters[-2:] == last, stacked=True)
    return f"{name}.transpose({', '.join(str(letters.index(c)) for c in batch + last)})"


def turned(name: str, fits: bool, stacked: bool = False) -> str:
    """A matrix as it is, or transposed."""
    return name if fits else f"np.swapaxes({name}, -1, -2)" if stacked else f"{name}.T"


def alongside(name: str, letters: str, wanted: str) -> str | None:
    """A factor with new axes for the letters it lacks; None where its own are in another order."""
    if [c for c in wanted if c in letters] != list(letters):
        return None
    index = [":" if c in letters else "None" for c in wanted]
    while index and index[0] == "None":
        del index[0]
    return f"{name}[{', '.join(index)}]" if "None" in index else name


def sizes_of(site: Site, own: str) -> list[str]:
    """The sizes that an operand's letters have in the output."""
    said = letters(site)
    found = dict(zip(said[1], site.out, strict=False))
    return [found.get(c, d) for c, d in zip(own, site.shape_of_part(), strict=False)]

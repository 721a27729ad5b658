"""Shapes for the inputs of which the text says none, the likeliest first."""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from gradgen.checks.extents import symbols
from gradgen.grade.inputs import Dims, Leaf
from gradgen.grade.leaves import LABELS

FLAT = re.compile(r"(b|bias|beta|gamma|db|bh|by|bx)\d*$|b[a-z]?$")
WEIGHTS = re.compile(r"\w+\[['\"]W|[Ww]\d*$|[Ww][a-z]{1,2}$|theta")
MOST_TRIALS = 500


def plans(found: list[Leaf], given: tuple[int, ...] = (), columns: bool = False) -> Iterator[list[Leaf]]:
    """The leaves with every open shape chosen, the likeliest choice first; sizes that may have to be equal, made so.
    ``given``: sizes that the text itself gives; ``columns``: whether examples are columns."""
    names = symbols(iter([d for leaf in found for d in leaf.dims or () if isinstance(d, str)]))
    pairs = [(a, b) for i, a in enumerate(names) for b in names[i + 1 :]]
    pairs.sort(key=lambda p: re.sub(r"_\d+$", "", p[0]) != re.sub(r"_\d+$", "", p[1]))
    ones = [("1", name) for name in names] if columns else []  # a network with one output
    both = [*itertools.product(pairs, ones), *itertools.combinations(pairs, 2)]
    merges = [(), *[(p,) for p in [*pairs, *ones]], *both[:60]]
    streams = [
        _opened(
            [replace(leaf, dims=merged(leaf.dims, m), bound=merged((leaf.bound,), m)[0]) for leaf in found],
            given,
            columns,
        )
        for m in merges
    ]
    yield from itertools.islice(streams[0], MOST_TRIALS // 4)
    for stream in streams[1:]:
        yield from itertools.islice(stream, 24)
    yield from itertools.islice(streams[0], MOST_TRIALS)


def merged(dims: Dims | None, pairs: tuple[tuple[str, str], ...]) -> Dims | None:
    """Dimensions with the second symbol of each pair as the first."""
    for first, second in pairs:
        dims = dims and tuple(re.sub(rf"\b{second}\b", first, d) if isinstance(d, str) else d for d in dims)
    return dims


def _opened(found: list[Leaf], given: tuple[int, ...], columns: bool) -> Iterator[list[Leaf]]:
    open_ = [leaf for leaf in found if leaf.dims is None and leaf.kind in ("array", "ints", "onehot", "bools")]
    if not open_:
        yield found
        return
    known = symbols(iter([d for leaf in found if leaf.dims for d in leaf.dims if isinstance(d, str)]))
    layers = sorted({m[1] for leaf in open_ if (m := re.fullmatch(r"[Ww](\d+)", leaf.name))})
    beside = {leaf.name: leaf.dims for leaf in found if leaf.dims}
    choices = [_candidates(leaf, known, len(open_), layers, given, columns, beside) for leaf in open_]
    yield from itertools.islice(_by_rank(found, open_, choices), MOST_TRIALS)


def narrowed(
    found: list[Leaf],
    first: Callable[[Leaf], float],
    probe: Callable[[list[Leaf]], float],
    given: tuple[int, ...],
    columns: bool,
) -> Iterator[list[Leaf]]:
    """Like `plans`, for many open leaves: each is chosen in turn, and a choice is dropped when the forward pass fails before
    the line where the next leaf is read ``first``.  ``probe(plan)`` is the line at which it fails, or infinity."""
    open_ = sorted((leaf for leaf in found if leaf.dims is None and leaf.kind in ("array", "ints")), key=first)
    known = symbols(iter([d for leaf in found if leaf.dims for d in leaf.dims if isinstance(d, str)]))
    layers = sorted({m[1] for leaf in open_ if (m := re.fullmatch(r"[Ww](\d+)", leaf.name))})
    beside = {leaf.name: leaf.dims for leaf in found if leaf.dims}
    choices = [_candidates(leaf, known, len(open_), layers, given, columns, beside) for leaf in open_]
    left = [MOST_TRIALS * 2]

    def go(chosen: tuple[Dims, ...]) -> Iterator[list[Leaf]]:
        dims = [*chosen, *[c[0] for c in choices[len(chosen) :]]]
        table = {leaf.path: d for leaf, d in zip(open_, dims)}
        plan = [replace(leaf, dims=table.get(leaf.path, leaf.dims)) for leaf in found]
        if chosen:
            left[0] -= 1
            line = probe(plan) if left[0] > 0 else -1
            if line < (first(open_[len(chosen)]) if len(chosen) < len(open_) else float("inf")):
                return
        if len(chosen) == len(open_):
            yield plan
            return
        for choice in choices[len(chosen)]:
            yield from go((*chosen, choice))

    if len(open_) > 2:
        yield from itertools.islice(go(()), 60)


def _by_rank(found: list[Leaf], open_: list[Leaf], choices: list[list[Dims]]) -> Iterator[list[Leaf]]:
    """Products of choices, those whose places add up to least first."""
    longest = sum(len(c) - 1 for c in choices)
    for places in (p for total in range(longest + 1) for p in _places(total, [len(c) for c in choices])):
        chosen = {leaf.path: c[k] for leaf, c, k in zip(open_, choices, places)}
        yield [replace(leaf, dims=chosen.get(leaf.path, leaf.dims)) for leaf in found]


def _places(total: int, counts: list[int]) -> Iterator[tuple[int, ...]]:
    """Places in lists of these lengths that add up to a total.

    >>> list(_places(1, [2, 2]))
    [(0, 1), (1, 0)]
    """
    if not counts:
        if total == 0:
            yield ()
        return
    for first in range(min(total, counts[0] - 1) + 1):
        for rest in _places(total - first, counts[1:]):
            yield (first, *rest)


def sizes_given(tree: ast.Module, node: ast.FunctionDef) -> tuple[int, ...]:
    """The sizes that a text gives names which a function reads: ``hidden_size = 5``."""
    read = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    found = []
    for stmt in tree.body:
        if isinstance(stmt, ast.Assign) and isinstance(stmt.value, ast.Constant) and type(stmt.value.value) is int:
            if 1 < stmt.value.value <= 64 and read & {t.id for t in stmt.targets if isinstance(t, ast.Name)}:
                found.append(stmt.value.value)
    return tuple(dict.fromkeys(found))


def weights_left(tree: ast.Module) -> bool:
    """Whether examples are columns: weights stand on the left of products."""
    left = right = 0
    for n in ast.walk(tree):
        if isinstance(n, ast.BinOp) and isinstance(n.op, ast.MatMult):
            sides = [n.left, n.right]
        elif isinstance(n, ast.Call) and getattr(n.func, "attr", "") in ("dot", "matmul") and n.args:
            sides = [n.func.value, n.args[0]] if len(n.args) == 1 else n.args[:2]
        else:
            continue
        names = [ast.unparse(side) for side in sides]
        left += bool(WEIGHTS.match(names[0]))
        right += bool(WEIGHTS.match(names[1]))
    return left > right


def _candidates(
    leaf: Leaf,
    known: list[str],
    many: int,
    layers: list[str],
    given: tuple[int, ...],
    columns: bool,
    beside: dict[str, Dims],
) -> list[Dims]:
    """Shapes that an open leaf may have; ``beside`` are those of others that are known."""
    likely = list(dict.fromkeys(bias_of(leaf.name, beside, columns)))
    others = _free_candidates(leaf, known, many, layers, given, columns)
    return [*likely, *[dims for dims in others if dims not in likely]]


def bias_of(name: str, beside: dict[str, Dims], columns: bool) -> Iterator[Dims]:
    """Shapes of a bias, beside the matrix that it belongs to by its name: ``b1`` to ``W1``, ``by`` to ``Wya``."""
    for other, dims in beside.items() if name[0] in "bB" else ():
        if other[0] in "wW" and other[1:].startswith(name[1:]) and len(dims) == 2:
            yield from [(dims[0], 1), (dims[0],)] if columns else [(dims[1],), (1, dims[1])]


def _free_candidates(
    leaf: Leaf, known: list[str], many: int, layers: list[str], given: tuple[int, ...], columns: bool
) -> list[Dims]:
    """Shapes that an open leaf may have, by its name alone."""
    plain = [k for k in known if k.isidentifier()]
    base: list[str | int] = [
        *given,
        *plain,
        *[s for s in ("n", "d", "m", "k")[: 3 if many > 1 else 2] if s not in plain],
    ]
    flat, square = [(s,) for s in base], [(s, t) for s in base for t in base if s != t]
    number = re.search(r"(\d+)$", leaf.name)
    if number and leaf.name[0] in "Ww":  # the layers of a network
        k = int(number[1])
        before = plain if plain and k == 1 else [f"n{k - 1}"]
        last = [("1", s) for s in before] if k > 1 and number[1] == layers[-1] else []  # a network with one output
        return [*[(f"n{k}", s) for s in before], *last, *[(s, f"n{k}") for s in before]]
    if number and leaf.name[0] in "bB":
        own = [f"n{number[1]}"]
        flats = [*plain, *own] if plain else own
        shapes = [[(s,) for s in flats], [(s, 1) for s in flats], [(1, s) for s in flats]]
        if layers and number[1] == layers[-1]:
            shapes[1] += [("1", 1)]
        shapes = [shapes[1], shapes[0], shapes[2]] if columns else shapes
        return [shape for some in shapes for shape in some]
    if columns and leaf.name in LABELS and not layers:
        return [*[("1", s) for s in base], *square, *flat]
    if layers and leaf.name in LABELS:  # beside the last layer's output
        single = [("1", s) for s in base] if columns else []
        return [(f"n{layers[-1]}", "m"), ("m", f"n{layers[-1]}"), ("m",), *single, *square]
    if leaf.name in ("X", "x", "A0") and not plain:
        square = [("n0", "m"), ("m", "n0"), *square]
    if leaf.name in ("theta", "w") and not columns:
        square, flat = [], [*flat, *square]
    if leaf.kind == "ints":
        return [*flat, *square, (), (1,)]
    first = [*flat, (), *[(1, s) for s in base], *[(s, 1) for s in base]] if FLAT.match(leaf.name) else []
    columns = [(s, 1) for s in base]
    cubes = [(base[0], base[1], base[-1])] if len(base) > 2 else []
    return [*first, *([] if first else [*square, *flat]), (), *cubes, ("N", "C", "H", "W"), *([] if first else columns)]

"""Templates that put a value at hand into a line: other names, and factors, divisions and terms that a term lacks.

What a term may lack is a table: ``(values, form)``, where the form has ``@`` for the term and ``{}`` for a value.
"""

from __future__ import annotations

import ast
import itertools
from collections.abc import Callable, Iterable, Iterator

import numpy as np

from gradgen.grade import needed
from gradgen.grade.edits import Edit, Scope, Template, is_term, parsed, placed, readable

MODULES = ("np", "math", "numpy")
Values = Callable[[Scope], Iterable[str]]


# values at hand, as texts


def sizes(scope: Scope) -> list[str]:
    """Numbers of examples and the like: two texts at most for each size, names before shapes."""
    named = [(n, v) for n, v in scope.values.items() if type(v) is int and v > 1 and n.isidentifier()]
    arrays = [(n, v) for n, v in scope.values.items() if isinstance(v, np.ndarray) and is_variable(n)]
    shapes = [(f"{n}.shape[{k}]", v.shape[k]) for n, v in arrays for k in range(min(v.ndim, 2))]
    texts: dict[int, list[str]] = {}
    for text, size in [*named, *shapes, *((f"{n}.size", v.size) for n, v in arrays)]:
        texts.setdefault(size, []).append(text)
    return [text for some in texts.values() for text in some[:2]]


def is_variable(name: str) -> bool:
    """Whether a text is a name, or a field of the instance."""
    return name.removeprefix("self.").isidentifier()


def once(scope: Scope) -> Iterable[str]:
    """For a form without a value."""
    return ("",)


def reals(scope: Scope) -> Iterable[str]:
    """Real numbers and arrays."""
    return [n for n, v in scope.values.items() if readable(n) and isinstance(v, (float, np.ndarray, np.floating))]


def regularisers(scope: Scope) -> Iterable[str]:
    return [n for n in reals(scope) if n in scope.regularisers]


def pairs(scope: Scope) -> Iterable[str]:
    """Differences of two arrays of one shape, no gradients."""
    arrays = {n: v for n, v in scope.values.items() if readable(n) and isinstance(v, np.ndarray) and v.ndim}
    some = [n for n in arrays if n[:1] != "d"][:6]
    both = [(a, b) for a, b in itertools.permutations(some, 2) if arrays[a].shape == arrays[b].shape]
    return [f"({a} - {b})" for a, b in both]


def left_unused(scope: Scope) -> Iterable[str]:
    """What a line computes and no line reads."""
    return sorted(scope.unused & set(scope.values))


def unused_values(scope: Scope) -> Iterable[str]:
    return [n for n in left_unused(scope) if kind_of(frozenset((n,)), scope) != "count"]


# what a term lacks


def filling(*rows: tuple[Values, str], said: str = "{}") -> Template:
    """The template that puts each value into each form; ``said`` is put around the detail, with the value for ``@``."""

    def template(node: ast.expr, scope: Scope, top: bool) -> Iterator[Edit]:
        if not is_term(node, top):
            return
        arrays = any(isinstance(v, np.ndarray) for v in scope.values.values())
        for values, form in rows:
            for value in values(scope):
                text = form.replace("{}", value)
                text = text if arrays else text.replace("np.", "math.")
                lacks = said.format(missing(text.replace("@", "").strip())).replace("@", value)
                yield filled(node, text), cause_of(form, value, scope), lacks

    return template


SLOPES = (
    "(1 - {})",
    "({} > 0)",
    "(1 - {} ** 2)",
    "({} * (1 - {}))",
    "np.exp({})",
    "(2 * {})",
    "{} ** 2",
    "np.cos({})",
    "np.sin({})",
    "{} ** -0.5",
)  # usual ones
UNUSED = "`@` is never used: {}"
counts = filling((sizes, "@ / {}"), (once, "2 * @"), (once, "0.5 * @"), (sizes, "@ * {}"))
plain_factors = filling((reals, "@ * {}"), (regularisers, "@ * (2 * {})"), (reals, "@ / {}"))
added = filling((reals, "@ + {}"), (reals, "@ - {}"))
slopes = filling(*((reals, f"@ * {form}") for form in SLOPES))
differences = filling((pairs, "@ * {}"))
unused = filling(
    (left_unused, "@ * {}"), (unused_values, "@ + {}"), (left_unused, "@ / {}"), (unused_values, "@ - {}"), said=UNUSED
)


def filled(node: ast.expr, form: str) -> ast.expr:
    """An expression in the place of the ``@`` of a form: ``@ * a / b``."""
    hole = parsed(form.replace("@", "hole"))
    made = needed.put(hole, next(n for n in ast.walk(hole) if getattr(n, "id", "") == "hole"), node)
    return placed(made, node)


def missing(text: str) -> str:
    """What is said of ``* a``, ``/ b``, ``- c`` that a term lacks.

    >>> missing("* a"), missing("/ b"), missing("- c"), missing("2 *")
    ('the factor `a` is missing', 'the division by `b` is missing', 'the term `- c` is missing', 'the factor `2` is missing')
    """
    if text[0] == "/":
        return f"the division by `{text[2:]}` is missing"
    if text[0] in "+-":
        return f"the term `{text.removeprefix('+ ')}` is missing"
    return f"the factor `{text.removeprefix('* ').removesuffix(' *')}` is missing"


def cause_of(form: str, value: str, scope: Scope) -> str:
    """The cause that a missing form with this value is."""
    if not value:
        return "constant"
    if form.startswith(("@ +", "@ -")):
        return "path"
    if ".shape[" in value or value.endswith(".size"):
        return "count"
    return kind_of(frozenset((value,)), scope)


def kind_of(used: frozenset[str], scope: Scope) -> str:
    """The cause that a missing factor of these values is."""
    if used and all(isinstance(scope.values.get(name), int) for name in used):
        return "count"
    return "regulariser" if used & scope.regularisers else "factor"


# other values


def names(node: ast.expr, scope: Scope, top: bool) -> Iterator[Edit]:
    """Another variable of the same shape; gradients for gradients first."""
    yield from renamed(node, scope, True)


def other_names(node: ast.expr, scope: Scope, top: bool) -> Iterator[Edit]:
    """Another variable, of any shape."""
    yield from renamed(node, scope, False)
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id not in ("np", "math", "numpy"):
        for other in scope.containers:
            if other != node.id:
                yield parsed(other), "name", f"`{node.id}` should be `{other}`"


def renamed(node: ast.expr, scope: Scope, same: bool) -> Iterator[Edit]:
    key = ast.unparse(node) if isinstance(node, (ast.Name, ast.Attribute)) and isinstance(node.ctx, ast.Load) else ""
    if not readable(key) or key in ("np", "math", "numpy"):
        return
    own = scope.values.get(key)
    for other in sorted(scope.values, key=lambda k: (k[:1] == "d") != (key[:1] == "d")):
        if (
            other != key
            and readable(other)
            and (same or not other.endswith("]"))
            and is_kin(own, scope.values[other]) is same
        ):
            yield parsed(other), "name", f"`{key}` should be `{other}`"


def is_kin(a, b) -> bool:
    return a is not None and np.shape(a) == np.shape(b) and isinstance(a, bool) == isinstance(b, bool)


def inner_differences(node: ast.expr, scope: Scope, top: bool) -> Iterator[Edit]:
    """``(a - b)`` or ``(a + b)`` where only ``a`` is."""
    own = scope.values.get(node.id) if isinstance(node, ast.Name) else None
    if isinstance(own, (float, np.ndarray)) and not top:
        for name, value in scope.values.items():
            if name != node.id and readable(name) and np.shape(value) == np.shape(own):
                yield ast.BinOp(node, ast.Sub(), parsed(name)), "path", f"the term `- {name}` is missing"
                yield ast.BinOp(node, ast.Add(), parsed(name)), "path", f"the term `{name}` is missing"


def shapes(node: ast.expr, scope: Scope, top: bool) -> Iterator[Edit]:
    """A missing reshape to some value's shape, or to rows."""
    own = scope.values.get(node.id) if isinstance(node, ast.Name) else None
    if np.ndim(own) > 2:
        yield parsed(f"{node.id}.reshape({node.id}.shape[0], -1)"), "shape", ""
    if top and not isinstance(node, (ast.Constant, ast.Tuple)):
        for name, value in scope.values.items():
            if isinstance(value, np.ndarray) and name.isidentifier() and value.ndim:
                target = ast.parse(f"{name}.shape", mode="eval").body
                func = ast.Attribute(node, "reshape", ast.Load())
                yield ast.Call(func, [target], []), "shape", ""

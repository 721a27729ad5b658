"""Where no gradient arrives: outside the arm of an ``np.where`` a slope may be infinite, and 0 times it must stay 0."""

from __future__ import annotations

from collections.abc import Set

from gradgen.analysis.evidence import is_mask
from gradgen.analysis.infinite import is_unsafe
from gradgen.analysis.shapes import Shapes
from gradgen.ir.nodes import Call, Const, Expr

ZERO = Const("0.0")
SUMS = ("np.sum", "parts.unbroadcast", ".reshape")
Mask = tuple[Expr, bool]  # a test, and whether a gradient arrives where it holds or where it does not


def mask_of(value: Expr) -> Mask | None:
    """The mask that a contribution was made by, before it was summed.

    >>> from gradgen.ir.read import read
    >>> mask_of(read("np.where(m, 0.0, d)"))
    (Var(name='m'), False)
    """
    while isinstance(value, Call) and value.fn in SUMS:
        value = value.args[0]
    match value:
        case Call("np.where", (test, _, other)) if other == ZERO:
            return test, True
        case Call("np.where", (test, then, _)) if then == ZERO:
            return test, False
    return None


def joined(a: Mask | None, b: Mask | None, shapes: Shapes) -> Mask | None:
    """The mask of a sum of two contributions; None if it may be anywhere."""
    if a == b or a is None or b is None:
        return a if a == b else None
    if not (is_mask(a[0], shapes) and is_mask(b[0], shapes)) or a[0] == b[0]:
        return None
    either = (test if arrives else Call("~", (test,)) for test, arrives in (a, b))
    return Call("|", tuple(either)), True


def masked(value: Expr, mask: Mask | None, unsafe: Set[str]) -> Expr:
    """A contribution without what a slope that is infinite, or no number, makes of no gradient."""
    if mask is None or not is_unsafe(value, unsafe):
        return value
    test, arrives = mask
    return Call("np.where", (test, value, ZERO) if arrives else (test, ZERO, value))


def is_chosen(expr: Expr) -> bool:
    """Whether an expression has an ``np.where`` in it."""
    return isinstance(expr, Call) and (expr.fn == "np.where" or any(map(is_chosen, expr.args)))

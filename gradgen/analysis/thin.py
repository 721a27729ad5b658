"""Thin gradients (of size 1 along some axes) made full."""

from __future__ import annotations

from gradgen.ir.nodes import ZERO, Call, Const, Expr, Var


def like(value: Expr, name: str) -> Expr:
    """A thin value in the full shape of ``name``, in memory of its own."""
    if value == ZERO:
        return Call("np.zeros_like", (Var(name),))
    ones = Call("np.ones_like", (Var(name),))
    if value == Const("1.0"):
        return ones
    match value:
        case Call("/", (Const("1.0"), size)):
            return Call("/", (ones, size))
    return Call("*", (ones, value))

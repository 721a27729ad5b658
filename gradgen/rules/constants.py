"""Constant operands: what counts as one, and its value where that is safe to work out."""

from __future__ import annotations

import math

from gradgen.ir.nodes import Call, Const, Expr, Var
from gradgen.ir.write import CONSTANTS


def is_constant(expr: Expr) -> bool:
    """Literals, library constants, and arithmetic of these."""
    stack = [expr]
    while stack:
        node = stack.pop()
        if isinstance(node, Var) or (isinstance(node, Call) and not node.args and node.fn not in CONSTANTS):
            return False
        if isinstance(node, Call):
            stack.extend(node.args)
    return True


def value_of(expr: Expr) -> int | float | None:
    """The number that a constant expression stands for; None for anything that is not plain arithmetic.

    Powers are never worked out here: ``9**9**9`` must not cost anything.

    >>> from gradgen.ir.read import read
    >>> value_of(read("1/4")), value_of(read("-2")), value_of(read("9**9**9"))
    (0.25, -2, None)
    """
    if isinstance(expr, Const):
        return expr.value if type(expr.value) in (int, float) else None
    if isinstance(expr, Var):
        return None
    if not expr.args:
        return getattr(math, expr.fn.rpartition(".")[2], None)
    values = [value_of(a) for a in expr.args]
    if None in values:
        return None
    match expr.fn, values:
        case "neg", [x]:
            return -x
        case "+", terms:
            return sum(terms)
        case "*", [x, y]:
            return x * y
        case "/", [x, y] if y:
            return x / y
    return None

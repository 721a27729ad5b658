"""Through which operands of an expression a derivative flows."""

from __future__ import annotations

from collections.abc import Callable

from gradgen.ir.nodes import Call, Expr, Var
from gradgen.ir.write import COMPARISONS
from gradgen.rules.constants import is_constant
from gradgen.rules.rule import find

TESTS = frozenset(COMPARISONS) | {"compare", "not", "and", "or", "bool"}
BLOCKED = TESTS | {"stop_gradient", "len", "fstring", "format"}
INACTIVE_FUNCTIONS = frozenset(
    {"math.isnan", "math.isinf", "math.isfinite", "math.isclose", "math.gcd", "math.lcm", "math.factorial", "math.comb",
     "math.perm", "math.isqrt"}
)  # fmt: skip


def operands(expr: Call) -> tuple[tuple[Expr, bool], ...]:
    """The operands of a call, each with whether a derivative can flow through it."""
    fn, args = expr.fn, expr.args
    if fn in BLOCKED or fn in INACTIVE_FUNCTIONS:
        return tuple((a, False) for a in args)
    if fn in ("+", "list", "tuple"):
        return tuple((a, True) for a in args)
    if fn == "if":
        return (args[0], False), (args[1], True), (args[2], True)
    row = find(expr, is_constant)
    if row is None:
        return tuple((a, False) for a in args)  # text, a container: nothing that a derivative goes through
    found = row[1]
    return tuple((part, hole not in row[0].blocks) for hole, part in found.items())


def flowing(expr: Expr, active: Callable[[str], bool]) -> bool:
    """Whether a derivative flows from an active variable to the expression's value."""
    stack = [expr]
    while stack:
        node = stack.pop()
        if isinstance(node, Var):
            if active(node.name):
                return True
        elif isinstance(node, Call):
            stack.extend(part for part, flows in operands(node) if flows)
    return False

"""Gradients are numbers: a truth value that would be one is written as 1.0 or 0.0."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gradgen.ir.nodes import Add, Call, Const, Expr, If, Let, Stmt, Var
from gradgen.ir.walk import blocks, statements, with_blocks
from gradgen.ir.write import COMPARISONS

TRUTH = frozenset((*COMPARISONS, "compare", "not", "bool"))


def truth_values(body: Sequence[Stmt]) -> set[str]:
    """The names of the forward pass that hold True or False (``mask = x > 0``)."""
    found: set[str] = set()
    for s in statements(body):
        if isinstance(s, Let) and _is_truth(s.value, found):
            found.add(s.target)
        elif isinstance(s, If):
            inside = found | truth_values((*s.then, *s.orelse))
            found.update(j.target for j in s.joins if {j.then, j.orelse} & inside)
    return found


def as_numbers(body: Sequence[Stmt], truths: set[str]) -> tuple[Stmt, ...]:
    """The reverse pass with ``1.0 if mask else 0.0`` where a gradient would be the truth value ``mask``."""
    return tuple(_as_number(s, truths) for s in body)


def _as_number(s: Stmt, truths: set[str]) -> Stmt:
    if blocks(s):
        return with_blocks(s, lambda block: as_numbers(block, truths))
    return replace(s, value=_number(s.value, truths)) if isinstance(s, (Let, Add)) else s


def _number(value: Expr, truths: set[str]) -> Expr:
    """The value, in either arm of a choice too, as a number."""
    match value:
        case Const() if isinstance(value.value, bool):
            return Const(repr(float(value.value)))
        case Call("if", (test, then, orelse)):
            return Call("if", (test, _number(then, truths), _number(orelse, truths)))
    return Call("if", (value, Const("1.0"), Const("0.0"))) if _is_truth(value, truths) else value


def _is_truth(expr: Expr, truths: set[str]) -> bool:
    if isinstance(expr, Call):
        return expr.fn in TRUTH
    return expr.name in truths if isinstance(expr, Var) else isinstance(expr.value, bool)

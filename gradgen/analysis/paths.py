"""Arms of branches from which no run with a value comes: they raise, or leave None where a number is computed with later."""

from __future__ import annotations

from collections.abc import Sequence, Set

from gradgen.ir.nodes import Call, Const, For, Function, If, Keep, Let, Stmt
from gradgen.ir.walk import defined, statements, sure_reads


class Paths:
    """What is known of the arms of a function's branches."""

    def __init__(self, function: Function, active: Set[str]):
        self.none = {s.target for s in statements(function.body) if isinstance(s, Let) and s.value == Const("None")}
        self.numbers = _numbers(function.body, set(), active)

    def is_dead(self, s: If, side: str) -> bool:
        """Whether no run with a value goes through an arm, ``then`` or ``orelse``."""
        joined = {getattr(j, side) for j in s.joins if j.target in self.numbers}
        return leaves(getattr(s, side)) or bool(joined & self.none)


def leaves(body: Sequence[Stmt]) -> bool:
    """Whether every path through statements raises."""
    match body[-1:]:
        case (Keep(kind="raise"),):
            return True
        case (If(then=then, orelse=orelse),):
            return leaves(then) and leaves(orelse)
    return False


def _numbers(body: Sequence[Stmt], found: set[str], active: Set[str]) -> set[str]:
    """``found``, and the names that are computed with on every path through the block that makes them.

    A gradient is on these alone: what a path tests for None (``if mask is not None``) is none of them.
    """
    found = set(found)
    for s in reversed(body):
        match s:
            case Let(target=target, value=Call()) if target in active:
                found |= active & set(sure_reads(s))
            case If(then=then, orelse=orelse, joins=joins):
                found |= {version for j in joins if j.target in found for version in (j.then, j.orelse) if version}
                for arm in (then, orelse):
                    found |= _numbers(arm, found, active) & set(defined(arm))
            case For(body=inside):
                found |= _numbers(inside, found, active) & set(defined(inside))
    return found

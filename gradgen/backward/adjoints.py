"""The contributions of one stage: what each operand's gradient gains from the gradient on the stage's value."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from gradgen.ir.nodes import ZERO, Call, Const, Expr, Var
from gradgen.rules.constants import is_constant
from gradgen.rules.rule import contribution, find, head_of, library
from gradgen.simplify.fold import fold


def contributions(expr: Expr, out: Expr, upstream: Expr, active: Callable[[str], bool], deepest: int = 99) -> list[tuple[str, Expr]]:
    """(variable, contribution) for each active operand in order; equal ones of one variable are merged.

    ``y * y`` hands ``y * dz`` to ``y`` twice: that is ``2 * y * dz``.
    """
    return _merged(_walk(expr, out, upstream, active, deepest))


def _merged(pairs: Iterator[tuple[str, Expr]]) -> list[tuple[str, Expr]]:
    counts: dict[tuple[str, Expr], int] = {}
    for name, value in pairs:
        key = name, fold(value)
        counts[key] = counts.get(key, 0) + 1
    return [(n, fold(Call("*", (Const(str(k)), e)) if k > 1 else e)) for (n, e), k in counts.items()]


def _walk(expr: Expr, out: Expr, up: Expr, active: Callable[[str], bool], deepest: int) -> Iterator[tuple[str, Expr]]:
    if isinstance(expr, Var):
        if active(expr.name):
            yield expr.name, up
    elif isinstance(expr, Call) and expr.args:
        if expr.fn == "+":
            for term in expr.args:
                yield from _walk(term, term, up, active, deepest)
        elif expr.fn == "if":
            yield from _choice(expr, out, up, active, deepest)
        else:
            yield from _by_rule(expr, out, up, active, deepest)


def _by_rule(expr: Call, out: Expr, up: Expr, active: Callable[[str], bool], deepest: int) -> Iterator[tuple[str, Expr]]:
    row_found = find(expr, is_constant, deepest)
    if row_found is None:
        return
    row, found = row_found
    for hole, part in found.items():
        parts = part.args if isinstance(part, Call) and part.fn == "list" else (part,)
        for one in parts:
            value = contribution(row, hole, {**found, hole: one}, out, up, library(head_of(expr)))
            if value is not None:
                yield from _walk(one, one, value, active, deepest)


def _choice(expr: Call, out: Expr, up: Expr, active: Callable[[str], bool], deepest: int) -> Iterator[tuple[str, Expr]]:
    """A ternary routes: each operand gets its arm's contribution where that arm was taken, else 0."""
    test, then, orelse = expr.args
    arms = [_summed(_walk(arm, out, up, active, deepest)) for arm in (then, orelse)]
    for name in dict.fromkeys([*arms[0], *arms[1]]):
        yield name, Call("if", (test, arms[0].get(name, ZERO), arms[1].get(name, ZERO)))


def _summed(pairs: Iterator[tuple[str, Expr]]) -> dict[str, Expr]:
    sums: dict[str, list[Expr]] = {}
    for name, value in _merged(pairs):
        sums.setdefault(name, []).append(value)
    return {n: vs[0] if len(vs) == 1 else Call("+", tuple(vs)) for n, vs in sums.items()}

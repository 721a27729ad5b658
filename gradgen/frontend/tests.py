"""Conditions that the backward pass could not work out again are named, so that it replays the branch that was taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gradgen.ir.names import Names
from gradgen.ir.nodes import Call, CallPair, Expr, Function, If, Let, Origin, Stmt, Var, variables
from gradgen.ir.walk import blocks, defined, with_blocks


def keep_tests(function: Function, names: Names) -> Function:
    """Name a condition wherever a variable it reads gets a new value later, or where it calls a function."""
    last: dict[str, int] = {}
    for name in defined(function.body):
        base, _, number = name.partition("#")
        last[base] = max(last.get(base, 1), int(number or 1))
    return replace(function, body=_keep(function.body, last, names))


def _keep(body: Sequence[Stmt], last: dict[str, int], names: Names) -> tuple[Stmt, ...]:
    out: list[Stmt] = []
    for s in body:
        s = with_blocks(s, lambda block: _keep(block, last, names))
        if isinstance(s, If):
            if _must_keep(s.test, last) and any(
                isinstance(t, (Let, CallPair)) and t.at.stage or blocks(t) for t in (*s.then, *s.orelse)
            ):
                name = names.fresh("cond")
                out.append(Let(name, s.test, Origin(line=s.at.line, comments=s.at.comments)))
                s = replace(s, test=Var(name), at=replace(s.at, comments=()))
        out.append(s)
    return tuple(out)


def _must_keep(test: Expr, last: dict[str, int]) -> bool:
    for name in variables(test):
        base, _, number = name.partition("#")
        if last.get(base, 1) > int(number or 1):
            return True
    return _calls(test)


def _calls(test: Expr) -> bool:
    return isinstance(test, Call) and ("." in test.fn and bool(test.args) or any(_calls(a) for a in test.args))

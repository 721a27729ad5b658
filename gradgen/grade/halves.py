"""Which statements of a function (or script) that holds both passes belong to the forward one."""

from __future__ import annotations

import ast

from gradgen.grade.names import meant
from gradgen.grade.pairing import Pair, loss_at
from gradgen.grade.script import output_of
from gradgen.grade.watch import Body


def forward_part(pair: Pair, body: Body) -> frozenset[int]:
    """The statements of a function with both passes that belong to the forward one."""
    known = {s.key for s in body.sites} | {p.arg for p in pair.parameters}
    gradient = {s.sid for s in body.sites if meant(s.key, known - {s.key})}
    output = output_key(pair)
    last = max((s.sid for s in body.sites if s.key == output), default=-1)
    feeding = body.slice_of({output}, last) if output else set()
    return frozenset(s for s in feeding if s not in gradient and not holds_gradient(body, s, gradient))


def holds_gradient(body: Body, sid: int, gradient: set[int]) -> bool:
    stmt = body.statements[sid]
    return hasattr(stmt, "body") and any(body.ids.get(id(n)) in gradient for n in ast.walk(stmt))


def output_key(pair: Pair) -> str:
    if pair.kind == "script":
        return output_of(pair.forward_node)
    returns = [n.value for n in ast.walk(pair.forward_node) if isinstance(n, ast.Return) and n.value is not None]
    first = max(returns, key=lambda n: (isinstance(n, ast.Tuple), n.lineno), default=None)
    while isinstance(first, ast.Tuple) and first.elts:  # (loss, state), gradients
        first = first.elts[loss_at(first)]
    return ast.unparse(first) if isinstance(first, (ast.Name, ast.Attribute)) else ""


def is_backward(pair: Pair, body: Body, line: int) -> bool:
    """Whether a line of a function with both passes belongs to the backward one."""
    forward = {body.statements[s].lineno for s in forward_part(pair, body)}
    return line not in forward and any(s.lineno == line for s in body.statements)


def backward_lines(pair: Pair, body: Body) -> set[int]:
    """The lines of the backward pass that should run at some point: all but those that raise or do nothing."""
    forward = forward_part(pair, body) if pair.kind == "loss" else frozenset()
    idle = (ast.Raise, ast.Pass, ast.Assert, ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef, ast.Global)
    return {
        stmt.lineno
        for sid, stmt in enumerate(body.statements)
        if sid not in forward
        and not hasattr(stmt, "body")
        and not isinstance(stmt, idle)
        and not (pair.kind == "loss" and isinstance(stmt, ast.Return) and not isinstance(stmt.value, ast.Tuple))
        and not (isinstance(stmt, ast.Expr) and isinstance(stmt.value, ast.Constant))
    }

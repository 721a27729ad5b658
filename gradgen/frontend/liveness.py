"""Whether what a variable holds is read before the variable gets another value, by the order in which statements run."""

from __future__ import annotations

import ast
from collections.abc import Sequence

READ, GONE, KEPT, ABSENT = (
    "read",
    "gone",
    "kept",
    "absent",
)  # what comes first; ABSENT: the statement is not in this block
LEAVES = (ast.Return, ast.Raise)
DEFERRED = (ast.Lambda, ast.FunctionDef)  # read their names whenever they are called


def is_live_behind(name: str, body: Sequence[ast.stmt], node: ast.stmt) -> bool:
    """Whether what a variable holds right behind a statement of a function's body may be read.

    >>> body = ast.parse('for i in range(n):\\n    s += i\\nfor i in range(m):\\n    s += i').body
    >>> is_live_behind("i", body, body[0]), is_live_behind("s", body, body[0])
    (False, True)
    """
    if any(is_read(name, [n]) for s in body for n in ast.walk(s) if isinstance(n, DEFERRED)):
        return True
    return behind(name, body, node) in (READ, ABSENT)


def is_live_before(name: str, body: Sequence[ast.stmt], node: ast.stmt) -> bool:
    """Whether what a variable holds right before a statement of a function's body may be read.

    >>> body = ast.parse('for i in range(n):\\n    j = i\\n    s += j\\nreturn s').body
    >>> is_live_before("j", body, body[0]), is_live_before("s", body, body[0])
    (False, True)
    """
    first = fate(name, [node])
    return first == READ or first == KEPT and is_live_behind(name, body, node)


def behind(name: str, block: Sequence[ast.stmt], node: ast.stmt) -> str:
    """What happens to a variable behind a statement that stands somewhere in a block."""
    for position, statement in enumerate(block):
        found = KEPT if statement is node else ABSENT
        for part in (getattr(statement, "body", []), getattr(statement, "orelse", [])):
            found = behind(name, part, node) if found == ABSENT else found
        if found == KEPT and statement is not node and isinstance(statement, (ast.For, ast.While)):
            found = fate(name, [statement])  # the next trip
        if found != ABSENT:
            return fate(name, block[position + 1 :]) if found == KEPT else found
    return ABSENT


def fate(name: str, statements: Sequence[ast.stmt]) -> str:
    """What statements do first with the value that a variable comes with: READ it on some path, give another on every path, or neither."""
    for s in statements:
        found = _one(name, s)
        if found != KEPT:
            return found
    return KEPT


def _one(name: str, s: ast.stmt) -> str:
    match s:
        case ast.If(test=test, body=body, orelse=orelse):
            arms = {fate(name, body), fate(name, orelse)}
            return READ if is_read(name, [test]) or READ in arms else GONE if arms == {GONE} else KEPT
        case ast.For(target=target, iter=over, body=body, orelse=orelse):
            trip = GONE if binds(name, target) else fate(name, body)
            return READ if is_read(name, [over]) or READ in (trip, fate(name, orelse)) else KEPT
        case ast.While(test=test, body=body, orelse=orelse):
            return READ if is_read(name, [test]) or READ in (fate(name, body), fate(name, orelse)) else KEPT
        case ast.Break() | ast.Continue():
            return KEPT
        case ast.AugAssign(target=ast.Name(id=target)) if target == name:
            return READ
    if is_read(name, [s]):
        return READ
    targets = [n for n in ast.walk(s) if isinstance(n, ast.Name) and isinstance(n.ctx, (ast.Store, ast.Del))]
    return GONE if isinstance(s, LEAVES) or any(t.id == name for t in targets) else KEPT


def is_read(name: str, nodes: Sequence[ast.AST]) -> bool:
    return any(
        isinstance(n, ast.Name) and n.id == name and isinstance(n.ctx, ast.Load)
        for node in nodes
        for n in ast.walk(node)
    )


def binds(name: str, target: ast.expr) -> bool:
    return any(isinstance(n, ast.Name) and n.id == name and isinstance(n.ctx, ast.Store) for n in ast.walk(target))

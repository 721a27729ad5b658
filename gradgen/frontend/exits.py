"""Which statements return, and on which paths."""

from __future__ import annotations

import ast
from collections.abc import Sequence


def may_return(node: ast.stmt) -> bool:
    """Whether a return stands somewhere inside an ``if``."""
    return any(isinstance(n, ast.Return) for n in ast.walk(node))


def needs_flag(statements: Sequence[ast.stmt]) -> bool:
    """Whether some branch returns on one path and goes on, past its end, on another."""
    for position, node in enumerate(statements):
        if isinstance(node, ast.If) and may_return(node):
            rest = list(statements[position + 1 :])
            if always_exits(node.body):
                return needs_flag(node.body) or needs_flag([*node.orelse, *rest])
            if always_exits(node.orelse):
                return needs_flag([*node.body, *rest]) or needs_flag(node.orelse)
            return bool(rest) or needs_flag(node.body) or needs_flag(node.orelse)
    return False


def always_exits(statements: Sequence[ast.stmt]) -> bool:
    """Whether every path through the statements ends in return or raise."""
    for node in statements:
        if isinstance(node, (ast.Return, ast.Raise)):
            return True
        if isinstance(node, ast.If) and always_exits(node.body) and always_exits(node.orelse):
            return True
    return False

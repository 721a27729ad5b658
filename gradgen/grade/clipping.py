"""Gradients that are clipped before they are used are graded without that: the lines that clip are left out, and it is said."""

from __future__ import annotations

import ast
import copy

from gradgen.grade.names import is_upstream


def unclipped(node: ast.FunctionDef) -> tuple[ast.FunctionDef, tuple[int, ...]]:
    """(the function without lines like ``np.clip(dW, -5, 5, out=dW)``, their numbers)."""
    lines = tuple(s.lineno for s in ast.walk(node) if clips(s))
    return (without(node), lines) if lines else (node, ())


def without(stmt):
    """A statement without the clipping lines in it; a block that is left empty passes."""
    if not hasattr(stmt, "body"):
        return stmt
    made = copy.copy(stmt)
    kept = [without(s) for s in stmt.body if not clips(s)]
    made.body = kept or [ast.copy_location(ast.Pass(), stmt)]
    return made


def clips(stmt: ast.AST) -> bool:
    """Whether a statement clips a gradient in place, or under its own name, to constants."""
    call = stmt.value if isinstance(stmt, (ast.Expr, ast.Assign)) else None
    if not isinstance(call, ast.Call) or ast.unparse(call.func) not in ("np.clip", "numpy.clip") or not call.args:
        return False
    held, (name, *bounds) = {k.arg: k.value for k in call.keywords}, call.args
    target = stmt.targets[0] if isinstance(stmt, ast.Assign) else held.get("out")
    same = isinstance(name, ast.Name) and target is not None and ast.unparse(target) == name.id
    return same and is_upstream(name.id) and not any(isinstance(n, ast.Name) for b in bounds for n in ast.walk(b))

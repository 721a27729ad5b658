"""Calls that are made for their effect alone, as the assignments that they are."""

from __future__ import annotations

import ast
import copy

from gradgen.frontend.scope import Scope, canonical_import


def as_assignments(node: ast.FunctionDef, scope: Scope) -> ast.FunctionDef:
    """The function with ``a[np.arange(a.shape[0]), np.arange(a.shape[0])] = v`` for ``np.fill_diagonal(a, v)``; the very same
    where there is none.

    Of a matrix with more rows than columns the assignment raises, where the call would fill what there is.
    """
    if not any(_diagonal(n, scope) for n in ast.walk(node)):
        return node
    return _Change(scope).visit(copy.deepcopy(node))


class _Change(ast.NodeTransformer):
    def __init__(self, scope: Scope):
        self.scope = scope

    def visit_Expr(self, node: ast.Expr) -> ast.stmt:
        if not (name := _diagonal(node, self.scope)):
            return node
        module, value = node.value.func.value.id, node.value.args[1]
        places = f"{module}.arange({name}.shape[0])"
        made = ast.parse(f"{name}[{places}, {places}] = 0").body[0]
        for part in ast.walk(made):
            ast.copy_location(part, node)
        made.value = value
        return made


def _diagonal(node: ast.AST, scope: Scope) -> str:
    """The array whose diagonal a statement fills; "" for another one."""
    match node:
        case ast.Expr(
            value=ast.Call(
                func=ast.Attribute(value=ast.Name(id=module), attr="fill_diagonal"),
                args=[ast.Name(id=name), _],
                keywords=[],
            )
        ) if (canonical_import(scope.imports.get(module, "")) == "np"):
            return name
    return ""

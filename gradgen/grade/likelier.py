"""The forward pass in a likelier form: sometimes it is the one that is wrong."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator

from gradgen.grade.pairing import Pair


def forward_forms(tree: ast.Module, pair: Pair) -> Iterator[tuple[int, ast.Module, str, str]]:
    """The text with one expression of the forward pass (or of what it calls) in a likelier form."""
    known = {n.name: n for n in tree.body if isinstance(n, ast.FunctionDef)}
    wanted, queue = [pair.forward_node], [pair.forward_node]
    while queue:
        for n in ast.walk(queue.pop()):
            if isinstance(n, ast.Name) and n.id in known and known[n.id] not in wanted and n.id != pair.backward:
                wanted.append(known[n.id])
                queue.append(known[n.id])
    if pair.kind == "script" or pair.forward_node is pair.backward_node:
        return
    for node in [n for f in wanted for n in ast.walk(f)]:
        for new, why in likelier(node):
            changed = Put(node, new).visit(copy.deepcopy(tree, {id(node): node}))
            stmt = next(
                s
                for s in ast.walk(changed)
                if isinstance(s, ast.stmt) and not hasattr(s, "body") and any(x is new for x in ast.walk(s))
            )
            yield node.lineno, ast.fix_missing_locations(changed), ast.unparse(stmt), why


class Put(ast.NodeTransformer):
    """One node in the place of another."""

    def __init__(self, old: ast.AST, new: ast.AST):
        self.old, self.new = old, new

    def visit(self, node: ast.AST):
        return self.new if node is self.old else self.generic_visit(node)


def likelier(node: ast.AST) -> Iterator[tuple[ast.expr, str]]:
    """``a / (b + c)`` for ``a / b + c``; a sum over the last axis for one over everything."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        if isinstance(node.left, ast.BinOp) and isinstance(node.left.op, ast.Div):
            below = ast.BinOp(node.left.right, ast.Add(), node.right)
            made = ast.copy_location(ast.BinOp(node.left.left, ast.Div(), below), node)
            yield made, f"without parentheses `{ast.unparse(node)}` divides first"
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "np.sum" and len(node.args) == 1 and not node.keywords:
        axis = [ast.keyword("axis", ast.Constant(-1)), ast.keyword("keepdims", ast.Constant(True))]
        made = ast.copy_location(ast.Call(node.func, node.args, axis), node)
        yield made, f"`{ast.unparse(node)}` runs over the whole batch, not over each row"

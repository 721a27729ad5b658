"""Lists of so many alike numbers, ``y = [0.0] * n``, whose entries are stored one by one: arrays of one axis."""

from __future__ import annotations

import ast
import copy


def as_repeated(node: ast.FunctionDef) -> ast.FunctionDef:
    """The function with ``[c] * n`` for other spellings of a list of alike numbers that is stored into; the very same where none is.

    >>> print(ast.unparse(as_repeated(ast.parse('''
    ... def f(x):
    ...     y = [0.0 for _ in range(len(x))]
    ...     z = [0, 0, 0]
    ...     y[0] = z[0] = x[0]
    ... ''').body[0])))
    def f(x):
        y = [0.0] * len(x)
        z = [0] * 3
        y[0] = z[0] = x[0]
    """
    stored = {
        n.value.id
        for n in ast.walk(node)
        if isinstance(n, ast.Subscript) and isinstance(n.ctx, ast.Store) and isinstance(n.value, ast.Name)
    }
    lines = [n for n in ast.walk(node) if _target(n) in stored and _repeated(n.value)]
    return _Repeated(stored).visit(copy.deepcopy(node)) if lines else node


def is_repeated(node: ast.AST) -> bool:
    """Whether an expression is ``[c] * n`` with a plain number c."""
    match node:
        case ast.BinOp(left=ast.List(elts=[number]), op=ast.Mult()):
            return _number(number)
    return False


def _target(n: ast.AST) -> str:
    """The name to which a line gives a value; "" for another line."""
    match n:
        case ast.Assign(targets=[ast.Name(id=name)]):
            return name
    return ""


def _repeated(value: ast.expr) -> ast.expr | None:
    """A list of alike numbers as ``[c] * n``."""
    match value:
        case ast.ListComp(elt=elt, generators=[ast.comprehension(target=ast.Name(), iter=over, ifs=[], is_async=0)]):
            count = _count(over) if _number(elt) else None
        case ast.List(elts=[elt, _, *_] as elts) if _number(elt) and len({ast.unparse(e) for e in elts}) == 1:
            count = ast.Constant(len(elts))
        case _:
            return None
    return count and ast.fix_missing_locations(
        ast.copy_location(ast.BinOp(ast.List([elt], ast.Load()), ast.Mult(), count), value)
    )


def _count(over: ast.expr) -> ast.expr | None:
    """How many entries something has that a comprehension walks: a name, or a range from 0."""
    match over:
        case ast.Call(func=ast.Name(id="range"), args=[count], keywords=[]):
            return count
        case ast.Name():
            return ast.Call(ast.Name("len", ast.Load()), [over], [])
    return None


def _number(node: ast.expr) -> bool:
    node = node.operand if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) else node
    return isinstance(node, ast.Constant) and type(node.value) in (int, float)


class _Repeated(ast.NodeTransformer):
    def __init__(self, names: set[str]):
        self.names = names

    def visit_Assign(self, node: ast.Assign) -> ast.Assign:
        if _target(node) in self.names and (value := _repeated(node.value)) is not None:
            node.value = value
        return node

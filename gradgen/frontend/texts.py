"""Keys that are put together from text and numbers, ``params["W" + str(l)]``: what they say where the numbers are known."""

from __future__ import annotations

import ast
from collections.abc import Iterator


def spelled(node: ast.expr) -> str | int | None:
    """The text or the whole number that an expression of constants is; None for any other.

    >>> texts = ("'W' + str(2)", "'W%d' % (1 + 1)", "'b{}'.format(2)", "f'b{2}'", "'W' + str(l)")
    >>> [spelled(ast.parse(t, mode="eval").body) for t in texts]
    ['W2', 'W2', 'b2', 'b2', None]
    """
    match node:
        case ast.Constant(value=str() | int() as value) if not isinstance(value, bool):
            return value
        case ast.BinOp(left=left, op=ast.Mod(), right=ast.Tuple(elts=elts)) if isinstance(text := spelled(left), str):
            return _filled(text.__mod__, *elts)
        case ast.BinOp(left=left, op=op, right=right):
            return _together(spelled(left), op, spelled(right))
        case ast.Call(func=ast.Name(id="str"), args=[arg], keywords=[]):
            return None if (value := spelled(arg)) is None else str(value)
        case ast.Call(
            func=ast.Attribute(value=ast.Constant(value=str() as text), attr="format"), args=args, keywords=[]
        ):
            return _filled(lambda values: text.format(*values), *args)
        case ast.JoinedStr(values=values):
            parts = [spelled(v) for v in values]
            return None if None in parts else "".join(map(str, parts))
        case ast.FormattedValue(value=value, conversion=-1, format_spec=None):
            return spelled(value)
    return None


def _filled(fill, *parts: ast.expr) -> str | None:
    values = tuple(map(spelled, parts))
    try:
        return None if None in values else fill(values)
    except (TypeError, ValueError, IndexError, KeyError):
        return None


def _together(left: str | int | None, op: ast.operator, right: str | int | None) -> str | int | None:
    if left is None or right is None:
        return None
    if isinstance(left, str):
        if isinstance(op, ast.Mod):
            return _filled(left.__mod__, ast.Constant(right))
        return left + right if isinstance(op, ast.Add) and isinstance(right, str) else None
    whole = isinstance(right, int)
    return (
        left + right
        if whole and isinstance(op, ast.Add)
        else left - right if whole and isinstance(op, ast.Sub) else None
    )


def makes_text(node: ast.expr) -> bool:
    """Whether an expression puts a text together from others.

    >>> [makes_text(ast.parse(t, mode="eval").body) for t in ("'W' + str(l)", "f'W{l}'", "'W1'", "l + 1")]
    [True, True, False, False]
    """
    match node:
        case ast.JoinedStr() | ast.Call(func=ast.Name(id="str")):
            return True
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=str()), attr="format")):
            return True
        case ast.BinOp(left=left, op=ast.Add() | ast.Mod(), right=right):
            return any(makes_text(n) or isinstance(n, ast.Constant) and isinstance(n.value, str) for n in (left, right))
    return False


def made_keys(node: ast.AST) -> Iterator[ast.Subscript]:
    """The subscripts by keys that are put together."""
    return (n for n in ast.walk(node) if isinstance(n, ast.Subscript) and makes_text(n.slice))


class Spelled(ast.NodeTransformer):
    """Keys, and tests of whole numbers, as what they come out as."""

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        self.generic_visit(node)
        if makes_text(node.slice) and isinstance(key := spelled(node.slice), str):
            node.slice = ast.copy_location(ast.Constant(key), node.slice)
        return node

    def visit_If(self, node: ast.If) -> ast.stmt | list[ast.stmt]:
        self.generic_visit(node)
        match node.test:
            case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in ORDERS:
                a, b = spelled(left), spelled(right)
                if isinstance(a, int) and isinstance(b, int):
                    return node.body if ORDERS[type(op)](a, b) else node.orelse
        return node


ORDERS = {
    ast.Lt: int.__lt__,
    ast.LtE: int.__le__,
    ast.Gt: int.__gt__,
    ast.GtE: int.__ge__,
    ast.Eq: int.__eq__,
    ast.NotEq: int.__ne__,
}

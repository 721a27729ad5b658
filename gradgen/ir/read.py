"""Formula text -> expression: the one language in which rules and rewrites are written."""

from __future__ import annotations

import ast

from gradgen.ir.nodes import Call, Const, Expr, Var

BINARY = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//",
    ast.Mod: "%", ast.Pow: "**", ast.MatMult: "@",
}  # fmt: skip
UNARY = {ast.USub: "neg", ast.UAdd: "pos", ast.Not: "not"}
COMPARE = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
    ast.Is: "is", ast.IsNot: "is not", ast.In: "in", ast.NotIn: "not in",
}  # fmt: skip


def read(text: str) -> Expr:
    """The expression of a formula's text; ``np.x`` and ``math.x`` name library functions and constants.

    >>> read("np.exp(-x)")
    Call(fn='np.exp', args=(Call(fn='neg', args=(Var(name='x'),), attrs=()),), attrs=())
    """
    return _expr(ast.parse(text.strip(), mode="eval").body)


def _expr(node: ast.expr) -> Expr:
    match node:
        case ast.Name(id=name):
            return Var(name)
        case ast.Constant(value=value):
            return Const(repr(value))
        case ast.Attribute():
            return Call(ast.unparse(node), ())
        case ast.UnaryOp(op=op, operand=operand):
            return Call(UNARY[type(op)], (_expr(operand),))
        case ast.BinOp(left=left, op=op, right=right):
            return binary(BINARY[type(op)], _expr(left), _expr(right))
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            return Call(COMPARE[type(op)], (_expr(left), _expr(right)))
        case ast.BoolOp(op=op, values=values):
            return Call("and" if isinstance(op, ast.And) else "or", tuple(map(_expr, values)))
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return Call("if", (_expr(test), _expr(body), _expr(orelse)))
        case ast.Starred(value=value):
            return Call("starred", (_expr(value),))
        case ast.List(elts=elts) | ast.Tuple(elts=elts):
            return Call("list" if isinstance(node, ast.List) else "tuple", tuple(map(_expr, elts)))
        case ast.Call(func=func, args=args, keywords=[]):
            return Call(ast.unparse(func), tuple(map(_expr, args)))
    raise ValueError(f"not part of the formula language: {ast.unparse(node)}")


def binary(op: str, left: Expr, right: Expr) -> Expr:
    """A binary operation.  Sums are kept flat, ``a - b`` as ``a + (neg b)``: exactly equal in IEEE arithmetic."""
    if op not in ("+", "-"):
        return Call(op, (left, right))
    term = Call("neg", (right,)) if op == "-" else right
    terms = left.args if isinstance(left, Call) and left.fn == "+" else (left,)
    return Call("+", (*terms, term))

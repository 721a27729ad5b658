"""Formula text -> expression: the one language in which rules and rewrites are written."""

from __future__ import annotations

import ast

from gradgen.ir.nodes import Call, Const, Expr, Var

BINARY = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//",
    ast.Mod: "%", ast.Pow: "**", ast.MatMult: "@",
    ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^",
}  # fmt: skip
LIBRARY_NAMES = ("np", "math", "numpy", "gradgen", "scipy")
METHODS = (
    "reshape",
    "transpose",
    "astype",
    "copy",
    "dot",
    "sum",
)  # what a formula may call on a value; else it is a module's function
UNARY = {ast.USub: "neg", ast.UAdd: "pos", ast.Not: "not", ast.Invert: "~"}
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
            return Const("..." if value is Ellipsis else repr(value))
        case ast.Attribute(value=value, attr=attr):
            return Call(ast.unparse(node), ()) if _in_library(node) else Call(f".{attr}", (_expr(value),))
        case ast.Subscript(value=value, slice=index):
            return Call(
                "[]", (_expr(value), *(_index(i) for i in (index.elts if isinstance(index, ast.Tuple) else [index])))
            )
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
        case ast.Call(func=func, args=args, keywords=keywords):
            operands = tuple(map(_expr, [*args, *(k.value for k in keywords)]))
            attrs = (("keywords", tuple(k.arg for k in keywords)),) if keywords else ()
            if isinstance(func, ast.Attribute) and func.attr in METHODS and not _in_library(func):
                return Call(f".{func.attr}", (_expr(func.value), *operands), attrs)
            return Call(ast.unparse(func), operands, attrs)
    raise ValueError(f"not part of the formula language: {ast.unparse(node)}")


def _in_library(node: ast.expr) -> bool:
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name) and node.id in LIBRARY_NAMES


def _index(node: ast.expr) -> Expr:
    if not isinstance(node, ast.Slice):
        return _expr(node)
    return Call("slice", tuple(_expr(part) if part else OMITTED for part in (node.lower, node.upper, node.step)))


OMITTED = Call("omitted", ())  # what a slice leaves out


def binary(op: str, left: Expr, right: Expr) -> Expr:
    """A binary operation.  Sums are kept flat, ``a - b`` as ``a + (neg b)``: exactly equal in IEEE arithmetic."""
    if op not in ("+", "-"):
        return Call(op, (left, right))
    term = Call("neg", (right,)) if op == "-" else right
    terms = left.args if isinstance(left, Call) and left.fn == "+" else (left,)
    return Call("+", (*terms, term))

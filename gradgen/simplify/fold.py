"""Applying the rewrites, bottom up, until none applies."""

from __future__ import annotations

from fractions import Fraction
from functools import cache

from gradgen.ir.match import match
from gradgen.ir.nodes import Call, Const, Expr, literal, substitute
from gradgen.ir.read import read
from gradgen.ir.write import COMPARISONS
from gradgen.simplify.rewrites import REWRITES


@cache
def _rows() -> dict[str, list[tuple[Expr, Expr]]]:
    rows: dict[str, list[tuple[Expr, Expr]]] = {}
    for left, right in REWRITES:
        pattern = read(left)
        rows.setdefault(pattern.fn, []).append((pattern, read(right)))
    return rows


SIGNED = ("np.sum", ".reshape", ".T", "np.expand_dims")  # what a sign goes through


def fold(expr: Expr) -> Expr:
    """The simplest form of a gradient expression, its sign in front of the local gradient.

    >>> from gradgen.ir.read import read
    >>> from gradgen.ir.write import write_contribution as text
    >>> [text(fold(read(t))) for t in ("invden * 1.0", "z * (c * -dy)", "(1 - s) * s * 1.0", "-x / y * 1.0")]
    ['invden', '(-z * c) * dy', '(1 - s) * s', '-x / y']
    """
    return _sign_inside(_fold(expr))


def _fold(expr: Expr) -> Expr:
    if not isinstance(expr, Call) or not expr.args:
        return expr
    kept = 1 if expr.fn == "if" else 0  # a test stays as its author wrote it
    of_numbers = expr.fn.startswith("np.")
    folded = (a if of_numbers and _is_number_of_truth(a) else _fold(a) for a in expr.args[kept:])
    expr = Call(expr.fn, (*expr.args[:kept], *folded), expr.attrs)
    if (
        expr.fn in SIGNED and isinstance(expr.args[0], Call) and expr.args[0].fn == "neg"
    ):  # the sign of all entries alike
        return Call("neg", (Call(expr.fn, (expr.args[0].args[0], *expr.args[1:]), expr.attrs),))
    if (number := _product(expr)) is not None:
        return number
    for pattern, replacement in _rows().get(expr.fn, ()):
        found = match(pattern, expr, lambda e: False)
        if found is not None:
            return _fold(substitute(replacement, found))
    return expr


def _is_number_of_truth(expr: Expr) -> bool:
    """Whether an expression is ``1 * (x > 0)``: of truth values NumPy's functions make float16."""
    match expr:
        case Call("*", (Const("1" | "1.0"), Call(test))) | Call("*", (Call(test), Const("1" | "1.0"))):
            return test in COMPARISONS
    return False


def _product(expr: Call) -> Expr | None:
    """Arithmetic of two literals, ``2 * (3 * x)`` as ``6 * x``: only where nothing is rounded and the result is short."""
    match expr:
        case Call("*", (Const(a), Const(b))):
            return exact(a, b)
        case Call("*", (Const(a), Call("*", (Const(b), rest)))) if (number := exact(a, b)) is not None:
            return _fold(Call("*", (number, rest)))
        case Call("/", (Const(a), Const(b))) if b.isdigit() and int(b) in (2, 4, 8, 16):
            return exact(a, repr(1 / int(b)))
    return None


def exact(a: str, b: str) -> Const | None:
    """The product of two literals, if nothing is rounded and it is short."""
    x, y = literal(a), literal(b)
    if type(x) not in (int, float) or type(y) not in (int, float) or abs(x) > 1e6 or abs(y) > 1e6:
        return None
    product = x * y
    short = len(repr(product)) <= 6 and Fraction(x) * Fraction(y) == Fraction(product)
    return Const(repr(product)) if short else None


def _sign_inside(expr: Expr) -> Expr:
    """``-(a * b)`` as ``-a * b``: a person writes the sign at the first factor."""
    match expr:
        case Call("neg", (Call("*" | "/" as op, (left, right)),)):
            return Call(op, (_sign_inside(Call("neg", (left,))), right))
        case Call("if", (test, then, orelse)):
            return Call("if", (test, _sign_inside(then), _sign_inside(orelse)))
    return expr


def unsigned(expr: Expr) -> Expr | None:
    """The expression without its leading minus; None if it has none."""
    match expr:
        case Call("neg", (operand,)):
            return operand
        case Const(text) if text.startswith("-"):
            return Const(text[1:])
        case Call("*" | "/" as op, (left, right)) if positive := unsigned(left):
            return Call(op, (positive, right))
    return None

"""Applying the rewrites, bottom up, until none applies."""

from __future__ import annotations

from functools import cache

from gradgen.ir.match import match
from gradgen.ir.nodes import Call, Const, Expr, substitute
from gradgen.ir.read import read
from gradgen.ir.write import COMPARISONS
from gradgen.simplify.rewrites import REWRITES

TRUTH = frozenset((*COMPARISONS, "compare", "not", "bool"))


@cache
def _rows() -> dict[str, list[tuple[Expr, Expr]]]:
    rows: dict[str, list[tuple[Expr, Expr]]] = {}
    for left, right in REWRITES:
        pattern = read(left)
        rows.setdefault(pattern.fn, []).append((pattern, read(right)))
    return rows


def fold(expr: Expr) -> Expr:
    """The simplest form of a gradient expression, its sign in front of the local gradient.

    >>> from gradgen.ir.read import read
    >>> from gradgen.ir.write import write_contribution as text
    >>> [text(fold(read(t))) for t in ("invden * 1.0", "z * (c * -dy)", "(1 - s) * s * 1.0", "-x / y * 1.0")]
    ['invden', '(-z * c) * dy', '(1 - s) * s', '-x / y']
    """
    folded = _sign_inside(_fold(expr))
    if isinstance(folded, Call) and folded.fn in TRUTH:  # `x * (x > 0)`: a gradient is a number
        return Call("if", (folded, Const("1.0"), Const("0.0")))
    return folded


def _fold(expr: Expr) -> Expr:
    if not isinstance(expr, Call) or not expr.args:
        return expr
    expr = Call(expr.fn, tuple(_fold(a) for a in expr.args), expr.attrs)
    if (number := _product(expr)) is not None:
        return number
    for pattern, replacement in _rows().get(expr.fn, ()):
        found = match(pattern, expr, lambda e: False)
        if found is not None:
            return _fold(substitute(replacement, found))
    return expr


def _product(expr: Call) -> Expr | None:
    """``2 * 3`` is 6, ``2 * (3 * x)`` is ``6 * x``: small whole numbers only, so that nothing is rounded."""
    match expr:
        case Call("*", (Const(a), Const(b))) if _small(a) and _small(b):
            return Const(str(int(a) * int(b)))
        case Call("*", (Const(a), Call("*", (Const(b), rest)))) if _small(a) and _small(b):
            return Call("*", (Const(str(int(a) * int(b))), rest))
    return None


def _small(text: str) -> bool:
    return text.isdigit() and len(text) < 4


def _sign_inside(expr: Expr) -> Expr:
    """``-(a * b)`` as ``-a * b``: a person writes the sign at the first factor."""
    match expr:
        case Call("neg", (Call("*" | "/" as op, (left, right)),)):
            return Call(op, (_sign_inside(Call("neg", (left,))), right))
        case Call("+" | "if", args):
            return Call(expr.fn, tuple(_sign_inside(a) for a in args))
    return expr

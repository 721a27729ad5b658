"""Expressions as mathematics that browsers set themselves (MathML)."""

from __future__ import annotations

import re
from html import escape

from gradgen.ir.nodes import Call, Const, Expr, Var

ATOM, POWER, SIGN, TIMES, PLUS, LOOSE = 6, 5, 4, 3, 2, 1
NAMES = {"maximum": "max", "minimum": "min", "arctan": "arctan", "abs": "abs", "pi": "π", "inf": "∞"}
ENTRY = re.compile(r".+\[\d+(,\d+)*\]")
RELATIONS = {"<": "<", "<=": "≤", ">": ">", ">=": "≥", "==": "=", "!=": "≠"}


def math(*parts: str) -> str:
    """A formula of several parts, as one line."""
    return f"<math>{''.join(parts)}</math>"


def mi(name: str) -> str:
    return f"<mi>{escape(name)}</mi>"


def mo(sign: str) -> str:
    return f"<mo>{escape(sign)}</mo>"


def named(name: str) -> str:
    """A name; an entry of an array with its places as subscripts.

    >>> named("W[0,1]")
    '<msub><mi>W</mi><mn>0,1</mn></msub>'
    """
    if not ENTRY.fullmatch(name):
        return mi(name)
    array, _, places = name[:-1].rpartition("[")
    return f"<msub>{mi(array)}<mn>{places}</mn></msub>"


def partial(out: str, by: str) -> str:
    """∂out/∂by"""
    return f"<mfrac><mrow><mi>∂</mi>{mi(out)}</mrow><mrow><mi>∂</mi>{mi(by)}</mrow></mfrac>"


def of(expr: Expr) -> str:
    """An expression's mathematics."""
    return _write(expr)[0]


def _at(expr: Expr, level: int) -> str:
    text, own = _write(expr)
    return text if own >= level else f"<mrow><mo>(</mo>{text}<mo>)</mo></mrow>"


def _row(*parts: str) -> str:
    return f"<mrow>{''.join(parts)}</mrow>"


def _write(expr: Expr) -> tuple[str, int]:
    match expr:
        case Var(name):
            return named(name), ATOM
        case Const(text):
            number = text.removesuffix(".0")
            return f"<mn>{escape(number)}</mn>", SIGN if text.startswith("-") else ATOM
        case Call("+", terms):
            return _sum(terms), PLUS
        case Call("neg", (x,)):
            return _row(mo("−"), _at(x, SIGN)), SIGN
        case Call("*" | "@", (x, y)):
            return _row(_at(x, TIMES), mo("·"), _at(y, SIGN)), TIMES
        case Call("/", (x, y)):
            return f"<mfrac>{of(x)}{of(y)}</mfrac>", POWER
        case Call("**", (x, y)):
            return f"<msup>{_at(x, ATOM)}{of(y)}</msup>", POWER
        case Call(".T", (x,)):
            return f"<msup>{_at(x, ATOM)}<mi>T</mi></msup>", POWER
        case Call(fn, (x, y)) if fn in RELATIONS:
            return _row(of(x), mo(RELATIONS[fn]), of(y)), LOOSE
        case Call("if", (test, then, orelse)):
            return _row(of(then), "<mtext> if </mtext>", of(test), "<mtext>, else </mtext>", of(orelse)), LOOSE
    return _function(expr)


def _function(expr: Call) -> tuple[str, int]:
    name, args = expr.fn.split(".")[-1], [of(a) for a in expr.args]
    if name == "exp" and len(args) == 1:
        return f"<msup><mi>e</mi>{args[0]}</msup>", POWER
    if name == "sqrt" and len(args) == 1:
        return f"<msqrt>{args[0]}</msqrt>", ATOM
    if not args:
        return mi(NAMES.get(name, name)), ATOM
    return _row(mi(NAMES.get(name, name)), mo("("), mo(",").join(args), mo(")")), ATOM


def _sum(terms) -> str:
    parts = [_at(terms[0], PLUS)]
    for term in terms[1:]:
        minus = isinstance(term, Call) and term.fn == "neg"
        parts += [mo("−" if minus else "+"), _at(term.args[0] if minus else term, TIMES)]
    return _row(*parts)

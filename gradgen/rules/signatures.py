"""Rows about arrays are written with a signature, as Python writes one: ``y = np.sum(x, axis=None)``."""

from __future__ import annotations

from typing import Protocol

from gradgen.ir.nodes import Call, Expr
from gradgen.ir.read import read

Signature = tuple[tuple[str, Expr | None], ...]  # the operands in order, with their defaults


class Row(Protocol):
    """What binding asks of a row."""

    signatures: tuple[tuple[str, Signature], ...]
    adjoints: tuple
    takes: object
    parts: bool


def form_of(text: str) -> Expr:
    """A form's expression; ``.sum(x)`` is the method ``sum`` of ``x``."""
    text = text.strip()
    if not text.startswith("."):
        return read(text)
    expr = read(f"method_{text[1:]}")
    return Call(expr.fn.replace("method_", ".", 1), expr.args, expr.attrs)


def pattern_of(form: str) -> Expr:
    """The pattern of a signature form: the call over its operands, options left out."""
    expr = form_of(form)
    keywords = dict(expr.attrs).get("keywords", ())
    operands = expr.args[: len(expr.args) - len(keywords)]
    return Call(expr.fn, tuple(a.args[0] if isinstance(a, Call) and a.fn == "starred" else a for a in operands))


def signature_of(form: str) -> Signature:
    """The operands of a signature form in order, with their defaults; ``*x`` takes what is left.

    >>> signature_of("np.sum(x, axis=None)")
    (('x', None), ('axis', Const(text='None')))
    """
    expr = form_of(form)
    keywords = dict(expr.attrs).get("keywords", ())
    operands, defaults = expr.args[: len(expr.args) - len(keywords)], expr.args[len(expr.args) - len(keywords) :]
    named = [("*" + a.args[0].name if isinstance(a, Call) else a.name, None) for a in operands]
    return (*named, *zip(keywords, defaults, strict=True))


def bound(row: Row, expr: Call) -> dict[str, Expr] | None:
    """What the operands and options of a signature row stand for at a call, by Python's rules; None if it does not fit."""
    signature = dict(row.signatures).get(expr.fn)
    if signature is None:
        return None
    keywords = dict(expr.attrs).get("keywords", ())
    positional = list(expr.args[: len(expr.args) - len(keywords)])
    found: dict[str, Expr] = {}
    for name, _ in signature:
        if name.startswith("*"):
            one = positional[0] if len(positional) == 1 else None
            found[name[1:]] = one if isinstance(one, Call) and one.fn == "tuple" else Call("tuple", tuple(positional))
            positional = []
        elif positional:
            found[name] = positional.pop(0)
    named = {n.lstrip("*"): default for n, default in signature}
    for name, value in zip(keywords, expr.args[len(expr.args) - len(keywords) :], strict=True):
        if name in found or name not in named:
            return None
        found[name] = value
    for name, default in named.items():
        if name not in found and default is None:
            return None
        found.setdefault(name, default)
    if positional or row.takes is not None and not row.takes(found) or not row.parts and _has_display(row, found):
        return None
    return found


def _has_display(row: Row, found: dict[str, Expr]) -> bool:
    """Whether an operand with a gradient is a list written out, which only rows about parts know to take apart."""
    return any(isinstance(found[hole], Call) and found[hole].fn in ("list", "tuple") for hole, _ in row.adjoints)

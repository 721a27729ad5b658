"""The values that a text like ``x=3, w=[1, -2]`` spells; nothing is evaluated."""

from __future__ import annotations

import ast

FORM = "it is not of the form x=3, y=-4"


def literals(text: str) -> dict[str, object]:
    """The values by name.  Raises `ValueError`, with what is wrong, for anything else.

    >>> literals("x=3, w=[1, -2.5]")
    {'x': 3, 'w': [1, -2.5]}
    """
    values: dict[str, object] = {}
    for keyword in _keywords(text):
        if keyword.arg is None:  # **
            raise ValueError(FORM)
        if keyword.arg in values:
            raise ValueError(f"`{keyword.arg}` is given twice")
        values[keyword.arg] = _literal(keyword.value, keyword.arg)
    return values


def _keywords(text: str) -> list[ast.keyword]:
    """The text as the keyword arguments of a call, which has no others."""
    try:
        call = ast.parse(f"f({text}\n)", mode="eval").body
    except (SyntaxError, RecursionError, MemoryError, ValueError):
        raise ValueError(FORM) from None
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name) or call.args:
        raise ValueError(FORM)
    return call.keywords


def _literal(node: ast.expr, name: str) -> object:
    """The number, or nested list, tuple or dict of numbers, that an expression spells."""
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        raise ValueError(f"`{name}` must be a literal: a number, or lists of numbers") from None
    constants = (n.value for n in ast.walk(node) if isinstance(n, ast.Constant))
    if any(isinstance(c, complex | bytes) for c in constants):
        raise ValueError(f"`{name}` must be a real number, or lists of real numbers")
    return value

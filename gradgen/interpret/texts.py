"""Formatting of texts, as error messages use it: short formats and plain values only."""

from __future__ import annotations

import re

from gradgen.interpret.numbers import Numbers

SPEC = r"[^0-9{}]{0,3}[0-9]{0,2}[,_]?(\.[0-9]{1,2})?[a-zA-Z%]?"
FIELD = re.compile(r"\{\w{0,20}(:" + SPEC + r")?\}|\{\{|\}\}|[^{}]")
PERCENT = re.compile(r"%(%|[-+ #0]{0,3}[0-9]{0,2}(\.[0-9]{1,2})?[a-zA-Z])|[^%]")
LONGEST = 10_000


def printable(value, numbers: Numbers):
    """A value that may be printed: numbers as floats, short texts, small tuples; of anything else its type's name."""
    if type(value) is numbers.real:
        return numbers.as_float(value)
    if value is None or isinstance(value, (int, float, str)) and len(str(value)[:LONGEST]) < LONGEST:
        return value
    if isinstance(value, (tuple, list)) and len(value) < 100:
        return type(value)(v if isinstance(v, (int, float, str)) else type(v).__name__ for v in value)
    return f"<{type(value).__name__}>"


def percent(text: str, values, numbers: Numbers) -> str:
    """``text % values``.  Raises TypeError for formats that are not short and plain."""
    if len(text) > LONGEST or PERCENT.sub("", text):
        raise TypeError("this format is not understood here")
    many = values if isinstance(values, tuple) else (values,)
    return text % tuple(printable(v, numbers) for v in many)


def formatted(text: str, args: tuple, kwargs: dict, numbers: Numbers) -> str:
    """``text.format(*args, **kwargs)``: no attributes, no entries, short formats only."""
    if len(text) > LONGEST or FIELD.sub("", text):
        raise TypeError("this format is not understood here")
    plain = {key: printable(v, numbers) for key, v in kwargs.items()}
    return text.format(*[printable(v, numbers) for v in args], **plain)

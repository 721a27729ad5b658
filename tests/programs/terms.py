"""Expression text that knows its own value range, so that random programs stay in their domains.

A `Term` is a piece of source text together with how tightly it binds and an interval that
its value cannot leave.  The operations below build new terms and their intervals.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

TERNARY, OR, AND, NOT, COMPARE, SUM, PRODUCT, UNARY, POWER, ATOM = range(10)
INF = math.inf


@dataclass(frozen=True, slots=True)
class Term:
    """An expression's text, the interval of its value, and its precedence level."""

    text: str
    lo: float
    hi: float
    level: int = ATOM

    def at(self, level: int) -> str:
        """The text as an operand that must bind at least as tightly as ``level``."""
        return self.text if self.level >= level else f"({self.text})"

    @property
    def size(self) -> float:
        """The largest magnitude the value can have."""
        return max(abs(self.lo), abs(self.hi))

    def avoids_zero(self, margin: float = 0.05) -> bool:
        return self.lo > margin or self.hi < -margin

    def within(self, lo: float, hi: float) -> bool:
        return lo <= self.lo and self.hi <= hi


def constant(text: str) -> Term:
    """A literal (never negative: a sign is an operation)."""
    value = float(eval(text, {"__builtins__": {}}))  # our own table of literals only
    return Term(text, value, value)


def call(name: str, args: list[Term], lo: float, hi: float) -> Term:
    return Term(f"{name}({', '.join(a.text for a in args)})", lo, hi)


def add(a: Term, b: Term) -> Term:
    return Term(f"{a.at(SUM)} + {b.at(PRODUCT)}", a.lo + b.lo, a.hi + b.hi, SUM)


def sub(a: Term, b: Term) -> Term:
    return Term(f"{a.at(SUM)} - {b.at(PRODUCT)}", a.lo - b.hi, a.hi - b.lo, SUM)


def mul(a: Term, b: Term) -> Term:
    ends = [p * q for p in (a.lo, a.hi) for q in (b.lo, b.hi)]
    low = 0.0 if a.text == b.text else min(ends)
    return Term(f"{a.at(PRODUCT)} * {b.at(UNARY)}", low, max(ends), PRODUCT)


def div(a: Term, b: Term) -> Term:
    ends = [p / q for p in (a.lo, a.hi) for q in (b.lo, b.hi)]
    return Term(f"{a.at(PRODUCT)} / {b.at(UNARY)}", min(ends), max(ends), PRODUCT)


def floordiv(a: Term, b: Term) -> Term:
    quotient = div(a, b)
    return Term(f"{a.at(PRODUCT)} // {b.at(UNARY)}", quotient.lo - 1, math.ceil(quotient.hi), PRODUCT)


def mod(a: Term, b: Term) -> Term:
    return Term(f"{a.at(PRODUCT)} % {b.at(UNARY)}", min(b.lo, 0.0), max(b.hi, 0.0), PRODUCT)


def neg(a: Term) -> Term:
    return Term(f"-{a.at(POWER)}", -a.hi, -a.lo, UNARY)


def power(a: Term, exponent: Term) -> Term:
    """``a ** exponent``; the base is positive unless the exponent is a small integer constant."""
    lo, hi = power_range(a, exponent)
    return Term(f"{a.at(ATOM)} ** {exponent.at(UNARY)}", lo, hi, POWER)


def power_range(a: Term, exponent: Term) -> tuple[float, float]:
    """The interval of a power."""
    ends = [p**q for p in (a.lo, a.hi) for q in (exponent.lo, exponent.hi)]
    ends += [0.0] if a.lo < 0 < a.hi else []
    ends += [1.0] if a.lo < 1 < a.hi or exponent.lo < 0 < exponent.hi else []
    return min(ends), max(ends)


def magnitude(name: str, a: Term) -> Term:
    """``abs(a)`` under its spelling ``name``."""
    low = 0.0 if a.lo <= 0 <= a.hi else min(abs(a.lo), abs(a.hi))
    return call(name, [a], low, a.size)


def join(*terms: Term) -> tuple[float, float]:
    """The interval that holds every one of these values."""
    return min(t.lo for t in terms), max(t.hi for t in terms)


@dataclass(frozen=True, slots=True)
class Row:
    """A function of ``math``: the domain it is used on, and its range (None: monotone, from the ends)."""

    lo: float
    hi: float
    range: tuple[float, float] | None = None

    def interval(self, name: str, a: Term) -> tuple[float, float]:
        if self.range:
            return self.range
        if name == "cosh":
            return 1.0, math.cosh(a.size)
        ends = [getattr(math, name)(a.lo), getattr(math, name)(a.hi)]
        return min(ends), max(ends)


FUNCTIONS: dict[str, Row] = {
    "sin": Row(-INF, INF, (-1.0, 1.0)),
    "cos": Row(-INF, INF, (-1.0, 1.0)),
    "tan": Row(-1.3, 1.3),
    "exp": Row(-60.0, 8.0),
    "exp2": Row(-60.0, 10.0),
    "expm1": Row(-60.0, 8.0),
    "log": Row(0.02, INF),
    "log2": Row(0.02, INF),
    "log10": Row(0.02, INF),
    "log1p": Row(-0.9, INF),
    "sqrt": Row(0.01, INF),
    "cbrt": Row(0.01, INF),
    "sinh": Row(-7.0, 7.0),
    "cosh": Row(-7.0, 7.0),
    "tanh": Row(-INF, INF, (-1.0, 1.0)),
    "asin": Row(-0.95, 0.95),
    "acos": Row(-0.95, 0.95),
    "atan": Row(-INF, INF),
    "asinh": Row(-INF, INF),
    "acosh": Row(1.05, INF),
    "atanh": Row(-0.95, 0.95),
    "erf": Row(-INF, INF, (-1.0, 1.0)),
    "erfc": Row(-INF, INF, (0.0, 2.0)),
    "degrees": Row(-10.0, 10.0),
    "radians": Row(-INF, INF),
    "floor": Row(-INF, INF),
    "ceil": Row(-INF, INF),
    "trunc": Row(-INF, INF),
}

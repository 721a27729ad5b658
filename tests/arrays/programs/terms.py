"""Expressions that know their shape and the range of their entries, so that programs are well-typed and stay in every domain.

A shape is a tuple of sizes by name: ``("N", "D")``; ``"1"`` is a size of one, ``"N-1"`` what a slice leaves of N.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

Shape = tuple[str, ...]
BIG = 40.0  # beyond this an expression is brought back before it is used further
ATOM, POWER, UNARY, PRODUCT, SUM, COMPARE = 6, 5, 4, 3, 2, 1


@dataclass(frozen=True, slots=True)
class Term:
    """An expression's text, the shape of its value, the range of its entries, and how tightly it binds.

    ``fresh`` says that its value is in memory of its own.
    """

    text: str
    shape: Shape
    lo: float
    hi: float
    level: int = ATOM
    fresh: bool = True

    def at(self, level: int) -> str:
        """The text as an operand of something that binds so tightly."""
        return self.text if self.level >= level else f"({self.text})"

    @property
    def size(self) -> float:
        return max(abs(self.lo), abs(self.hi))


def together(a: Shape, b: Shape) -> Shape | None:
    """The shape that two shapes broadcast to; None if they do not."""
    longer, shorter = (a, b) if len(a) >= len(b) else (b, a)
    lead = len(longer) - len(shorter)
    out = list(longer[:lead])
    for x, y in zip(longer[lead:], shorter, strict=True):
        if x != y and "1" not in (x, y):
            return None
        out.append(y if x == "1" else x)
    return tuple(out)


def into(a: Shape, whole: Shape) -> bool:
    """Whether a shape broadcasts to ``whole`` without making it larger."""
    return together(a, whole) == whole


def number(value: float) -> Term:
    """A literal."""
    text = repr(value)
    return Term(text, (), value, value, UNARY if value < 0 else ATOM)


def add(a: Term, b: Term) -> Term:
    return Term(f"{a.at(SUM)} + {b.at(SUM + 1)}", together(a.shape, b.shape), a.lo + b.lo, a.hi + b.hi, SUM)


def subtract(a: Term, b: Term) -> Term:
    return Term(f"{a.at(SUM)} - {b.at(SUM + 1)}", together(a.shape, b.shape), a.lo - b.hi, a.hi - b.lo, SUM)


def multiply(a: Term, b: Term) -> Term:
    lo, hi = _products(a, b)
    return Term(f"{a.at(PRODUCT)} * {b.at(UNARY)}", together(a.shape, b.shape), lo, hi, PRODUCT)


def divide(a: Term, b: Term) -> Term:
    """``a / b`` for a ``b`` away from zero."""
    inverse = replace(b, lo=1 / b.hi, hi=1 / b.lo)
    lo, hi = _products(a, inverse)
    return Term(f"{a.at(PRODUCT)} / {b.at(UNARY)}", together(a.shape, b.shape), lo, hi, PRODUCT)


def negative(a: Term) -> Term:
    return Term(f"-{a.at(UNARY)}", a.shape, -a.hi, -a.lo, UNARY)


def power(a: Term, exponent: int) -> Term:
    ends = (a.lo**exponent, a.hi**exponent)
    lo = 0.0 if exponent % 2 == 0 and a.lo < 0 < a.hi else min(ends)
    return Term(f"{a.at(ATOM)} ** {exponent}", a.shape, lo, max(ends), POWER)


def call(text: str, shape: Shape, lo: float, hi: float, fresh: bool = True) -> Term:
    """A call's result."""
    return Term(text, shape, lo, hi, ATOM, fresh)


def _products(a: Term, b: Term) -> tuple[float, float]:
    ends = [x * y for x in (a.lo, a.hi) for y in (b.lo, b.hi)]
    return min(ends), max(ends)

"""Number systems: what a real number is, and the functions on it.

`FLOAT` is Python's own: what CPython gives, bit for bit.  `MP(digits)` has as many digits as
asked for; a float literal means the exact value of its double, or what its digits say
(`MP(digits, decimal=True)`: then 0.1 is a tenth); integers stay integers.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

from gradgen.interpret.errors import OutOfFuel
from gradgen.interpret.meter import CONTAINERS, MAX_BITS

MAX_PLACES = 4000


@dataclass(frozen=True, slots=True, eq=False)
class Numbers:
    """One number system.

    ``real`` is the type of its non-integers, ``make`` turns a float into one, ``as_float`` any number back; ``literal``
    is ``make`` for what is written in a text.
    ``divide``, ``floordiv``, ``mod`` and ``power`` are its operators where they are not simply Python's;
    ``functions`` are the builtins and ``math`` the module that it brings.
    """

    name: str
    real: type
    make: Callable
    as_float: Callable
    divide: Callable
    floordiv: Callable
    mod: Callable
    power: Callable
    functions: dict[str, Callable]
    math: dict[str, object]
    literal: Callable

    def take(self, value, other: Callable | None = None):
        """A value from outside, its floats made real; the very same object where nothing changes.

        ``other`` says what to do with values of other kinds.
        """
        if type(value) is float:
            return self.make(value)
        if type(value) in (list, tuple):
            items = [self.take(item, other) for item in value]
            same = all(a is b for a, b in zip(items, value, strict=True))
            return value if same else type(value)(items)
        if type(value) is dict:
            items = {key: self.take(item, other) for key, item in value.items()}
            return value if all(items[key] is value[key] for key in value) else items
        return other(value) if other is not None else value


INTEGER_FUNCTIONS = ("comb", "factorial", "gcd", "isqrt", "lcm", "perm")
REAL_FUNCTIONS = (
    "acos acosh asin asinh atan atan2 atanh cbrt ceil copysign cos cosh degrees dist erf erfc exp exp2 expm1 fabs floor "
    "fma fmod fsum gamma hypot isclose isfinite isinf isnan ldexp lgamma log log10 log1p log2 modf pow prod radians "
    "remainder sin sinh sqrt sumprod tan tanh trunc"
).split()
CONSTANTS = ("e", "inf", "nan", "pi", "tau")


def integer_functions() -> dict[str, Callable]:
    """The functions of `math` on integers, bounded: a factorial is measured before it is taken."""

    def bounded(name: str, function: Callable) -> Callable:
        def call(*args):
            if name in ("comb", "factorial", "perm") and all(isinstance(a, int) for a in args):
                factors = args[1] if len(args) > 1 else args[0] if args else 0
                if max(args, default=0).bit_length() * max(factors, 0) > MAX_BITS:
                    raise OutOfFuel(f"an integer of more than {MAX_BITS:,} bits")
            return function(*args)

        return call

    return {name: bounded(name, getattr(math, name)) for name in INTEGER_FUNCTIONS}


def common_functions(rounding: Callable) -> dict[str, Callable]:
    """The builtins that need a bound in every number system."""

    def total(items, start=0):
        if isinstance(start, CONTAINERS):
            raise TypeError("only numbers are summed here")
        return sum(items, start)

    def rounded(number, ndigits=None):
        if isinstance(ndigits, int) and abs(ndigits) > MAX_PLACES:
            raise OutOfFuel(f"rounding to more than {MAX_PLACES:,} places")
        return rounding(number, ndigits) if ndigits is not None else rounding(number)

    return {"sum": total, "round": rounded}


def _power(a, b):
    """Python's ``**``, but ValueError where Python would leave the real numbers."""
    result = a**b
    if isinstance(result, complex):
        raise ValueError("a negative number to a fractional power is not real")
    return result


FLOAT = Numbers(
    name="float",
    real=float,
    make=float,
    literal=float,
    as_float=float,
    divide=lambda a, b: a / b,
    floordiv=lambda a, b: a // b,
    mod=lambda a, b: a % b,
    power=_power,
    functions={**{f.__name__: f for f in (abs, bool, divmod, float, int, max, min)}, **common_functions(round)},
    math={
        **{name: getattr(math, name) for name in (*REAL_FUNCTIONS, *CONSTANTS) if hasattr(math, name)},
        **integer_functions(),
    },
)

_KEPT = threading.local()


def MP(digits: int, decimal: bool = False) -> Numbers:  # noqa: N802 - a number system's name, like FLOAT
    """Real numbers of so many decimal digits (one system per thread: mpmath's contexts are not shared)."""
    kept = _KEPT.__dict__.setdefault("systems", {})
    if (digits, decimal) not in kept:
        from gradgen.interpret.real import system

        plain = system(digits) if not decimal else MP(digits)
        kept[digits, decimal] = replace(plain, literal=lambda x: plain.real(repr(x))) if decimal else plain
    return kept[digits, decimal]

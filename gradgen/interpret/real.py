"""Real numbers of many digits: Python's arithmetic and the `math` module over one mpmath context.

What raises in `math` raises here.  Two rules keep the work bounded.  An argument that is
infinite or nan goes to `math` itself.  One with more than `LIMITS` bits before the point is
treated as infinite, and an infinite result then counts as an overflow.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from gradgen.interpret.numbers import Numbers, common_functions, integer_functions

LIMITS = {"exp": 40, "exp2": 40, "expm1": 40, "cosh": 40, "sinh": 40, "tanh": 40, "erf": 24, "erfc": 24, "gamma": 17}
LIMIT = 4096
DOMAINS: dict[str, Callable] = {
    "acos": lambda x: -1 <= x <= 1,
    "acosh": lambda x: x >= 1,
    "asin": lambda x: -1 <= x <= 1,
    "atanh": lambda x: -1 < x < 1,
    "gamma": lambda x: x > 0 or x != int(x),
    "lgamma": lambda x: x > 0 or x != int(x),
    "log": lambda x: x > 0,
    "log10": lambda x: x > 0,
    "log1p": lambda x: x > -1,
    "log2": lambda x: x > 0,
    "sqrt": lambda x: x >= 0,
}
QUARTER_TURNS = ("atan", "atan2", "acos", "asin")  # at infinities these give multiples of pi / 4


def system(digits: int) -> Numbers:
    """The number system with this many digits."""
    return _Real(digits).numbers()


class _Real:
    """The functions of one context; each takes and gives its ``mpf`` numbers, or integers."""

    def __init__(self, digits: int):
        from mpmath.ctx_mp import MPContext

        self.digits = digits
        self.ctx = MPContext()
        self.ctx.dps = digits
        self.mpf = self.ctx.mpf

    def numbers(self) -> Numbers:
        return Numbers(
            name=f"{self.digits} digits",
            real=self.mpf,
            make=self.mpf,
            literal=self.mpf,
            as_float=self.as_float,
            divide=self.divide,
            floordiv=self.floordiv,
            mod=self.mod,
            power=self.power,
            functions=self.builtins(),
            math=self.math(),
        )

    # conversions

    def number(self, value):
        """A real from a number; TypeError for anything else, as `math` says it."""
        if type(value) is self.mpf:
            return value
        if isinstance(value, (int, float)):
            return self.mpf(value)
        raise TypeError(f"must be real number, not {type(value).__name__}")

    def as_float(self, value) -> float:
        """The nearest float, infinite when out of range."""
        try:
            return float(value)
        except OverflowError:
            return math.inf if value > 0 else -math.inf

    def to_float(self, value=0):
        """``float(value)``; text is read as a double."""
        if isinstance(value, str):
            return self.mpf(float(value))
        if not isinstance(value, (int, self.mpf)):
            raise TypeError(f"float() argument must be a string or a real number, not '{type(value).__name__}'")
        return self.mpf(value)

    def to_int(self, value=0):
        """``int(value)``: towards zero."""
        return self.integer(value, int) if type(value) is self.mpf else int(value)

    def integer(self, x, how: Callable) -> int:
        """An integer from a real by ``how``; raises like Python for nan, infinities and the too large."""
        if not finite(x):
            return int(float(x))
        if magnitude(x) > LIMIT:
            raise OverflowError("too large to be an integer here")
        return int(how(x))

    def round(self, value, ndigits=None):
        """``round``: half to even, on the exact value."""
        if type(value) is not self.mpf:
            return round(value, ndigits)
        if ndigits is None:
            return self.integer(value, self.ctx.nint)
        if not finite(value) or abs(ndigits) > LIMIT:
            return value
        scale = self.mpf(10) ** ndigits
        return self.mpf(self.integer(value * scale, self.ctx.nint)) / scale

    # operators

    def divide(self, a, b):
        """``a / b``; two integers give a real."""
        if type(a) is int and type(b) is int:
            return self.mpf(a) / b
        return a / b if self.mpf in (type(a), type(b)) else self.number(a) / self.number(b)

    def mod(self, a, b):
        """``a % b``: Python's, with the sign of ``b``."""
        if type(a) is not self.mpf and type(b) is not self.mpf:
            return a % b
        a, b = self.number(a), self.number(b)
        if not (finite(a) and finite(b)):
            same_sign = a == 0 or (a > 0) == (b > 0)
            return a if finite(a) and b == b and same_sign else self.mpf(float(a) % float(b))
        if not b:
            raise ZeroDivisionError("float modulo")
        if magnitude(a) - magnitude(b) > LIMIT:
            raise OverflowError("too large to divide with remainder")
        return a % b

    def floordiv(self, a, b):
        """``a // b``: Python's, towards minus infinity."""
        if type(a) is not self.mpf and type(b) is not self.mpf:
            return a // b
        a, b = self.number(a), self.number(b)
        if not (finite(a) and finite(b)):
            return self.mpf(float(a) // float(b))
        return self.mpf(self.ctx.nint((a - self.mod(a, b)) / b))

    def power(self, a, b):
        """``a ** b``; ValueError where the result would be complex."""
        if type(a) is not self.mpf and type(b) is not self.mpf:
            return a ** b if not isinstance(b, int) or b >= 0 else self.number(a) ** b
        a, b = self.number(a), self.number(b)
        if not (finite(a) and finite(b)):
            return self.mpf(_real(float(a) ** float(b)))
        if not a and b < 0:
            raise ZeroDivisionError("zero to a negative power")
        if a < 0 and b != int(b):
            raise ValueError("a negative number to a fractional power is not real")
        size = abs(a)
        if size and size != 1 and magnitude(b) + magnitude(self.ctx.ln(size)) > LIMITS["exp"]:
            if (size > 1) == (b > 0):
                raise OverflowError("math range error")
            return self.mpf(0)
        return a ** (int(b) if magnitude(b) < 64 and b == int(b) else b)

    def math_pow(self, a, b):
        """``math.pow``: like ``**``, with its own exceptions."""
        try:
            return self.power(self.number(a), self.number(b))
        except ZeroDivisionError:
            raise ValueError("math domain error") from None

    # the math module

    def unary(self, name: str, compute: Callable) -> Callable:
        """The function of one real called ``name`` in `math`, with its domain and its limit."""
        domain, limit = DOMAINS.get(name), LIMITS.get(name, LIMIT)

        def call(x, /):
            x = self.number(x)
            if not finite(x):
                return self.at_infinity(name, float(x))
            if domain is not None and not domain(x):
                raise ValueError("math domain error")
            if magnitude(x) > limit:
                return self.overflow(self.at_infinity(name, math.inf if x > 0 else -math.inf))
            return compute(x)

        return call

    def at_infinity(self, name: str, *args: float):
        """What `math` says for infinite or nan arguments, with all digits of pi."""
        result = getattr(math, name, lambda *args: math.nan)(*args)
        if name in QUARTER_TURNS and result == result:
            return self.ctx.pi * round(result / (math.pi / 4)) / 4
        return self.mpf(result)

    def overflow(self, result):
        if not finite(result):
            raise OverflowError("math range error")
        return result

    def builtins(self) -> dict[str, Callable]:
        """The builtin functions that differ from Python's, and those that do not."""
        return {
            **{f.__name__: f for f in (abs, bool, max, min)},
            **common_functions(self.round),
            "divmod": lambda a, b: (self.floordiv(a, b), self.mod(a, b)),
            "float": self.to_float,
            "int": self.to_int,
        }

    def math(self) -> dict[str, object]:
        """Everything of `math` that makes sense on reals."""
        return {**self.constants(), **self.elementary(), **self.several(), **self.discrete(), **integer_functions()}

    def constants(self) -> dict[str, object]:
        pi = self.mpf(self.ctx.pi)
        return {"e": self.ctx.exp(1), "pi": pi, "tau": 2 * pi, "inf": self.mpf("inf"), "nan": self.mpf("nan")}

    def elementary(self) -> dict[str, Callable]:
        """Functions of one real."""
        ctx = self.ctx
        names = "acos acosh asin asinh atan atanh cos cosh erf erfc exp expm1 gamma log1p sin sinh sqrt tan tanh degrees radians"
        table = {name: getattr(ctx, name) for name in names.split()}
        table["exp2"] = lambda x: self.mpf(2) ** x
        table["cbrt"] = lambda x: ctx.cbrt(x) if x >= 0 else -ctx.cbrt(-x)
        table["fabs"] = abs
        table["lgamma"] = self.lgamma
        table["log2"] = lambda x: ctx.ln(x) / ctx.ln(2)
        table["log10"] = ctx.log10
        table |= {"digamma": ctx.digamma, "trigamma": lambda x: ctx.psi(1, x)}  # not of `math`: for scipy.special
        one_argument = {name: self.unary(name, function) for name, function in table.items()}
        natural = self.unary("log", ctx.ln)
        return {**one_argument, "log": lambda x, *base: self.divide(natural(x), natural(*base)) if base else natural(x)}

    def lgamma(self, x):
        """log of |gamma(x)|; below zero by reflection."""
        ctx = self.ctx
        if x > 0:
            return self.mpf(ctx.loggamma(x))
        return ctx.ln(ctx.pi) - ctx.ln(abs(ctx.sinpi(x))) - ctx.loggamma(1 - x)

    def several(self) -> dict[str, Callable]:
        """Functions of several reals."""
        number = self.number
        return {
            "atan2": self.atan2,
            "copysign": lambda x, y: -abs(number(x)) if number(y) < 0 else abs(number(x)),
            "dist": lambda p, q: self.hypot(*(number(a) - number(b) for a, b in zip(p, q, strict=True))),
            "fma": lambda x, y, z: number(x) * number(y) + number(z),
            "fmod": self.fmod,
            "fsum": lambda items: self.mpf(sum(map(number, items))),
            "hypot": self.hypot,
            "isclose": self.isclose,
            "ldexp": self.ldexp,
            "pow": self.math_pow,
            "remainder": self.remainder,
            "sumprod": lambda p, q: sum(a * b for a, b in zip(p, q, strict=True)),
        }

    def atan2(self, y, x):
        y, x = self.number(y), self.number(x)
        if finite(x) and finite(y):
            return self.ctx.atan2(y, x)
        return self.at_infinity("atan2", self.as_float(y), self.as_float(x))

    def hypot(self, *args):
        args = [self.number(a) for a in args]
        if not all(map(finite, args)):
            return self.mpf(math.hypot(*map(self.as_float, args)))
        return self.ctx.sqrt(sum((a * a for a in args), self.mpf(0)))

    def fmod(self, x, y):
        """`math.fmod`: the remainder with the sign of ``x``."""
        x, y = self.number(x), self.number(y)
        if finite(x) and y == y and not finite(y):
            return x
        if not (finite(x) and finite(y)) or not y:
            return self.mpf(math.fmod(self.as_float(x), self.as_float(y)))
        remainder = self.mod(abs(x), abs(y))
        return remainder if x >= 0 else -remainder

    def remainder(self, x, y):
        """`math.remainder`: from the nearest multiple of ``y``, ties to the even one."""
        x, y = self.number(x), self.number(y)
        if finite(x) and y == y and not finite(y):
            return x
        if not (finite(x) and finite(y)) or not y:
            return self.mpf(math.remainder(self.as_float(x), self.as_float(y)))
        rest = self.mod(abs(x), abs(y))
        other = rest - abs(y)
        odd = self.mod(self.floordiv(abs(x), abs(y)), 2) == 1
        rest = other if -other < rest or (-other == rest and odd) else rest
        return rest if x >= 0 else -rest

    def isclose(self, a, b, *, rel_tol=1e-9, abs_tol=0.0):
        a, b = self.number(a), self.number(b)
        if rel_tol < 0 or abs_tol < 0:
            raise ValueError("tolerances must be non-negative")
        if a == b:
            return True
        if not (finite(a) and finite(b)):
            return False
        return bool(abs(a - b) <= max(rel_tol * max(abs(a), abs(b)), abs_tol))

    def ldexp(self, x, i):
        if not isinstance(i, int):
            raise TypeError("Expected an int as second argument to ldexp.")
        if i.bit_length() > LIMITS["exp"]:
            return self.overflow(self.mpf(math.ldexp(self.as_float(self.number(x)), i)))
        return self.ctx.ldexp(self.number(x), i)

    def discrete(self) -> dict[str, Callable]:
        """Functions that round, and questions about a number."""

        def rounded(how: Callable, name: str) -> Callable:
            def call(x):
                if isinstance(x, int):
                    return int(x)
                x = self.number(x)
                return self.integer(x, how) if finite(x) else getattr(math, name)(float(x))

            return call

        def modf(x):
            x = self.number(x)
            if not finite(x):
                return tuple(self.mpf(part) for part in math.modf(float(x)))
            whole = self.mpf(self.integer(x, int))
            return x - whole, whole

        return {
            "floor": rounded(self.ctx.floor, "floor"),
            "ceil": rounded(self.ctx.ceil, "ceil"),
            "trunc": rounded(int, "trunc"),
            "modf": modf,
            "isnan": lambda x: self.number(x) != self.number(x),
            "isinf": lambda x: not finite(self.number(x)) and self.number(x) == self.number(x),
            "isfinite": lambda x: finite(self.number(x)),
        }


def finite(x) -> bool:
    """Whether an ``mpf`` is neither infinite nor nan."""
    _, mantissa, exponent, _ = x._mpf_
    return bool(mantissa) or not exponent


def magnitude(x) -> int:
    """How many bits an ``mpf`` has before the point (negative: zeros behind it)."""
    _, _, exponent, bits = x._mpf_
    return exponent + bits


def _real(value):
    if isinstance(value, complex):
        raise ValueError("not a real number")
    return value

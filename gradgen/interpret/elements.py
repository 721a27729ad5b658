"""Elementwise NumPy over object arrays: each function of one number, made from a number system.

Where the system's own function raises (the logarithm of zero, a division by zero) NumPy
gives an infinity or nan; so the answer is then NumPy's, for the nearest float.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gradgen.interpret.numbers import Numbers

# NumPy's name -> the name in `math`; of real arguments, whatever is given
REAL_VALUED = {
    **{
        n: n
        for n in (
            "exp expm1 exp2 log log1p log2 log10 sqrt cbrt sin cos tan sinh cosh tanh hypot copysign "
            "degrees radians fabs"
        ).split()
    },
    **{f"arc{n}": f"a{n}" for n in ("sin", "cos", "tan", "sinh", "cosh", "tanh", "tan2")},
    "deg2rad": "radians",
    "rad2deg": "degrees",
}
OBJECT_LOOPS = {  # Python's own operators, entry by entry, run by NumPy
    name: getattr(np, name)
    for name in (
        "add subtract multiply negative positive absolute equal not_equal less less_equal greater " "greater_equal"
    ).split()
}


def scalars(numbers: Numbers) -> dict[str, Callable]:
    """NumPy's name -> the function of one or two numbers of the system; some raise where NumPy does not."""
    known, make = numbers.math, numbers.make
    round_ = numbers.functions["round"]

    def real(x):
        return x if type(x) is numbers.real else make(x)

    def sign(x):
        return make((x > 0) - (x < 0)) if x == x else x

    def logaddexp(a, b):
        high, low = (a, b) if a >= b else (b, a)
        return high + known["log1p"](known["exp"](low - high)) if high != low else high + known["log"](2)

    def expit(x):
        return 1 / (1 + known["exp"](-x)) if x >= 0 else 1 - 1 / (1 + known["exp"](x))

    def xlogy(a, b):
        return a * known["log"](b) if a else make(0)

    return {
        **{name: known[other] for name, other in REAL_VALUED.items()},
        **{name: known[name] for name in ("isnan", "isinf", "isfinite", "erf", "erfc")},
        **{n: (lambda x, f=known[n]: make(f(x))) for n in ("floor", "ceil", "trunc")},
        "divide": numbers.divide,
        "power": lambda a, b: numbers.power(real(a), b),
        "floor_divide": numbers.floordiv,
        "mod": numbers.mod,
        "fmod": known["fmod"],
        "square": lambda x: x * x,
        "reciprocal": lambda x: numbers.divide(make(1), x),
        "rint": lambda x: make(round_(x)),
        "round": lambda x, places: make(round_(x, places) if places else round_(x)),
        "sign": sign,
        "maximum": lambda a, b: a if a >= b or a != a else b,
        "minimum": lambda a, b: a if a <= b or a != a else b,
        "fmax": lambda a, b: a if a >= b or b != b else b,
        "fmin": lambda a, b: a if a <= b or b != b else b,
        "heaviside": lambda a, b: make(a > 0) if a else real(b),
        "logaddexp": logaddexp,
        "expit": expit,
        "logit": lambda x: known["log"](x) - known["log1p"](-x),
        "log_expit": lambda x: -logaddexp(make(0), -x),
        "ndtr": lambda x: known["erfc"](-x / known["sqrt"](make(2))) / 2,
        "entr": lambda x: -xlogy(x, x),
        "gammaln": known["lgamma"],
        "gamma": known["gamma"],
        "digamma": known.get("digamma"),
        "psi": known.get("digamma"),
        "trigamma": known.get("trigamma"),
        "xlogy": xlogy,
        "xlog1py": lambda a, b: a * known["log1p"](b) if a else make(0),
        "betaln": lambda a, b: known["lgamma"](a) + known["lgamma"](b) - known["lgamma"](a + b),
    }


class Elements:
    """The elementwise functions of one number system over object arrays, and how arrays become such."""

    def __init__(self, numbers: Numbers):
        self.numbers = numbers
        make, kind = numbers.make, numbers.real

        def lift(x):
            return x if type(x) is kind else make(x) if isinstance(x, (int, float)) else self._inner(x)

        self.lift = np.frompyfunc(lift, 1, 1)
        self.functions = {name: self._quiet(name, f) for name, f in scalars(numbers).items()}
        self.functions |= OBJECT_LOOPS

    def _inner(self, x):
        """A number that NumPy has wrapped, as a real."""
        item = x.item()
        return item if type(item) is self.numbers.real else self.numbers.make(item)

    def is_real(self, value) -> bool:
        """Whether a value holds non-integers."""
        if isinstance(value, np.ndarray):
            return value.dtype.kind in "Of"
        return type(value) in (self.numbers.real, float) or isinstance(value, np.floating)

    def array(self, value) -> np.ndarray:
        """An array as it is held here: of the system's reals, or of integers or booleans."""
        if isinstance(value, np.ndarray) and value.dtype.kind in "Oiub":
            return value
        found = np.asarray(value)
        return self.real(found) if found.dtype.kind in "Of" else found

    def real(self, value) -> np.ndarray:
        """A fresh object array of reals."""
        found = np.asarray(value)
        if found.dtype.kind == "b":
            found = found.astype(int)
        return np.asarray(self.lift(found.astype(object)), dtype=object)

    def plain(self, value):
        """A value as an operand: lists become arrays, NumPy's scalars Python's."""
        if isinstance(value, (list, tuple, range)):
            return self.array(value)
        if isinstance(value, np.generic):
            item = value.item()
            return self.numbers.make(item) if type(item) is float else value
        if isinstance(value, np.ndarray) and value.dtype.kind == "f":
            return self.real(value)
        return value

    def apply(self, name: str, *args):
        """The elementwise function called ``name``, on arrays and numbers of any kind."""
        return self.functions[name](*map(self.plain, args))

    def arithmetic(self, name: str, own: Callable, *args):
        """Like `apply`, but integers among themselves are NumPy's to compute."""
        args = [self.plain(a) for a in args]
        return self.functions[name](*args) if any(map(self.is_real, args)) else own(*args)

    def _quiet(self, name: str, function: Callable) -> Callable:
        """The function over arrays; where it raises for a number, NumPy's answer for the nearest float."""
        make, as_float = self.numbers.make, self.numbers.as_float
        fallback = getattr(np, name, None)

        def call(*args):
            try:
                return function(*args)
            except (ValueError, OverflowError, ZeroDivisionError):
                if fallback is None:
                    raise
                return make(float(fallback(*[as_float(a) for a in args])))

        arity = 2 if name in TWO else 1
        return np.frompyfunc(call, arity, 1)


TWO = frozenset(
    "divide power floor_divide mod fmod maximum minimum fmax fmin logaddexp arctan2 hypot copysign round heaviside xlogy xlog1py betaln".split()
)

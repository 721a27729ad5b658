"""The truth: numbers of many digits that remember how they were made, so that one run gives every gradient.

The student's own forward pass runs over these numbers.  No derivative rule is used: each elementary operation's slope
is a central difference of that operation with `STEP`, exact to about forty digits; sums and products say their own.
So whatever gradgen's interpreter can run has a truth, its differentiator or not, and every value on the way has one too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np

from gradgen.interpret import MP, Numbers

DIGITS = 60
STEP = 20  # -log10 of the step of a difference
NONE = -1  # the node of a number that depends on nothing


class Tape:
    """What was computed: for each node the nodes it was made of, with the slopes by them."""

    def __init__(self):
        self.rows: list[tuple] = []
        self.recording = True

    def add(self, row: tuple) -> int:
        self.rows.append(row)
        return len(self.rows) - 1

    def gradients(self, seeds: Iterable[tuple[int, object]]) -> list:
        """The gradient of ``sum(seed * node)`` by every node of the tape."""
        found = [0] * len(self.rows)
        for node, seed in seeds:
            if node != NONE:
                found[node] += seed
        for node in range(len(self.rows) - 1, -1, -1):
            gradient = found[node]
            if gradient:
                for parent, slope in self.rows[node]:
                    found[parent] += gradient * slope
        return found


class Taped:
    """A real number with its node on a tape.  Each tape has a type of its own, made by `system`."""

    __slots__ = ("value", "node")
    tape: Tape
    make_value: Callable
    is_one_number = True
    __hash__ = None

    def __init__(self, value=0):
        if isinstance(value, Taped):
            self.value, self.node = value.value, value.node
        else:
            self.value, self.node = self.make_value(value), NONE

    @classmethod
    def of(cls, value, *parts: tuple[int, object]):
        """The number of this value, made of nodes with slopes."""
        made = cls.__new__(cls)
        made.value, made.node = value, NONE
        if cls.tape.recording:
            row = tuple([part for part in parts if part[0] != NONE])
            if row:
                made.node = cls.tape.add(row)
        return made

    @classmethod
    def leaf(cls, value):
        """A number of its own on the tape: an input, or another name for one."""
        made = cls.__new__(cls)
        made.value, made.node = cls.make_value(value), cls.tape.add(())
        return made

    def also(self):
        """The same number as a node of its own: what is due through it alone can then be told."""
        return self.of(self.value, (self.node, 1))

    def _other(self, other):
        if isinstance(other, Taped):
            return other
        if isinstance(other, np.generic):
            other = other.item()
        return type(self)(other) if isinstance(other, (int, float)) or type(other) is type(self.value) else None

    def __add__(self, other):
        b = self._other(other)
        return NotImplemented if b is None else self.of(self.value + b.value, (self.node, 1), (b.node, 1))

    def __sub__(self, other):
        b = self._other(other)
        return NotImplemented if b is None else self.of(self.value - b.value, (self.node, 1), (b.node, -1))

    def __rsub__(self, other):
        b = self._other(other)
        return NotImplemented if b is None else b - self

    def __mul__(self, other):
        b = self._other(other)
        return (
            NotImplemented if b is None else self.of(self.value * b.value, (self.node, b.value), (b.node, self.value))
        )

    __radd__, __rmul__ = __add__, __mul__

    def __truediv__(self, other):
        b = self._other(other)
        if b is None:
            return NotImplemented
        value = self.value / b.value
        return self.of(value, (self.node, 1 / b.value), (b.node, -value / b.value))

    def __rtruediv__(self, other):
        b = self._other(other)
        return NotImplemented if b is None else b / self

    def __neg__(self):
        return self.of(-self.value, (self.node, -1))

    def __pos__(self):
        return self

    def __abs__(self):
        return self if self.value >= 0 else -self

    def __bool__(self):
        return bool(self.value)

    def __float__(self):
        return float(self.value)

    def __int__(self):
        return int(self.value)

    def __repr__(self):
        return repr(float(self.value))


def _compared(name: str) -> Callable:
    def compare(self, other):
        b = self._other(other)
        return NotImplemented if b is None else getattr(self.value, name)(b.value)

    return compare


for _name in ("__lt__", "__le__", "__gt__", "__ge__", "__eq__", "__ne__"):
    setattr(Taped, _name, _compared(_name))

CHOOSING = ("max", "min", "sum", "abs")  # Python's own functions over whatever can be compared and added
PLAIN = ("bool", "int", "round", "ceil", "floor", "trunc", "isnan", "isinf", "isfinite", "isclose")


def system() -> tuple[Numbers, Tape]:
    """Numbers over a new tape, and the tape."""
    base, tape = MP(DIGITS), Tape()
    real = type("Taped", (Taped,), {"tape": tape, "make_value": staticmethod(base.make), "__slots__": ()})
    step = base.make(10) ** -STEP

    def lifted(function: Callable, smooth: bool = True) -> Callable:
        """A function of numbers, over taped ones; where it is ``smooth`` the result has slopes."""

        def call(*args, **kwargs):
            values = [a.value if isinstance(a, Taped) else a for a in args]
            value = function(*values, **kwargs)
            if not smooth or type(value) is not base.real:
                return real(value) if type(value) is base.real else value
            return real.of(value, *slopes(function, values, args))

        return call

    def slopes(function: Callable, values: list, args) -> list[tuple[int, object]]:
        found = []
        for place, given in enumerate(args):
            if isinstance(given, Taped) and given.node != NONE and tape.recording:
                by = step * max(1, abs(given.value))
                ends = []
                for x in (given.value + by, given.value - by):
                    try:
                        ends.append(function(*values[:place], x, *values[place + 1 :]))
                    except (ArithmeticError, ValueError):
                        ends.append(base.make("nan"))
                found.append((given.node, (ends[0] - ends[1]) / (2 * by)))
        return found

    def power(a, b):
        if isinstance(a, Taped) or isinstance(b, Taped):
            return lifted(base.power)(*[x if isinstance(x, Taped) else real(x) for x in (a, b)])
        return base.power(a, b)

    def divide(a, b):
        return a / b if isinstance(a, Taped) or isinstance(b, Taped) else real(base.divide(a, b))

    def wrapped(name: str, function):
        if not callable(function):
            return real(function) if type(function) is base.real else function
        if name in CHOOSING or name in ("fabs",):
            return abs if name == "fabs" else function
        return lifted(function, name not in PLAIN)

    real.__pow__ = lambda self, other: power(self, other)
    real.__rpow__ = lambda self, other: power(other, self)
    numbers = replace(
        base,
        name="taped",
        real=real,
        make=real,
        literal=real,
        as_float=lambda x: base.as_float(x.value if isinstance(x, Taped) else x),
        divide=divide,
        floordiv=lifted(base.floordiv, False),
        mod=lifted(base.mod),
        power=power,
        functions={name: wrapped(name, f) for name, f in base.functions.items()}
        | {"float": lambda x=0: x if isinstance(x, Taped) else real(base.functions["float"](x))},
        math={name: wrapped(name, f) for name, f in base.math.items()}
        | {
            "fsum": lambda items: sum(items, real(0)),
            "prod": lambda items, start=1: _product(items, start),
            "sumprod": lambda p, q: sum(a * b for a, b in zip(p, q, strict=True)),
            "hypot": lambda *args: power(sum(a * a for a in args), real(0.5)),
        },
    )
    return numbers, tape


def _product(items, start):
    for item in items:
        start = start * item
    return start

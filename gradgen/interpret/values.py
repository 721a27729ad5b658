"""What an interpreted program may call: listed builtins, listed modules, listed methods, its own functions."""

from __future__ import annotations

import ast
import functools
from collections.abc import Callable
from dataclasses import dataclass, field

from gradgen.interpret.meter import CONTAINERS, Meter
from gradgen.interpret.numbers import Numbers
from gradgen.interpret.texts import printable

EXCEPTIONS = {
    error.__name__: error
    for error in (
        *(ArithmeticError, AssertionError, Exception, FloatingPointError, IndexError, KeyError, LookupError),
        *(NotImplementedError, OverflowError, RuntimeError, TypeError, ValueError, ZeroDivisionError),
    )
}
KEYWORDS = {"isclose": {"rel_tol", "abs_tol"}, "sum": {"start"}, "prod": {"start"}, "round": {"ndigits"}}
CHEAP = ("len", "range", "bool", "slice", "str")  # they do not walk through what they are given


@dataclass(frozen=True, slots=True, eq=False)
class Builtin:
    """A listed function: bounded, pure, and reporting its decision (see `DECISIONS`) to ``trace``."""

    name: str
    function: Callable
    meter: Meter
    trace: list = field(default_factory=list)

    def call(self, args, kwargs):
        """The function's value.  Charges for the containers that it walks."""
        meter = self.meter
        if self.name not in CHEAP:
            for arg in args:
                if type(arg) is int:
                    meter.bits(arg.bit_length())
                elif isinstance(arg, CONTAINERS):
                    meter.weigh(arg)
        if kwargs and not kwargs.keys() <= KEYWORDS.get(self.name, set()):
            raise TypeError(f"{self.name}() got an unexpected keyword argument")
        result = self.function(*args, **kwargs)
        decision = DECISIONS.get(self.name)
        if decision is not None:
            self.trace.append(decision(result, args))
        return meter.sized(result)


@dataclass(frozen=True, slots=True, eq=False)
class Routine:
    """A listed function that measures and traces by itself: ``call(args, kwargs)``."""

    name: str
    call: Callable


@dataclass(frozen=True, slots=True, eq=False)
class Module:
    """A listed module: its name and its members."""

    name: str
    members: dict[str, object]


def sign(x) -> int:
    """-1, 0 or 1 (0 for nan)."""
    return (x > 0) - (x < 0)


def quotient(result, args) -> object:
    """How often ``args[1]`` was taken from ``args[0]`` to leave this remainder."""
    a, b = args
    return round(float((a - result) / b)) if b and abs(a - result) < 2**1000 * abs(b) else None


def chosen(result, args) -> object:
    """Which of the arguments the result is."""
    items = args if len(args) > 1 else list(args[0])
    return next((i for i, item in enumerate(items) if item is result), None)


def outcome(result, args) -> object:
    """The result itself."""
    return result


# What a function with steps or kinks decided: where two runs decide alike, it is smooth between them.
DECISIONS: dict[str, Callable] = {
    **dict.fromkeys(("abs", "fabs", "copysign"), lambda result, args: tuple(map(sign, args))),
    **dict.fromkeys(("bool", "ceil", "floor", "int", "isclose", "round", "trunc"), outcome),
    **dict.fromkeys(("isfinite", "isinf", "isnan"), outcome),
    **dict.fromkeys(("max", "min"), chosen),
    **dict.fromkeys(("fmod", "remainder", "%"), quotient),
    "modf": lambda result, args: result[1],
    "divmod": lambda result, args: result[0],
    "//": outcome,
}

OF_ARRAYS_ONLY = frozenset("shape ndim T dtype dot sum mean reshape astype max min".split())
METHODS: dict[type, dict[str, Callable]] = {
    list: {"append": list.append, "copy": list.copy},
    dict: {"get": dict.get, "items": lambda d: [*d.items()], "keys": lambda d: [*d], "values": lambda d: [*d.values()]},
}


def builtins(
    numbers: Numbers, meter: Meter, trace: list, operate: dict[type, Callable], hold: Callable
) -> tuple[dict[str, object], dict[str, Module]]:
    """The builtin names and the modules of a program over these numbers and operators."""

    def product(items, start=1):
        return functools.reduce(operate[ast.Mult], items, start)

    power = operate[ast.Pow]

    def listed(table: dict[str, object]) -> dict[str, object]:
        return {name: Builtin(name, v, meter, trace) if callable(v) else v for name, v in table.items()}

    plain = {
        "len": len,
        "range": range,
        "enumerate": lambda items, start=0: [*enumerate(items, start)],
        "zip": lambda *lists: [*zip(*lists, strict=False)],
        "reversed": lambda items: [*reversed(items)],
        "list": lambda items=(): [*items],
        "tuple": lambda items=(): (*items,),
        "dict": lambda items=(), **named: {**dict(items), **named},
        "all": all,
        "any": any,
        "slice": slice,
        "str": lambda value="": f"{printable(value, numbers)}",
        "print": lambda *args: None,
    }
    names = listed({**plain, **numbers.functions, "pow": power}) | EXCEPTIONS
    modules = {
        "math": listed({**numbers.math, "prod": product}),
        "gradgen": listed({"stop_gradient": hold}),
        "collections": listed({"OrderedDict": plain["dict"]}),
    }
    return names, {name: Module(name, members) for name, members in modules.items()}

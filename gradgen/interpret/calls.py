"""Calls of NumPy's functions over one number system.

In floats everything is NumPy's own.  In other systems arrays of reals are object arrays, and a
row's `many` says how.  Either way a call is first admitted (no texts, no foreign objects),
then charged, then made, then its decision is traced.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gradgen.interpret import costs
from gradgen.interpret.elements import Elements
from gradgen.interpret.meter import Meter
from gradgen.interpret.numbers import FLOAT, Numbers
from gradgen.interpret.numpy_table import CONSTANTS, DTYPES, SCIPY, TABLE, Row
from gradgen.interpret.objects import cast
from gradgen.interpret.values import Builtin, Module, Routine

HELD = frozenset(
    {np.ndarray, np.bool_, np.float16, np.float32, np.float64}
    | {getattr(np, f"{sign}int{bits}") for sign in ("", "u") for bits in (8, 16, 32, 64)}
    | {np.intc, np.longlong, np.ulonglong, np.uintc}
)
LARGEST = (1 << 63) - 1  # beyond, NumPy would hold Python's unbounded integers


@dataclass(frozen=True, slots=True, eq=False)
class Calls:
    """NumPy's functions over one number system, within one meter, on one trace."""

    numbers: Numbers
    meter: Meter
    trace: list
    elements: Elements

    @property
    def floats(self) -> bool:
        return self.numbers is FLOAT

    def routine(self, name: str, row: Row) -> Routine:
        """The function of a row, as a value of the interpreted program."""

        def run(args, kwargs):
            args = [self.admitted(a, row.text) for a in args]
            return self.run(row, args, self.keywords(kwargs))

        return Routine(name, run)

    def run(self, row: Row, args, kwargs):
        """A call with admitted arguments: charged, made, traced."""
        self.meter.spend(row.cost(*args, **kwargs))
        if self.floats:
            result = self.checked(row.own(*args, **kwargs))
        else:
            result = self.tidied(row.many(self.elements, *args, **kwargs))
        if row.decision is not None:
            self.trace.append(row.decision(result, *args, **kwargs))
        return result

    def keywords(self, kwargs: dict[str, object]) -> dict[str, object]:
        """Keyword arguments that NumPy may see; a dtype is one of the listed ones."""
        return {key: self.admitted(a, key != "dtype") for key, a in kwargs.items()}

    def admitted(self, value, text: bool = False):
        """An argument that NumPy may see.  Raises TypeError for what is neither a number, an array nor a list of these."""
        kind = type(value)
        if kind is int and not -LARGEST <= value <= LARGEST:
            raise OverflowError("an integer too large for an array")
        if kind in HELD or kind in (int, float, bool, self.numbers.real) or value is None or value is Ellipsis:
            return value
        if kind in (list, tuple):
            self.meter.spend(len(value))
            items = [self.admitted(item, text) for item in value]
            return value if all(a is b for a, b in zip(items, value, strict=True)) else kind(items)
        if kind is range:
            self.meter.items(len(value))
            return value
        if kind is slice or text and kind is str and len(value) < 200:
            return value
        found = self.dtype(value)
        if found is None:
            raise TypeError(f"not an argument for NumPy: {kind.__name__}")
        return found

    def dtype(self, value):
        """The dtype that a value of the program names; None when it names none."""
        if isinstance(value, np.dtype):
            return value
        name = (
            value if type(value) is str else getattr(value, "name", None) if type(value) in (Builtin, Routine) else None
        )
        if name not in DTYPES:
            return None
        return DTYPES[name] if name in ("floating", "integer") else np.dtype(DTYPES[name])

    def checked(self, result):
        """A result over floats; arrays of objects are none."""
        if isinstance(result, np.ndarray) and result.dtype.kind not in "fiub":
            raise TypeError(f"an array of {result.dtype}")
        if isinstance(result, int):
            self.meter.bits(result.bit_length())
        return result

    def tidied(self, result):
        """A result over objects; what is still float becomes real."""
        if isinstance(result, np.ndarray):
            return self.elements.real(result) if result.dtype.kind == "f" else self.checked_objects(result)
        if isinstance(result, (float, np.floating)):
            return self.numbers.make(float(result))
        if isinstance(result, (tuple, list)) and any(isinstance(r, np.ndarray) for r in result):
            return (
                type(result)([self.tidied(r) for r in result])
                if type(result) in (tuple, list)
                else [self.tidied(r) for r in result]
            )
        return result

    def checked_objects(self, result):
        if result.dtype.kind not in "Oiub":
            raise TypeError(f"an array of {result.dtype}")
        return result

    # modules

    def modules(self) -> dict[str, Module]:
        """``numpy``, its modules, ``scipy.special``."""
        plain = {name: self.routine(name, row) for name, row in TABLE.items()}
        constants = {name: self.numbers.math[name] for name in CONSTANTS} | {"newaxis": None}
        members = {n: v for n, v in plain.items() if "." not in n} | self.types() | constants
        modules = {"scipy.special": Module("scipy.special", {n: self.routine(n, row) for n, row in SCIPY.items()})}
        for inner in ("linalg", "fft", "random"):
            own = {n.removeprefix(f"{inner}."): v for n, v in plain.items() if n.startswith(f"{inner}.")}
            members[inner] = modules[f"numpy.{inner}"] = Module(f"numpy.{inner}", own)
        modules["numpy"] = Module("numpy", members)
        modules["scipy"] = Module("scipy", {"special": modules["scipy.special"]})
        return modules

    def types(self) -> dict[str, Routine]:
        """``np.float32`` and the like: conversions, and names of dtypes."""

        def conversion(name: str, kind: type) -> Routine:
            def run(args, kwargs):
                value = self.admitted(args[0] if args else 0)
                self.meter.spend(costs.inputs(value))
                if self.floats:
                    return self.checked(kind(value))
                result = self.elements.array(value)
                return cast(self.elements, result, kind)[()]

            return Routine(name, run)

        return {name: conversion(name, kind) for name, kind in DTYPES.items() if name not in ("float", "int", "bool")}

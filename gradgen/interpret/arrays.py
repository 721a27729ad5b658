"""NumPy for the machine: modules, operators, subscripts and attributes over one number system.

In floats everything is NumPy's own.  In other systems arrays of reals are object arrays, and a
row's `many` says how.  Either way a call is first admitted (no texts, no foreign objects),
then charged, then made, then its decision is traced.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gradgen.interpret import costs, decisions
from gradgen.interpret.elements import Elements
from gradgen.interpret.errors import Refused
from gradgen.interpret.meter import Meter
from gradgen.interpret.numbers import FLOAT, Numbers
from gradgen.interpret.numpy_table import (
    ATTRIBUTES,
    CONSTANTS,
    DTYPES,
    METHODS,
    OWN_METHODS,
    SCIPY,
    TABLE,
    Row,
)
from gradgen.interpret.values import Builtin, Module, Routine

HELD = frozenset(
    {np.ndarray, np.bool_, np.float16, np.float32, np.float64}
    | {getattr(np, f"{sign}int{bits}") for sign in ("", "u") for bits in (8, 16, 32, 64)}
    | {np.intc, np.longlong, np.ulonglong, np.uintc}
)
OPERATORS: dict[type, tuple[str, Callable, Callable]] = {  # syntax -> (row, plain, in place)
    ast.Add: ("add", operator.add, operator.iadd),
    ast.Sub: ("subtract", operator.sub, operator.isub),
    ast.Mult: ("multiply", operator.mul, operator.imul),
    ast.Div: ("divide", operator.truediv, operator.itruediv),
    ast.FloorDiv: ("floor_divide", operator.floordiv, operator.ifloordiv),
    ast.Mod: ("mod", operator.mod, operator.imod),
    ast.Pow: ("power", operator.pow, operator.ipow),
    ast.MatMult: ("matmul", operator.matmul, operator.imatmul),
    ast.BitAnd: ("bitwise_and", operator.and_, operator.iand),
    ast.BitOr: ("bitwise_or", operator.or_, operator.ior),
    ast.BitXor: ("bitwise_xor", operator.xor, operator.ixor),
    ast.LShift: ("left_shift", operator.lshift, operator.ilshift),
    ast.RShift: ("right_shift", operator.rshift, operator.irshift),
}
COMPARISONS: dict[type, str] = {
    ast.Eq: "equal",
    ast.NotEq: "not_equal",
    ast.Lt: "less",
    ast.LtE: "less_equal",
    ast.Gt: "greater",
    ast.GtE: "greater_equal",
}
LARGEST = (1 << 63) - 1  # beyond, NumPy would hold Python's unbounded integers
GENERIC = ("list", "tuple", "enumerate", "zip", "reversed", "all", "any", "max", "min", "sum")
BY_LENGTH = ("len", "bool", "range", "print", "slice", "str")  # they take arrays as they are


@dataclass(frozen=True, slots=True, eq=False)
class Arrays:
    """NumPy over one number system, within one meter, on one trace."""

    numbers: Numbers
    meter: Meter
    trace: list
    elements: Elements

    known = frozenset({*ATTRIBUTES, *METHODS, "dtype"})
    mark = staticmethod(decisions.mark)

    @property
    def floats(self) -> bool:
        return self.numbers is FLOAT

    # calls

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
        if (
            kind in HELD
            or kind in (int, float, bool, self.numbers.real)
            or value is None
            or value is Ellipsis
        ):
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
            value
            if type(value) is str
            else getattr(value, "name", None) if type(value) in (Builtin, Routine) else None
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
            return (
                self.elements.real(result)
                if result.dtype.kind == "f"
                else self.checked_objects(result)
            )
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
        """``numpy``, ``numpy.linalg``, ``scipy.special``."""
        plain = {name: self.routine(name, row) for name, row in TABLE.items()}
        constants = {name: self.numbers.math[name] for name in CONSTANTS} | {"newaxis": None}
        linalg = {n.removeprefix("linalg."): v for n, v in plain.items() if n.startswith("linalg.")}
        modules = {
            "numpy.linalg": Module("numpy.linalg", linalg),
            "scipy.special": Module(
                "scipy.special", {n: self.routine(n, row) for n, row in SCIPY.items()}
            ),
        }
        members = {n: v for n, v in plain.items() if "." not in n} | self.types() | constants
        members["linalg"] = modules["numpy.linalg"]
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
                from gradgen.interpret.objects import cast

                return cast(self.elements, result, kind)[()]

            return Routine(name, run)

        return {
            name: conversion(name, kind)
            for name, kind in DTYPES.items()
            if name not in ("float", "int", "bool")
        }

    # operators

    def binary(self, scalar: dict[type, Callable]) -> dict[type, Callable]:
        """The binary operators: those of numbers, and NumPy's where an array takes part."""
        return {node: self._operator(node, scalar.get(node)) for node in OPERATORS}

    def _operator(self, node: type, scalar: Callable | None) -> Callable:
        name, plain, _ = OPERATORS[node]
        row = TABLE.get(name)

        def call(a, b):
            if type(a) not in HELD and type(b) not in HELD:
                return scalar(a, b) if scalar else _unsupported(node, a, b)
            a, b = self.admitted(a), self.admitted(b)
            if row is None:  # a shift: of integers
                return self.checked(plain(a, b))
            return self.run(row._replace(own=plain) if self.floats else row, (a, b), {})

        return call

    def in_place(self, node: type, array: np.ndarray, change):
        """``array op= change``, in the array itself."""
        name, plain, own = OPERATORS[node]
        change = self.admitted(change)
        if self.floats:
            self.meter.spend(TABLE[name].cost(array, change) if name in TABLE else array.size)
            result = self.checked(own(array, change))
            if TABLE[name].decision is not None if name in TABLE else False:
                self.trace.append(decisions.outcome(result))
            return result
        result = np.asarray(self._operator(node, None)(array, change))
        if not (
            array.dtype == object
            or result.dtype != object
            and np.can_cast(result.dtype, array.dtype, "same_kind")
        ):
            raise TypeError(f"cannot cast the result of {name} to {array.dtype}")
        if result.shape != array.shape:
            raise ValueError(f"the result's shape {result.shape} does not fit {array.shape}")
        array[...] = self.elements.lift(result) if array.dtype == object != result.dtype else result
        return array

    def comparisons(self, scalar: dict[type, Callable]) -> dict[type, Callable]:
        """The comparisons: elementwise where an array takes part."""
        return {node: self._comparison(node, holds) for node, holds in scalar.items()}

    def _comparison(self, node: type, scalar: Callable) -> Callable:
        row = TABLE.get(COMPARISONS.get(node, ""))
        if row is None:
            return scalar
        own = {
            ast.Eq: operator.eq,
            ast.NotEq: operator.ne,
            ast.Lt: operator.lt,
            ast.LtE: operator.le,
            ast.Gt: operator.gt,
            ast.GtE: operator.ge,
        }[node]

        def call(a, b):
            if isinstance(a, np.dtype) or isinstance(b, np.dtype):
                return own(self.dtype(a), self.dtype(b))
            if (
                type(a) not in HELD
                and type(b) not in HELD
                or a is None
                or b is None
                or type(a) is str
                or type(b) is str
            ):
                return scalar(a, b)
            a, b = self.admitted(a), self.admitted(b)
            self.meter.spend(row.cost(a, b))
            return own(a, b) if self.floats else row.many(self.elements, a, b)

        return call

    # values

    def taken(self, value):
        """A value from outside: float arrays become arrays of reals, where these are not floats."""
        if self.floats or type(value) not in HELD:
            return value
        if isinstance(value, np.ndarray):
            return self.elements.real(value) if value.dtype.kind == "f" else value
        return self.numbers.make(float(value)) if isinstance(value, np.floating) else value

    def quiet(self):
        """NumPy's warnings, off."""
        return np.errstate(all="ignore")

    def counts(self, value) -> bool:
        """Whether a value is something other than zero."""
        if isinstance(value, np.ndarray):
            self.meter.spend(1 + value.size)
            return bool((value != 0).any())
        return bool(value)

    def holds(self, value) -> bool:
        """Whether a value is an array, or a number of NumPy's."""
        return type(value) in HELD

    def grows(self, value) -> bool:
        """Whether ``value op= ...`` changes the value itself."""
        return type(value) is np.ndarray

    def rows(self, array):
        """The rows of an array, one by one."""
        return iter(array)

    # subscripts

    def item(self, array, index):
        """``array[index]``."""
        index = self.index(index)
        self.meter.spend(costs.subscript(array, index) if isinstance(array, np.ndarray) else 1)
        return array[index]

    def store(self, array: np.ndarray, index, value) -> None:
        """``array[index] = value``."""
        index, value = self.index(index), self.admitted(value)
        self.meter.spend(costs.subscript(array, index) + costs.inputs(value))
        if self.floats:
            if array.dtype.kind in "iu" and np.asarray(value).dtype.kind == "f":
                self.trace.append(decisions.outcome(np.asarray(value).astype(int)))
            array[index] = value
            return
        value = self.elements.array(value)
        if array.dtype == object:
            value = self.elements.real(value) if value.dtype != object else value
        elif value.dtype == object:
            from gradgen.interpret.objects import cast

            value = cast(self.elements, value, array.dtype)
            self.trace.append(decisions.outcome(value))
        if value.ndim and not isinstance(array[index], np.ndarray):
            np.zeros(1)[0] = np.zeros(value.shape)  # raises as NumPy does
        array[index] = value if value.ndim else value[()]

    def index(self, index):
        """An index that NumPy may see."""
        return self.admitted(index)

    # attributes and methods

    def attribute(self, value, key: str, line: int):
        """An attribute of a value that is no module."""
        if type(value) is Routine:
            if (row := TABLE.get(f"{value.name}.{key}")) is not None:
                return self.routine(f"{value.name}.{key}", row)
            raise Refused(line, f"`{value.name}.{key}` is not on the list")
        if isinstance(value, np.dtype) and key in ("name", "kind", "itemsize", "type"):
            return value if key == "type" else getattr(value, key)
        array = self.as_array(value)
        if array is None:
            return None
        if key == "dtype":
            return np.dtype(float) if array.dtype == object else array.dtype
        if key in ATTRIBUTES:
            found = ATTRIBUTES[key](array)
            return value if found is array else found
        return None

    def method(self, value, key: str) -> Routine | None:
        """A method of an array, bound to it."""
        array = self.as_array(value)
        if array is None or key not in METHODS:
            return None
        row = OWN_METHODS.get(key) or TABLE[key]

        def run(args, kwargs):
            args = [self.admitted(a) for a in args]
            result = self.run(row, (array, *args), self.keywords(kwargs))
            scalar = not isinstance(value, np.ndarray) and isinstance(result, np.ndarray)
            return result[()] if scalar and not result.ndim else result  # as NumPy's numbers do

        return Routine(key, run)

    def as_array(self, value):
        """A value that has an array's attributes; None for another.  Reals of other systems than floats have them."""
        if type(value) in HELD:
            return value
        if not self.floats and type(value) is self.numbers.real:
            return self.elements.array(value)
        return None

    # builtins

    def builtins(self, names: dict[str, object]) -> dict[str, object]:
        """Python's own functions, on arrays too."""
        return {
            key: self._opened(value) if type(value) is Builtin else value
            for key, value in names.items()
        }

    def _opened(self, builtin: Builtin) -> Builtin | Routine:
        """A builtin whose arrays are first taken apart, or are numbers."""
        if builtin.name in BY_LENGTH:
            return builtin
        absolute, opened = TABLE["absolute"], (
            self.opened if builtin.name in GENERIC else self.number
        )
        if builtin.name == "pow":
            power = self._operator(ast.Pow, builtin.function)
            return Routine("pow", lambda args, kwargs: power(*args, **kwargs))

        def run(args, kwargs):
            if builtin.name in ("abs", "fabs") and args and type(args[0]) in HELD:
                return self.run(absolute, (args[0],), {})
            return builtin.call([opened(a) for a in args], kwargs)

        return Routine(builtin.name, run)

    def opened(self, value):
        """An array as the list of its rows."""
        if isinstance(value, np.ndarray) and value.ndim:
            self.meter.items(len(value))
            return list(value)
        return self.number(value)

    def number(self, value):
        """A number of NumPy's as Python's, where the system is not NumPy's."""
        if not self.floats and type(value) in HELD and not value.ndim:
            item = value.item()
            return self.numbers.make(item) if type(item) is float else item
        return value


def _unsupported(node: type, a, b):
    raise TypeError(
        f"unsupported operand types for {node.__name__}: '{type(a).__name__}' and '{type(b).__name__}'"
    )

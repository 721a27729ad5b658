"""NumPy for the machine: operators, subscripts, attributes and builtins over one number system."""

from __future__ import annotations

import ast
import contextlib
import operator
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gradgen.interpret.draws import DRAWS
from gradgen.interpret import costs, decisions
from gradgen.interpret.calls import HELD, Calls

from gradgen.interpret.errors import Refused
from gradgen.interpret.numpy_table import ATTRIBUTES, METHODS, OWN_METHODS, TABLE
from gradgen.interpret.objects import cast
from gradgen.interpret.values import Builtin, Routine

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
GENERIC = ("list", "tuple", "enumerate", "zip", "reversed", "all", "any", "max", "min", "sum")
BY_LENGTH = ("len", "bool", "range", "print", "slice", "str")  # they take arrays as they are


@dataclass(frozen=True, slots=True, eq=False)
class Arrays(Calls):
    """NumPy for the machine: what its closures ask of arrays."""

    known = frozenset({*ATTRIBUTES, *METHODS, "dtype"})
    mark = staticmethod(decisions.mark)
    start_draws = staticmethod(DRAWS.start)

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
            if name in TABLE and TABLE[name].decision is not None:
                self.trace.append(decisions.outcome(result))
            return result
        result = np.asarray(self._operator(node, None)(array, change))
        if not (
            array.dtype == object or result.dtype != object and np.can_cast(result.dtype, array.dtype, "same_kind")
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

    @contextlib.contextmanager
    def quiet(self):
        """NumPy's warnings, off."""
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield

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
        return {key: self._opened(value) if type(value) is Builtin else value for key, value in names.items()}

    def _opened(self, builtin: Builtin) -> Builtin | Routine:
        """A builtin whose arrays are first taken apart, or are numbers."""
        if builtin.name in BY_LENGTH:
            return builtin
        absolute, opened = TABLE["absolute"], (self.opened if builtin.name in GENERIC else self.number)
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
    raise TypeError(f"unsupported operand types for {node.__name__}: '{type(a).__name__}' and '{type(b).__name__}'")

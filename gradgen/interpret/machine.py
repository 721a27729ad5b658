"""The machine: a text, a number system, and calls of the text's functions."""

from __future__ import annotations

import ast
import builtins as python
import warnings
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from gradgen.interpret import instances, operators, texts, values
from gradgen.interpret.errors import OutOfFuel, Raised, Refused
from gradgen.interpret.expressions import Closure
from gradgen.interpret.functions import Code, Function, Scope, Signature, bound, default_closures, signature
from gradgen.interpret.meter import Meter
from gradgen.interpret.numbers import FLOAT, Numbers
from gradgen.interpret.statements import bound_names
from gradgen.interpret.values import Builtin, Module, Routine

if TYPE_CHECKING:
    from gradgen.interpret.arrays import Arrays

FUEL = 2_000_000
PLAIN = (int, float, str, list, tuple, dict)
Tree = ast.Module


class Machine:
    """Interprets the functions of one text over one number system.

    What the calls so far did is kept until cleared: ``lines`` (the statements that ran), ``alive`` (those of them
    that assigned or added something other than zero) and ``tests`` ((line, column) of a test -> the outcomes seen).
    ``trace`` lists the decisions of the latest call: comparisons, branches, signs, roundings.  ``held`` lists what
    `gradgen.stop_gradient` passed on; while ``holding``, calls repeat those values instead.
    """

    def __init__(self, text: str | ast.Module, numbers: Numbers = FLOAT, fuel: int = FUEL, arrays: bool | None = None):
        """``arrays``: whether values may be NumPy's; None: when the text imports NumPy or SciPy."""
        self.tree = text if isinstance(text, ast.Module) else parse(text)
        self.numbers, self.fuel = numbers, fuel
        self.meter = Meter(fuel)
        self.lines: set[int] = set()
        self.alive: set[int] = set()
        self.tests: dict[tuple[int, int], set[bool]] = {}
        self.trace: list = []
        self.held: list = []
        self.holding = False
        self.line = 0
        self._holds = 0
        self.operators = operators.binary(numbers, self.meter, self.trace)
        self.comparisons = operators.comparisons(self.meter)
        names, self.modules = values.builtins(numbers, self.meter, self.trace, self.operators, self.hold)
        self.arrays: Arrays | None = None
        if imports_numpy(self.tree) if arrays is None else arrays:
            names = self._with_arrays(names)
        self.modules["builtins"] = Module(
            "builtins", {**names, "object": object}
        )  # `from builtins import range`: Python 2 and 3
        self.modules["builtins"] = Module("builtins", {**names, "object": object})  # of code for Python 2 and 3
        self.globals = Globals(self, names)

    def _with_arrays(self, names: dict[str, object]) -> dict[str, object]:
        """Let NumPy in; it is not imported before.  The builtin names, on arrays too."""
        from gradgen.interpret.arrays import Arrays
        from gradgen.interpret.elements import Elements

        self.arrays = Arrays(self.numbers, self.meter, self.trace, Elements(self.numbers))
        self.operators = self.arrays.binary(self.operators)
        self.comparisons = self.arrays.comparisons(self.comparisons)
        self.modules |= self.arrays.modules()
        members = self.modules["math"].members
        self.modules["math"] = Module("math", self.arrays.builtins(members))
        return self.arrays.builtins(names)

    def call(self, name: str, *args, **kwargs):
        """The value of a call.  Raises `Refused`, `OutOfFuel`, or `Raised` with the program's own exception."""
        self.meter.left, self.meter.depth, self.line, self._holds = self.fuel, 0, 0, 0
        self.trace.clear()
        if self.arrays:
            self.arrays.start_draws()
        if not self.holding:
            self.held.clear()
        try:
            function = self.globals.value(name, 0)
            taken = [self.take(a) for a in args]
            return self.quietly(function, taken, {k: self.take(v) for k, v in kwargs.items()})
        except (Refused, OutOfFuel):
            raise
        except (RecursionError, MemoryError) as error:
            raise OutOfFuel("it is nested too deeply") from error
        except Exception as error:
            raise Raised(error, self.line) from error

    def take(self, value):
        """A value from outside, in the machine's numbers; the very same object where nothing changes."""
        return self.numbers.take(value, self.arrays.taken if self.arrays else None)

    def quietly(self, function, args: list, kwargs: dict):
        """A call without NumPy's warnings."""
        if self.arrays is None:
            return self.apply(function, args, kwargs)
        with self.arrays.quiet():
            return self.apply(function, args, kwargs)

    def signature(self, name: str) -> Signature | None:
        """The signature of a function of the text; None when there is no such function."""
        found = [n for n in self.tree.body if isinstance(n, ast.FunctionDef) and n.name == name]
        return signature(found[-1]) if found else None

    def reset(self) -> None:
        """Forget what ran so far."""
        for record in (self.lines, self.alive, self.tests):
            record.clear()

    # what the closures call

    def apply(self, function, args: list, kwargs: dict):
        """A call of a value."""
        if type(function) in (Builtin, Routine):
            return function.call(args, kwargs)
        if type(function) is Function:
            self.meter.enter()
            line = self.line
            result = function.code.call(function.env, function.defaults, args, kwargs)
            self.line = line
            self.meter.leave()
            return result
        if type(function) is instances.Class:
            self.meter.enter()
            result = instances.made(self, function, args, kwargs)
            self.meter.leave()
            return result
        if isinstance(function, type) and function in values.EXCEPTIONS.values():
            return function(*args, **kwargs)
        raise TypeError(f"'{type(function).__name__}' object is not callable")

    def iterate(self, value) -> list:
        """The items of a container, at once."""
        self.meter.weigh(value)
        return list(self.walk(value))

    def walk(self, value) -> Iterable:
        """The items of a container, one by one."""
        if self.arrays and self.arrays.holds(value):
            return self.arrays.rows(value)
        if not isinstance(value, (list, tuple, dict, range, str)):
            raise TypeError(f"cannot go through a value of type {type(value).__name__}")
        return iter(value)

    def invert(self, value):
        """``~value``; a comparison of our own reals stands for one of NumPy's numbers."""
        ours = self.arrays and not self.arrays.floats and type(value) is bool
        return not value if ours else ~value

    def counts(self, value) -> bool:
        """Whether a value is something other than zero."""
        return self.arrays.counts(value) if self.arrays else bool(value)

    def note(self, truth) -> None:
        """Put a comparison's outcome on the trace."""
        self.trace.append(self.arrays.mark(truth) if self.arrays else truth)

    def item(self, container, index):
        """``container[index]``."""
        if self.arrays and (array := self.arrays.as_array(container)) is not None:
            return self.arrays.item(array, index)
        if type(index) is tuple:
            self.meter.weigh(index)
        elif type(index) is slice:
            self.meter.weigh(container)
        return container[index]

    def attribute(self, value, key: str, line: int):
        """An attribute of a value: a field of an instance, a listed one of an array, else none."""
        if type(value) in (instances.Instance, instances.Class):
            return instances.member(self, value, key)
        found = self.arrays.attribute(value, key, line) if self.arrays else None
        if found is None:
            self._no_attribute(value, key, line)
        return found

    def method(self, value, key: str, line: int):
        """A listed method, or one of an interpreted class, bound to its owner."""
        if type(value) in (instances.Instance, instances.Class):
            return instances.member(self, value, key)
        if type(value) is str and key == "format":
            return Routine(
                key, lambda args, kwargs: self.meter.sized(texts.formatted(value, args, kwargs, self.numbers))
            )
        listed = values.METHODS.get(type(value), {}).get(key)
        if listed is not None:
            return Builtin(key, lambda *args: listed(value, *args), self.meter)
        found = self.arrays.method(value, key) if self.arrays else None
        if found is None and self.arrays and type(value) is Routine:
            found = self.arrays.attribute(value, key, line)
        if found is None:
            self._no_attribute(value, key, line)
        return found

    def _no_attribute(self, value, key: str, line: int):
        """What only arrays have is missing elsewhere by the program's own error; the rest is not listed."""
        if self.arrays and (value is None or isinstance(value, PLAIN)):
            number = isinstance(value, (int, float))
            if key in (self.arrays.known if number else values.OF_ARRAYS_ONLY):
                raise AttributeError(f"'{type(value).__name__}' object has no attribute '{key}'")
        raise Refused(line, f"the attribute `{key}` of a value")

    def set_field(self, owner, key: str, value, line: int) -> None:
        """``owner.key = value``, in an instance of an interpreted class."""
        if type(owner) is not instances.Instance:
            raise Refused(line, f"assigning to the attribute `{key}`")
        owner.fields[key] = value

    def put(self, container, index, value) -> None:
        """``container[index] = value``, in a list, a dict or an array."""
        if self.arrays and self.arrays.holds(container):
            self.alive.add(self.line)
            return self.arrays.store(container, index, value)
        if type(container) not in (list, dict):
            raise TypeError(f"'{type(container).__name__}' object does not support item assignment")
        self.meter.weigh(index)
        if type(index) is slice:
            self.meter.items(len(container) + len(value))
        container[index] = value

    def hold(self, value):
        """`gradgen.stop_gradient`: the value; while ``holding``, the one it had in the call before."""
        if not self.holding:
            self.held.append(value)
            return value
        self._holds += 1
        return self.held[self._holds - 1] if self._holds <= len(self.held) else value

    def definition(self, node: ast.FunctionDef | ast.Lambda, scope: Scope) -> Closure:
        """A closure that makes the function value of a definition."""
        code, defaults = Code(node, scope), default_closures(node, scope)
        return lambda env: Function(code, env, {key: default(env) for key, default in defaults})

    def imported(self, node: ast.Import | ast.ImportFrom, alias: ast.alias) -> Callable[[int], object]:
        """How to find what an import binds; refuses, when used, what is not listed."""
        whole = isinstance(node, ast.Import)
        path = alias.name if whole else node.module or ""
        module = self.modules.get(path) if whole or not node.level else None
        wanted = alias.name if whole else f"{node.module or '.'}.{alias.name}"

        def find(line: int):
            if module is None or not (whole or alias.name in module.members):
                raise Refused(line, f"`{wanted}` is not on the list")
            if whole:  # `import numpy.linalg` binds `numpy`
                return module if alias.asname else self.modules[path.split(".")[0]]
            return module.members[alias.name]

        return find


class Globals:
    """The names of a module: functions, imports, and constants that are evaluated when first read."""

    def __init__(self, machine: Machine, names: dict[str, object]):
        self.machine, self.builtins = machine, names
        self.scope = Scope(machine)
        self.known: dict[str, object] = {}
        self.makers: dict[str, Callable[[int], object]] = {}
        self.starred = False
        for node in machine.tree.body:
            for key, maker in self._bindings(node):
                redefined = key in self.makers and not isinstance(node, ast.FunctionDef)
                self.makers[key] = _refuser(key) if redefined else maker

    def value(self, key: str, line: int):
        """The value of a module's name or of a builtin."""
        if key in self.known:
            return self.known[key]
        if key in self.makers:
            self.known[key] = self._make(key, line)
            return self.known[key]
        if key in self.builtins:
            return self.builtins[key]
        if self.starred or hasattr(python, key):
            raise Refused(line, f"`{key}` is not on the list")
        raise NameError(f"name '{key}' is not defined")

    def _make(self, key: str, line: int):
        maker = self.makers[key]
        self.makers[key] = lambda line: _unbound(key)  # a constant defined by itself
        try:
            return maker(line)
        finally:
            self.makers[key] = maker

    def _bindings(self, node: ast.stmt) -> list[tuple[str, Callable[[int], object]]]:
        """What one statement of the module binds: (name, how to make its value)."""
        if isinstance(node, ast.FunctionDef):
            return [(node.name, lambda line: self.machine.definition(node, self.scope)({}))]
        if isinstance(node, ast.ClassDef):
            return [(node.name, lambda line: instances.definition(self.machine, node, line))]
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            if any(alias.name == "*" for alias in node.names):
                self.starred = True
                return []
            return [(key, self.machine.imported(node, alias)) for key, alias in bound_names(node)]
        target = node.target if isinstance(node, ast.AnnAssign) else None
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            target = node.targets[0]
        if isinstance(target, ast.Name) and node.value is not None:
            return [(target.id, lambda line: self._evaluate(node.value))]
        return [(key, _refuser(key)) for key in sorted(bound([node]))]

    def _evaluate(self, node: ast.expr):
        from gradgen.interpret.expressions import expression

        return expression(node, self.scope)({})


def _refuser(key: str) -> Callable[[int], object]:
    def find(line: int):
        raise Refused(line, f"`{key}` is not a plain constant of the module")

    return find


def imports_numpy(tree: ast.Module) -> bool:
    """Whether a text imports NumPy or SciPy anywhere."""
    return any(path.split(".")[0] in ("numpy", "scipy") for n in ast.walk(tree) for path in _paths(n))


def _paths(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []


def _unbound(key: str):
    raise NameError(f"name '{key}' is not defined")


def parse(text: str) -> ast.Module:
    """The tree of a text.  Raises `Refused` for what Python's parser does not take."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (SyntaxError, ValueError) as error:
        raise Refused(getattr(error, "lineno", 0) or 0, f"not valid Python: {error}") from None
    except (RecursionError, MemoryError):
        raise Refused(0, "nested too deeply for Python's parser") from None

"""Running a student's functions on gradgen's interpreter: within limits, on copies, and watched."""

from __future__ import annotations

import ast
import random
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from gradgen.grade.draws import draws
from gradgen.grade.tape import NONE, Taped, system
from gradgen.grade.watch import LEAF, SEEN, USE
from gradgen.interpret import FLOAT, Machine
from gradgen.interpret.functions import Code, Function, Scope, default_closures, signature
from gradgen.interpret.instances import Instance
from gradgen.interpret.statements import block
from gradgen.interpret.values import Routine

FUEL = 2_000_000
MOST_SEEN = 400  # values of one run that are kept
SIZE = 40_000  # entries of a value that are kept


@dataclass
class Seen:
    """What one run gave names: ``(site number, value)`` in order, and the uses ``(use number, nodes read, own nodes)``."""

    values: list[tuple[int, object]] = field(default_factory=list)
    uses: list[tuple[int, object, object]] = field(default_factory=list)
    last: dict[int, object] = field(default_factory=dict)  # by site


class Runner:
    """One text over one number system.  ``taped``: numbers with a tape, else floats."""

    def __init__(self, tree: ast.Module, taped: bool = False, fuel: int = FUEL):
        self.tree, self.taped = tree, taped
        self.numbers, self.tape = system() if taped else (FLOAT, None)
        self.machine = Machine(tree, self.numbers, fuel, arrays=True)
        self.seen = Seen()
        self.names: frozenset[str] = frozenset()
        self.memo: dict[int, object] = {}
        self.shift: Callable | None = None  # what is added to each input: a little, to see both sides of a kink
        self.random = random.Random(0)
        members = self.machine.globals.builtins
        members[SEEN] = Routine(SEEN, self._see)
        members[USE] = Routine(USE, self._use)
        members[LEAF] = Routine(LEAF, lambda args, kwargs: self.leaf(args[0]))
        members["xrange"] = members["range"]
        members["float"] = Routine("float", self._as_number(members["float"]))
        if "numpy" in self.machine.modules:
            self.machine.modules["numpy"].members["random"] = draws(self)

    def quick(self, node: ast.FunctionDef, kept: frozenset[int], names: frozenset[str]):
        """A function value for a rebuilt definition whose own variables are ``names``; statements of `kept` are turned into
        closures once."""
        if names != self.names:
            self.names, self.memo = names, {}
        self.keep = {k: v for k, v in self.memo.items() if k in kept}
        self.memo.clear()
        self.memo.update(self.keep)
        scope = self.machine.globals.scope
        code = Code(node, scope)
        code.signature = signature(node)
        code.body = block(node.body, Scope(self.machine, names, scope, self.memo))
        return Function(code, {}, {key: default({}) for key, default in default_closures(node, scope)})

    def install(self, node: ast.FunctionDef) -> None:
        """Let a function's name mean this definition from now on."""
        scope = self.machine.globals.scope
        self.machine.globals.makers[node.name] = lambda line: self.machine.definition(node, scope)({})
        self.machine.globals.known.pop(node.name, None)

    def install_method(self, owner: str, node: ast.FunctionDef) -> None:
        """Let a class's method mean this definition from now on."""
        kind = self.machine.globals.value(owner, 0)
        kind.members[node.name] = self.machine.definition(node, self.machine.globals.scope)({})

    def call(self, name: str, *args, **kwargs):
        """A call of a function of the text."""
        self.random = random.Random(0)
        return self.machine.call(name, *args, **kwargs)

    def method(self, instance: Instance, name: str, *args):
        """A call of an instance's method."""
        self.machine.globals.makers["method!"] = None
        self.machine.globals.known["method!"] = Routine(
            name, lambda given, kwargs: self.machine.apply(self.machine.method(instance, name, 0), given, kwargs)
        )
        return self.call("method!", *args)

    def leaf(self, value):
        """An input in the runner's numbers, on a copy; real ones as leaves of the tape."""
        if isinstance(value, dict):
            return {k: self.leaf(v) for k, v in value.items()}
        if isinstance(value, (list, tuple)):
            return type(value)([self.leaf(v) for v in value])
        if isinstance(value, bool):
            return value
        if not self.taped:
            whole = isinstance(value, int) or isinstance(value, np.ndarray) and value.dtype.kind in "iu"
            return copied(value) if not whole else float(value) if isinstance(value, int) else value.astype(float)
        if isinstance(value, np.ndarray) and value.dtype.kind in "fiuO":
            return np.asarray(np.frompyfunc(self._leaf, 1, 1)(value), dtype=object)
        return self._leaf(value) if isinstance(value, (int, float, Taped)) else copied(value)

    def _leaf(self, value):
        value = value.value if isinstance(value, Taped) else self.numbers.real.make_value(float(value))
        return self.numbers.real.leaf(value + self.shift() if self.shift else value)

    def fresh(self) -> None:
        """Forget what was seen, and the tape."""
        self.seen = Seen()
        if self.tape is not None:
            self.tape.rows.clear()
            self.tape.recording = True

    def _see(self, args: list, kwargs: dict):
        number, value = args
        kept = copied(value)
        self.seen.last[number] = kept
        if len(self.seen.values) < MOST_SEEN:
            self.seen.values.append((number, kept))

    def _as_number(self, convert) -> Callable:
        """``float`` of an array with one entry is that entry, as it was in NumPy for long."""

        def run(args: list, kwargs: dict):
            one = [a.reshape(()).item() if isinstance(a, np.ndarray) and a.size == 1 else a for a in args]
            return self.machine.apply(convert, one, kwargs)

        return run

    def _use(self, args: list, kwargs: dict):
        number, value = args
        if not (self.tape.recording and len(self.seen.uses) < MOST_SEEN * 20):
            return value
        own = also(value)
        if own is not value:
            self.seen.uses.append((number, nodes_of(value), own))
        return own


def also(value):
    """The same value in nodes of its own; the very object where it depends on nothing."""
    if isinstance(value, Taped):
        return value.also() if value.node != NONE else value
    if isinstance(value, np.ndarray) and value.dtype == object and value.size:
        if all(v.node == NONE for v in value.flat if isinstance(v, Taped)):
            return value
        return np.asarray(ALSO(value), dtype=object)
    if type(value) is list and any(isinstance(v, Taped) and v.node != NONE for v in value):
        return [also(v) if isinstance(v, Taped) else v for v in value]
    return value


ALSO = np.frompyfunc(lambda v: v.also() if isinstance(v, Taped) else v, 1, 1)


def nodes_of(value) -> np.ndarray | None:
    """The nodes of a number's or an array's entries; None for another value."""
    if isinstance(value, Taped):
        return np.array(value.node)
    if type(value) is list:
        value = np.array([v if isinstance(v, Taped) else None for v in value], dtype=object)
    if isinstance(value, np.ndarray) and value.dtype == object:
        flat = [v.node if isinstance(v, Taped) else NONE if isinstance(v, (int, float)) else None for v in value.flat]
        if None not in flat:
            return np.array(flat, dtype=int).reshape(value.shape)
    return None


def copied(value, depth: int = 0):
    """A copy that later stores do not reach."""
    if isinstance(value, np.ndarray):
        return value.copy() if value.size <= SIZE else None
    if isinstance(value, (list, tuple)) and depth < 4 and len(value) <= 200:
        return type(value)([copied(v, depth + 1) for v in value])
    if isinstance(value, dict) and depth < 4 and len(value) <= 200:
        return {k: copied(v, depth + 1) for k, v in value.items()}
    return value


def plain(value):
    """A value of any run as float arrays, numbers and containers."""
    if isinstance(value, Taped):
        return float(value.value)
    if isinstance(value, np.ndarray) and value.dtype == object:
        return np.array([float(v) for v in value.flat], dtype=float).reshape(value.shape)
    if isinstance(value, (list, tuple)):
        return type(value)([plain(v) for v in value])
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    return value

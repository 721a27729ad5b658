"""The interpreter over expressions: NumPy moves the entries, and what would look at their values is done here instead."""

from __future__ import annotations

import ast
from collections.abc import Callable

import numpy as np

from gradgen.checks.arrays.numbers import Entries
from gradgen.checks.arrays.nodes import Nodes
from gradgen.checks.arrays.symbols import Real
from gradgen.interpret import Machine, Numbers, objects, reductions
from gradgen.interpret.arrays import Arrays
from gradgen.interpret.machine import Tree
from gradgen.interpret.numpy_table import SCIPY, TABLE
from gradgen.interpret.values import Module, Routine


class ExpressionArrays(Arrays):
    """NumPy over expressions: nothing is decided that need not be."""

    __slots__ = ()

    def run(self, row, args, kwargs):
        self.meter.spend(row.cost(*args, **kwargs))
        return self.tidied(REPLACED.get(row.many, row.many)(self.elements, *args, **kwargs))

    def counts(self, value) -> bool:
        return True

    def mark(self, truth):
        return None

    def index(self, index):
        """An index that NumPy may see: a mask of known truth values as one of booleans."""
        index = self.admitted(index)
        return tuple(map(self.mask, index)) if type(index) is tuple else self.mask(index)

    def in_place(self, node: type, array: np.ndarray, change):
        result = super().in_place(node, array, change)
        self.elements.watch(result)
        return result

    def mask(self, index):
        if isinstance(index, np.ndarray) and index.dtype == object and self.elements.are_truths(index):
            return index.astype(bool)  # tests that are not known yet are decided here
        return index

    def store(self, array: np.ndarray, index, value) -> None:
        """A store; behind a mask whose truths are not known, a choice for each entry."""
        if (
            isinstance(index, np.ndarray)
            and index.dtype == object
            and index.shape == array.shape == getattr(array, "shape", None)
        ):
            new = self.elements.plain(self.admitted(value))
            if np.ndim(new) == 0 and array.dtype == object and self.elements.are_truths(index):
                array[...] = self.elements.choose(index, new, array)
                return
        super().store(array, index, value)


class ExpressionMachine(Machine):
    """Runs a text over expressions.  ``log`` lists what each statement gave: its line, and the nodes of the entries."""

    def __init__(self, tree: Tree, numbers: Numbers, parts: dict[str, str]):
        self.nodes: Nodes = numbers.real.nodes
        self.log: list[tuple[int, tuple[int, ...]]] = []
        self.integers: list[tuple[int, int]] = []  # (line, number) of the integers that were assigned
        self.guarded: list[np.ndarray] = []  # arrays that may not be changed
        self.offence = 0  # the line that first changed one of them
        self.pending = -1
        self.added_to = {
            n.lineno: isinstance(n.target, ast.Name) for n in ast.walk(tree) if isinstance(n, ast.AugAssign)
        }
        super().__init__(tree, numbers, arrays=True)
        self.arrays.elements.watch = self.changed
        for name in parts:  # helpers that gradgen ships, known by what they compute
            digamma = np.frompyfunc(
                lambda x: numbers.real.of(self.nodes.make("digamma", self.arrays.elements.node(x))), 1, 1
            )
            self.globals.known[name] = Routine(name, lambda args, kwargs: digamma(*args))

    def _with_arrays(self, names: dict[str, object]) -> dict[str, object]:
        self.arrays = ExpressionArrays(self.numbers, self.meter, self.trace, Entries(self.numbers))
        self.operators = self.arrays.binary(self.operators)
        self.comparisons = self.arrays.comparisons(self.comparisons)
        self.modules |= self.arrays.modules()
        self.modules["math"] = Module("math", self.arrays.builtins(self.modules["math"].members))
        return self.arrays.builtins(names)

    def counts(self, value) -> bool:
        """Every assigned value passes here, and what is added to one; arrays that are added to are seen by themselves."""
        if type(value) is int:
            self.integers.append((self.line, value))
        if self.line not in self.added_to:
            self.note_entries(value)
        elif isinstance(value, Real) and self.added_to[self.line]:
            self.pending = len(self.log)  # if it is an array that this is added to, that will be seen
            self.note_entries(value)
        return True

    def put(self, container, index, value) -> None:
        super().put(container, index, value)
        self.changed(container)

    def changed(self, array) -> None:
        """An array was changed in place."""
        if 0 <= self.pending == len(self.log) - 1 and self.log[-1][0] == self.line:
            self.log.pop()
        self.pending = -1
        self.note_entries(array)
        if not self.offence and isinstance(array, np.ndarray) and any(np.shares_memory(array, a) for a in self.guarded):
            self.offence = self.line

    def note_entries(self, value) -> None:
        if isinstance(value, Real):
            self.log.append((self.line, (value.node,)))
        elif isinstance(value, np.ndarray) and value.dtype == object:
            self.log.append((self.line, tuple(x.node for x in value.flat if isinstance(x, Real))))

    def hold(self, value):
        """`gradgen.stop_gradient`: the value, that no derivative goes through."""
        if isinstance(value, np.ndarray) or isinstance(value, Real):
            return self.arrays.elements.passed_on(value)
        return value


# what stands in for the interpreter's own functions of object arrays


def along(own: Callable[[Entries, list], object]) -> Callable:
    """A reduction of the lists of entries along the axes."""

    def call(e: Entries, a, axis=None, out=None, keepdims=False, **kwargs):
        a = np.asarray(e.plain(a))
        axes = (
            tuple(range(a.ndim))
            if axis is None
            else tuple(k % a.ndim for k in (axis if isinstance(axis, tuple) else (axis,)))
        )
        kept = [k for k in range(a.ndim) if k not in axes]
        rows = a.transpose(kept + list(axes)).reshape([a.shape[k] for k in kept] + [-1])
        result = np.empty(rows.shape[:-1], dtype=object)
        for place in np.ndindex(result.shape):
            result[place] = own(e, list(rows[place]))
        shape = [1 if k in axes else n for k, n in enumerate(a.shape)] if keepdims else result.shape
        return objects.stored(result.reshape(shape)[()] if shape else result[()], out)

    return call


def extreme(op: str) -> Callable:
    def own(e: Entries, items: list):
        if not items:
            raise ValueError("zero-size array to reduction operation which has no identity")
        return e.numbers.real.of(e.nodes.extreme(op, [e.node(x) for x in items]))

    chosen = along(own)

    def call(e: Entries, a, axis=None, out=None, keepdims=False, **kwargs):
        a = e.plain(a)
        if not e.is_real(a):
            return (np.max if op == "amax" else np.min)(a, axis=axis, keepdims=keepdims, **kwargs)
        return chosen(e, a, axis, out, keepdims)

    return call


def _all(e: Entries, items: list):
    result = e.numbers.real.of(e.nodes.true)
    for item in items:
        result = e.both(result, item)
    return result


def _any(e: Entries, items: list):
    result = e.numbers.real.of(e.nodes.false)
    for item in items:
        result = e.either(result, item)
    return result


def unless_known(symbolic: Callable, known: Callable) -> Callable:
    """The function of expressions, or the interpreter's own where there are none."""
    return lambda e, a, *rest, **kwargs: (symbolic if e.is_real(e.plain(a)) else known)(e, a, *rest, **kwargs)


def where(e: Entries, condition, *choices):
    condition = e.plain(condition)
    if not choices or not e.is_real(condition):
        return objects.where(e, np.asarray(condition).astype(bool), *choices)
    result = e.choose(condition, *[e.plain(c) for c in choices])
    return np.asarray(result, dtype=object) if not np.ndim(result) else result


def clip(e: Entries, a, a_min=None, a_max=None, out=None, min=None, max=None, **kwargs):
    """Of slope 1 inside, edges included."""
    n, real = e.nodes, e.numbers.real
    low, high = (a_min if min is None else min), (a_max if max is None else max)
    result = e.plain(a)
    at_least = np.frompyfunc(
        lambda x, y: real.of(n.choice(n.greater(e.node(y), e.node(x)), e.node(y), e.node(x))), 2, 1
    )
    at_most = np.frompyfunc(lambda x, y: real.of(n.choice(n.greater(e.node(x), e.node(y)), e.node(y), e.node(x))), 2, 1)
    result = result if low is None else at_least(result, e.plain(low))
    result = result if high is None else at_most(result, e.plain(high))
    return objects.stored(result, out, **kwargs)


def logsumexp(e: Entries, a, axis=None, b=None, keepdims=False, return_sign=False):
    parts = e.apply("exp", e.real(e.plain(a)))
    return e.apply("log", reductions.total(e, parts if b is None else parts * b, axis, keepdims=keepdims))


def astype(e: Entries, value, dtype, copy=True, **kwargs):
    """Truth values as numbers are still what they are."""
    array = e.array(value)
    return array.copy() if e.are_truths(array) else objects.astype(e, array, dtype)


def scatter(own: Callable) -> Callable:
    """`np.add.at` and its like; what becomes of the array is seen."""

    def call(e: Entries, a, index, *operand):
        own(e, a, index, *operand)
        e.watch(a)

    return call


def logical(two: str, own: Callable) -> Callable:
    return lambda e, a, b, **k: (
        objects.stored(getattr(e, two)(e.plain(a), e.plain(b)), **k)
        if e.is_real(e.plain(a)) or e.is_real(e.plain(b))
        else own(e, a, b, **k)
    )


REPLACED: dict[Callable, Callable] = {
    **{TABLE[name].many: extreme("amax") for name in ("max", "maximum.reduce")},
    TABLE["min"].many: extreme("amin"),
    TABLE["ptp"].many: lambda e, a, axis=None, **k: extreme("amax")(e, a, axis, **k) - extreme("amin")(e, a, axis, **k),
    TABLE["all"].many: unless_known(along(_all), TABLE["all"].many),
    TABLE["any"].many: unless_known(along(_any), TABLE["any"].many),
    TABLE["count_nonzero"].many: lambda e, a, axis=None, **k: reductions.total(
        e, e.negated(e.negated(e.plain(a))), axis, **k
    ),
    TABLE["logical_and"].many: logical("both", TABLE["logical_and"].many),
    TABLE["logical_or"].many: logical("either", TABLE["logical_or"].many),
    TABLE["logical_not"].many: unless_known(
        lambda e, a, **k: objects.stored(e.negated(e.plain(a)), **k), TABLE["logical_not"].many
    ),
    **{TABLE[name].many: scatter(TABLE[name].many) for name in ("add.at", "subtract.at")},
    objects.where: where,
    objects.clip: clip,
    reductions.logsumexp: logsumexp,
    objects.astype: astype,
    objects.nan_to_num: lambda e, x, *args, **kwargs: e.real(e.plain(x)),
    SCIPY["softmax"].many: lambda e, x, axis=None: e.apply("exp", x)
    / reductions.total(e, e.apply("exp", x), axis, keepdims=True),
    SCIPY["log_softmax"].many: lambda e, x, axis=None: x - logsumexp(e, x, axis, keepdims=True),
}

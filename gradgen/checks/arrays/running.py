"""Running both texts of a claim over expressions, on one path of one case."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from gradgen.checks import outcomes
from gradgen.checks.arrays.cases import Case, is_unknown
from gradgen.checks.arrays.machine import ExpressionMachine
from gradgen.checks.arrays.numbers import system
from gradgen.checks.arrays.nodes import Nodes, Outside
from gradgen.checks.arrays.symbols import Real
from gradgen.checks.claim import Claim
from gradgen.checks.points import Path, leaves
from gradgen.checks.running import Fault, Skip, Texts, _call, _own_memory_each
from gradgen.interpret import Raised, Refused
from gradgen.interpret.machine import Tree

DOMAIN = (AssertionError, ArithmeticError, IndexError, KeyError, ValueError)  # what a source raises outside its domain


@dataclass
class Run:
    """What both texts gave on one path, ``source`` and ``emitted`` being their machines.

    ``inputs`` and ``grads`` hold the nodes of each input and its gradient; ``seeds`` the outputs with their weights; ``values`` the
    outputs (emitted, the source's).  Nodes before ``mark`` are the source's.  ``forward_end`` says how much of the emitted log is the
    forward pass, in the split style.
    """

    nodes: Nodes
    mark: int
    source: ExpressionMachine
    emitted: ExpressionMachine
    inputs: dict[Path, list[int]] = field(default_factory=dict)
    grads: dict[Path, list[int]] = field(default_factory=dict)
    seeds: list[tuple[int, int]] = field(default_factory=list)
    values: list[tuple[int, int]] = field(default_factory=list)
    forward_end: int = 0
    fault: Fault | None = None

    @property
    def log(self) -> list[tuple[int, tuple[int, ...]]]:
        """(line, nodes) of what each statement of the emitted text gave."""
        return self.emitted.log

    @cached_property
    def named(self) -> set[int]:
        """What the source's statements gave."""
        return {n for _, nodes in self.source.log for n in nodes}


class Expressions(Texts):
    """The two texts in machines over one graph."""

    def __init__(self, claim: Claim, trees: tuple[Tree, Tree], parts: dict[str, str], plan: list[bool]):
        super().__init__(claim, *trees)
        self.nodes = Nodes()
        self.nodes.plan = plan
        numbers = system(self.nodes)
        self.real = numbers.real
        self.pairs[0] = tuple(ExpressionMachine(t, numbers, p) for t, p in zip(trees, ({}, parts), strict=True))
        self.forward_end = 0
        self.changed: object = None
        self.emitted_result: object = None

    def unknown(self, label: str, shape: tuple[int, ...] | None):
        """Fresh symbols: an array of them, or one for no shape."""
        if shape is None:
            return self.real.of(self.nodes.make("leaf", payload=label))
        array = np.empty(shape, dtype=object)
        for place in np.ndindex(shape):
            array[place] = self.real.of(self.nodes.make("leaf", payload=(label, place)))
        return array

    def run(self, case: Case) -> Run:
        """What both texts give.  Its ``fault`` says that the emitted text raised, or gave something of another structure.

        Raises `Skip` where the source raises, `Refused` where something is not understood.
        """
        values = dict(case.fixed)
        for path, spec in leaves(self.claim.inputs):
            if is_unknown(self.claim, path, spec):
                values[path] = self.unknown(repr(path), case.shapes.get(path))
        result, arguments = self.of_source(values)
        outputs = outcomes.outputs_in(result, top=self.claim.has_aux or self.claim.adopted)
        douts = [
            self.unknown(f"dout {i}", outcomes.shape_of(x) if outcomes.is_array(x) else None)
            for i, x in enumerate(outputs[: self.claim.outputs])
        ]
        source, emitted = self.pairs[0]
        self.nodes.watched = emitted
        run = Run(self.nodes, len(self.nodes.rows), source, emitted)
        run.inputs = {
            path: self.entries(values[path])
            for path, spec in leaves(self.claim.inputs)
            if path[0] in self.claim.wrt and is_unknown(self.claim, path, spec)
        }
        run.seeds = self.weighted(outputs, [1.0] if self.claim.style == "joint" else douts)
        try:
            value, grads = self.emission(emitted, values, [1.0] if self.claim.style == "joint" else douts, None)
            meant = self.meant(outputs, value)
        except Fault as fault:
            run.fault, run.forward_end = fault, self.forward_end
            return run
        run.forward_end = self.forward_end
        if frozen(self.changed) != frozen(arguments):
            run.fault = Fault("an argument is left other than the source leaves it")
        if self.claim.adopted and not self.claim.extended and frozen(self.emitted_result) != frozen(result):
            run.fault = Fault("the result is not the source's")
        run.seeds = self.weighted(meant, [1.0] if self.claim.style == "joint" else douts)
        run.inputs = {path: self.entries(values[path]) for path in grads}
        run.grads = {path: self.entries(grad) for path, grad in grads.items()}
        run.values = [
            pair
            for x, v in zip(meant, value, strict=True)
            for pair in zip(self.entries(v), self.entries(x), strict=True)
        ]
        return run

    def weighted(self, outputs: list, douts: list) -> list[tuple[int, int]]:
        """(output entry, its weight).  A joint text is for numbers."""
        if self.claim.style == "joint" and any(len(outcomes.numbers_in(x)) != 1 for x in outputs[:1]):
            raise Skip("no point at which the value is a number")
        pairs = zip(map(self.entries, outputs), map(self.entries, douts), strict=False)
        return [pair for x, w in pairs for pair in zip(x, w, strict=True)]

    def of_source(self, values: dict[Path, object]) -> tuple[object, dict]:
        machine = self.pairs[0][0]
        arguments = self.taken(machine, values)
        try:
            return _call(machine, self.claim.name, arguments), arguments
        except Outside as outside:
            raise Skip(f"the source has no value: {outside}") from None
        except Raised as error:
            if isinstance(error.exception, DOMAIN):
                raise Skip(f"the source raises {error}") from None
            raise Refused(0, f"the source raises {error}") from None

    def meant(self, outputs: list, value: list) -> list:
        """The source's outputs that the emitted ones are."""
        if not (self.claim.has_aux or self.claim.adopted):
            if len(outputs) != self.claim.outputs or len(value) != len(outputs):
                raise Fault("another number of results")
            found = outputs
        else:
            found = [next((x for x in outputs if frozen(x) == frozen(v)), None) for v in value]
            if len(value) != self.claim.outputs or any(x is None for x in found):
                raise Fault("the value is not the source's")
        if any(outcomes.shape_of(x) != outcomes.shape_of(v) for x, v in zip(found, value, strict=True)):
            raise Fault("the value has another shape than the source's")
        return found

    def entries(self, value) -> list[int]:
        """The nodes of a number or an array."""
        return [self.pairs[0][0].arrays.elements.node(x) for x in outcomes.numbers_in(value)]

    # the emitted text

    def emitted(self, machine, arguments, douts, source):
        self.changed = arguments
        value, grads = super().emitted(machine, arguments, douts, None)
        if self.claim.style == "joint":
            self.own_memory(grads, arguments, "an argument")
        return value, grads

    def own_memory(self, grads, others, what: str) -> None:
        """No gradient may share memory with something else; a fault names the one that does."""
        each = grads if len(self.claim.wrt) > 1 and isinstance(grads, (tuple, list)) else (grads,)
        for name, grad in zip(self.claim.wrt, each, strict=False):
            if outcomes.share_memory(grad, others):
                raise Fault(f"the gradient d{name} shares memory with {what}")

    def parted(self, result):
        self.emitted_result = result
        self.forward_end = len(self.pairs[0][1].log)
        return super().parted(result)

    def backward(self, machine, douts, cache, arguments, source):
        dout = self.cotangent(machine, douts)
        seen = {"dout": dout, "its cache": cache, "an argument": arguments}
        before = {what: frozen(value) for what, value in seen.items()}
        machine.guarded = list(outcomes.arrays_in(seen))
        grads = machine.call(self.claim.entries[1], dout, cache)
        for what, value in seen.items():
            if frozen(value) != before[what]:
                raise Fault(f"the emitted backward modifies {what}")
            self.own_memory(grads, value, what)
        _own_memory_each(grads)
        return grads


def frozen(value):
    """A value as plain data: expressions by their nodes, arrays with their shapes."""
    if isinstance(value, Real):
        return "expression", value.node
    if isinstance(value, np.ndarray):
        return value.shape, value.dtype.kind, tuple(map(frozen, value.ravel().tolist()))
    if isinstance(value, dict):
        return tuple((key, frozen(item)) for key, item in value.items())
    if isinstance(value, (list, tuple)):
        return tuple(map(frozen, value))
    return type(value).__name__, repr(value)

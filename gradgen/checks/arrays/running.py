"""Running both texts of a claim over expressions, on one path of one case."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from gradgen.checks import outcomes
from gradgen.checks.arrays.cases import Case, is_unknown
from gradgen.checks.arrays.machine import ExpressionMachine
from gradgen.checks.arrays.numbers import system
from gradgen.checks.arrays.symbols import Nodes, Outside, Real
from gradgen.checks.claim import Claim
from gradgen.checks.points import Path, leaves
from gradgen.checks.running import Fault, Skip, Texts, _call, _own_memory, _own_memory_each
from gradgen.interpret import Raised, Refused
from gradgen.interpret.machine import Tree

DOMAIN = (AssertionError, ArithmeticError, IndexError, KeyError, ValueError)  # what a source raises outside its domain


@dataclass
class Run:
    """What both texts gave on one path.

    ``inputs`` and ``grads`` hold the nodes of each input and its gradient; ``seeds`` the outputs with their weights.  Nodes before
    ``mark`` are the source's; ``made`` says up to which of them a line of it came.  ``log`` lists (line, nodes) of what each
    statement of the emitted text gave.
    """

    nodes: Nodes
    mark: int
    inputs: dict[Path, list[int]]
    grads: dict[Path, list[int]]
    seeds: list[tuple[int, int]]
    values: list[tuple[int, int]]  # (the emitted output, the source's)
    named: set[int]  # what the source's statements gave
    made: list[tuple[int, int]]
    log: list[tuple[int, tuple[int, ...]]]
    forward_end: int  # how much of ``log`` is the forward pass, in the split style
    problems: list[str] = field(default_factory=list)


class Expressions(Texts):
    """The two texts in machines over one graph."""

    def __init__(self, claim: Claim, trees: tuple[Tree, Tree], parts: dict[str, str], plan: list[bool]):
        super().__init__(claim, *trees)
        self.nodes = Nodes()
        self.nodes.plan = plan
        numbers = system(self.nodes)
        self.real = numbers.real
        self.pairs[0] = tuple(ExpressionMachine(t, numbers, p) for t, p in zip(trees, ({}, parts), strict=True))
        self.problems: list[str] = []
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
        """Raises `Skip` where the source raises, `Fault` where only the emitted text does, `Refused` where something is not understood."""
        values = dict(case.fixed)
        for path, spec in leaves(self.claim.inputs):
            if is_unknown(self.claim, path, spec):
                values[path] = self.unknown(repr(path), case.shapes.get(path))
        result, arguments = self.of_source(values)
        mark = len(self.nodes.rows)
        outputs = outcomes.outputs_in(result, top=self.claim.has_aux or self.claim.adopted)
        douts = [self.unknown(f"dout {i}", outcomes.shape_of(x) if outcomes.is_array(x) else None) for i, x in enumerate(outputs[: self.claim.outputs])]
        if self.claim.style == "joint":
            douts = [1.0]
        value, grads = self.emission(self.pairs[0][1], values, douts, None)
        if frozen(self.changed) != frozen(arguments):
            self.problems.append("an argument is left other than the source leaves it")
        if self.claim.adopted and frozen(self.emitted_result) != frozen(result):
            self.problems.append("the result is not the source's")
        meant = self.meant(outputs, value)
        weights = [self.entries(d if outcomes.is_array(d) else self.real(1) * d) for d in douts]
        flat = [self.entries(x) for x in meant]
        return Run(
            self.nodes,
            mark,
            {path: self.entries(values[path]) for path in grads},
            {path: self.entries(grad) for path, grad in grads.items()},
            [pair for x, w in zip(flat, weights, strict=True) for pair in zip(x, w, strict=True)],
            [pair for x, v in zip(flat, map(self.entries, value), strict=True) for pair in zip(v, x, strict=True)],
            {n for _, nodes in self.pairs[0][0].log for n in nodes},
            self.pairs[0][0].made,
            self.pairs[0][1].log,
            self.forward_end,
            self.problems,
        )

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
                raise Refused(0, "another number of results")
            found = outputs
        else:
            found = [next((x for x in outputs if frozen(x) == frozen(v)), None) for v in value]
            if len(value) != self.claim.outputs or any(x is None for x in found):
                raise Refused(0, "the value is not found among the source's")
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
            _own_memory(grads, arguments, "an argument")
        return value, grads

    def parted(self, result):
        self.emitted_result = result
        self.forward_end = len(self.pairs[0][1].log)
        return super().parted(result)

    def backward(self, machine, douts, cache, arguments, source):
        dout = self.cotangent(machine, douts)
        seen = {"dout": dout, "its cache": cache, "an argument": arguments}
        before = {what: frozen(value) for what, value in seen.items()}
        grads = machine.call(self.claim.entries[1], dout, cache)
        for what, value in seen.items():
            if frozen(value) != before[what]:
                raise Fault(f"the emitted backward modifies {what}")
            _own_memory(grads, value, what)
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

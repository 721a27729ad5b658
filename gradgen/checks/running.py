"""Running the two texts of a claim, each in its own machine, at every level of precision."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from gradgen.checks import outcomes
from gradgen.checks.claim import Claim
from gradgen.checks.points import Path, build, entries, is_moved, kind, leaves, nested, spelled
from gradgen.interpret import FLOAT, MP, Machine, OutOfFuel, Raised
from gradgen.interpret.machine import FUEL, Tree

LEVELS = ((80, 25), (160, 50), (320, 100))  # (digits, -log10 of the step h): each doubles the one before
LEAVES = "the emitted code leaves the numbers"
FLOATS_LEVEL = -1  # plain floats
GENEROUS, LEAST = (1000, 200_000)  # steps allowed to the emitted text: times the source's, and at least
UNSURE = (OverflowError, ZeroDivisionError)  # NumPy's numbers do not raise these; ours cannot tell


class Skip(Exception):
    """This point says nothing: outside the domain, at a kink, out of reach."""


class Fault(Exception):
    """The emitted text raised, or gave something of another structure than its claim."""


class ValueFault(Fault):
    """The emitted text gave another value than the source."""


@dataclass
class Forward:
    """What one run of the source gave: outputs, decisions, held values; its arguments afterwards; the whole result."""

    outputs: list
    trace: list
    held: list
    arguments: dict[str, object]
    result: object


class Texts:
    """The source and the emitted text of one claim.

    ``unreached`` counts the runs of the source that took too long; with ``decimal`` literals are what their digits say.
    """

    def __init__(self, claim: Claim, source: Tree, emitted: Tree, decimal: bool = False):
        self.claim, self.trees, self.decimal = claim, (source, emitted), decimal
        self.arrays = any(kind(spec) not in ("number", "opaque") for _, spec in leaves(claim.inputs))
        self.pairs: dict[int, tuple[Machine, Machine]] = {}
        self.positions: list[int] | None = None
        self.unreached = 0
        self.aux: object = None

    def pair(self, level: int) -> tuple[Machine, Machine]:
        """The source's machine and the emitted text's, at one level."""
        if level not in self.pairs:
            numbers = FLOAT if level == FLOATS_LEVEL else MP(LEVELS[level][0], self.decimal)
            arrays = True if self.arrays else None
            self.pairs[level] = tuple(Machine(tree, numbers, arrays=arrays) for tree in self.trees)
        return self.pairs[level]

    def taken(self, machine: Machine, values: dict[Path, object]) -> dict[str, object]:
        """The arguments of a call, in the machine's numbers; arrays are fresh ones."""
        own = {p: v.copy() if outcomes.is_array(v) else v for p, v in values.items()}
        taken = {key: machine.take(build(spec, own, (key,))) for key, spec in self.claim.inputs}
        return taken | {key: list(taken[key]) for key, spec in self.claim.inputs if kind(spec) == "numbers"}

    # the source

    def forward(self, values: dict[Path, object], level: int, held: list | None = None) -> Forward:
        """One run of the source.  Raises `Skip` where it raises or is not finite."""
        machine = self.pair(level)[0]
        machine.holding = held is not None
        machine.held = held if held is not None else []
        arguments = self.taken(machine, values)
        try:
            result = _call(machine, self.claim.name, arguments)
        except Raised as error:
            raise Skip(f"no point of the domain found: the source raises {error}") from None
        except OutOfFuel as bound:
            self.unreached += 1
            raise Skip(f"the source is out of reach: {bound}") from None
        loose = self.claim.has_aux or self.claim.adopted
        outputs = outcomes.outputs_in(result, top=loose)
        if not loose and len(outputs) != self.claim.outputs:
            raise Skip(f"the source's result is not {self.claim.outputs} number(s)")
        outputs = self.chosen(outputs)
        if not all(map(outcomes.is_finite, outputs)):
            raise Skip("no point with a finite value found")
        return Forward(outputs, list(machine.trace), machine.held, arguments, result)

    def chosen(self, outputs: list) -> list:
        return outputs if self.positions is None else [outputs[i] for i in self.positions]

    def compare(self, outputs: list, value: list, same: Callable = outcomes.equal) -> list:
        """The source's outputs, found the same as the emitted ones; of results with aux among them, which are meant."""
        if (self.claim.has_aux or self.claim.adopted) and self.positions is None:
            equals = ([i for i, x in enumerate(outputs) if same(x, v)][:1] for v in value)
            found = [i for places in equals for i in places]
            if len(found) != self.claim.outputs or len(value) != len(found):
                raise ValueFault("the value is not the source's")
            self.positions = found
            return self.chosen(outputs)
        if len(value) != len(outputs) or not all(map(same, value, outputs)):
            raise ValueFault("the value is not the source's")
        return outputs

    def meant(self, source: Forward, values: dict[Path, object], level: int) -> list:
        """The outputs that the claim means; among aux they are found by running the emitted forward."""
        loose = self.claim.has_aux or self.claim.adopted
        if loose and self.positions is None and self.claim.style == "split":
            machine = self.pair(level)[1]
            try:
                result = _call(machine, self.claim.entries[0], self.taken(machine, values))
            except Raised as error:
                raise self.raised(error, machine) from None
            except OutOfFuel as bound:
                raise self.exhausted(bound, machine) from None
            value = self.value(self.parted(result)[0])
            found = outcomes.outputs_in(value)
            source.outputs = self.compare(source.outputs, found, outcomes.near)
        return source.outputs[: self.claim.outputs]

    # the emitted text

    def emission(
        self, machine: Machine, values: dict[Path, object], douts: list, source: Forward | None
    ) -> tuple[list, dict[Path, object]]:
        """The emitted outputs and gradient.  Raises `Fault` where it raises or has another structure.

        With the source's own run at hand, it is also looked at what the emitted text changes and shares.
        """
        arguments = self.taken(machine, values)
        machine.fuel = min(FUEL, max(LEAST, self.needed(machine) * GENEROUS))
        try:
            value, grads = self.emitted(machine, arguments, douts, source)
        except Raised as error:
            raise self.raised(error, machine) from None
        except OutOfFuel as bound:
            raise self.exhausted(bound, machine) from None
        return outcomes.outputs_in(value), self.gradient(grads, values)

    def needed(self, machine: Machine) -> int:
        """The steps that the source took in its last run beside this machine of the emitted text; all, if it never ran."""
        source = next(pair[0] for pair in self.pairs.values() if pair[1] is machine)
        return source.fuel - source.meter.left or FUEL

    def exhausted(self, bound: OutOfFuel, machine: Machine) -> Exception:
        """What reaching a bound in the emitted text amounts to: a fault where the source needed next to nothing."""
        if machine.meter.left < 0 and self.needed(machine) * GENEROUS < FUEL:
            return Fault("the emitted code does not end where the source does")
        return Skip(f"the emitted code is out of reach: {bound}")

    def raised(self, error: Raised, machine: Machine) -> Exception:
        """What an exception in the emitted text amounts to."""
        exception = error.exception
        if isinstance(exception, OverflowError):
            return Skip(f"the emitted code overflows: {error}")
        if self.arrays and machine is not self.pair(FLOATS_LEVEL)[1] and isinstance(exception, UNSURE):
            return Skip(f"{LEAVES}: {error}")
        if self.arrays and isinstance(exception, (AssertionError, AttributeError)):
            return Skip(f"no point that the emitted code is for: {error}")
        return Fault(f"the emitted code raises where the source does not: {error}")

    def emitted(self, machine: Machine, arguments: dict, douts: list, source: Forward | None):
        """(value, grads) by the claim's style."""
        entry = self.claim.entries
        result = _call(machine, entry[0], arguments)
        if source is not None:
            _same_changes(arguments, source.arguments)
        if self.claim.style == "joint":
            value, grads = _pair(result, "the result is not (value, grads)")
            if source is not None:
                _own_memory(grads, arguments, "an argument")
        else:
            value, cache = self.parted(result)
            grads = self.backward(machine, douts, cache, arguments, source)
        return self.value(value), grads

    def value(self, value):
        """The outputs, without aux, which is kept apart."""
        self.aux = None
        if self.claim.has_aux and not self.claim.adopted:
            value, self.aux = _pair(value, "the value is not (value, aux)")
        return value

    def compare_aux(self, source: Forward) -> None:
        """Every number and array that came out beside the outputs last is one of the source's results."""
        theirs = outcomes.outputs_in(source.result)
        if not all(any(outcomes.equal(x, y) for y in theirs) for x in outcomes.outputs_in(self.aux)):
            raise ValueFault("a result beside the value is not the source's")

    def parted(self, result) -> tuple[object, object]:
        """(value, cache) of a forward's result; an adopted cache may stand behind several outputs."""
        if self.claim.adopted and isinstance(result, (tuple, list)):
            if len(result) == self.claim.outputs + 1:
                outputs = tuple(result[:-1])
                return outputs if self.claim.outputs > 1 else outputs[0], result[-1]
        return _pair(result, "the forward's result is not (value, cache)")

    def backward(self, machine: Machine, douts: list, cache, arguments: dict, source: Forward | None):
        """The grads from a cache; with the source's run at hand, after looking at side effects."""
        entry = self.claim.entries[1]
        dout = self.cotangent(machine, douts)
        if source is None or not self.arrays:
            return machine.call(entry, dout, cache)
        seen = {"dout": dout, "its cache": cache, "an argument": arguments}
        before = outcomes.snapshot(seen)
        grads = machine.call(entry, dout, cache)
        for what, value in seen.items():
            if not outcomes.alike(value, before[what]):
                raise Fault(f"the emitted backward modifies {what}")
            _own_memory(grads, value, what)
        _own_memory_each(grads)
        first = outcomes.snapshot(grads)
        if not outcomes.alike(machine.call(entry, dout, cache), first):
            raise Fault("running the backward a second time gives another gradient")
        if self.claim.adopted and not self.claim.extended:
            self.adopted(machine, douts, first, source)
        return first

    def adopted(self, machine: Machine, douts: list, grads, source: Forward) -> None:
        """The backward on the cache that the source's own forward returned."""
        cache = source.result[-1] if isinstance(source.result, (tuple, list)) else None
        try:
            again = machine.call(self.claim.entries[1], self.cotangent(machine, douts), cache)
        except Raised as error:
            raise Fault(f"the backward raises on the source's own cache: {error}") from None
        if not outcomes.alike(again, grads):
            raise Fault("the backward gives another gradient on the source's own cache")

    def cotangent(self, machine: Machine, douts: list):
        """A fresh dout."""
        own = tuple(machine.take(d.copy() if outcomes.is_array(d) else d) for d in douts)
        return own if self.claim.outputs > 1 else own[0]

    def gradient(self, grads, values: dict[Path, object]) -> dict[Path, object]:
        """The gradient of every entry of the inputs.  Raises `Fault` where its structure is not the inputs'."""
        if len(self.claim.wrt) == 1:
            grads = (grads,)
        if not isinstance(grads, (tuple, list)) or len(grads) != len(self.claim.wrt):
            raise Fault(f"the gradient is not a tuple of {len(self.claim.wrt)}")
        specs, gradient = dict(self.claim.inputs), {}
        for name, grad in zip(self.claim.wrt, grads, strict=True):
            gradient.update(_flatten(grad, specs[name], (name,), values))
        return gradient


def cotangents(outputs: list, style: str, rng: random.Random) -> list:
    """A random dout for each output, of its shape; 1.0 where the text itself starts from that."""
    drawn = [_random(outcomes.shape_of(x), outcomes.is_array(x), rng) for x in outputs]
    return [1.0] if style == "joint" else drawn


def _random(shape: tuple[int, ...], array: bool, rng: random.Random):
    def one():
        return round(rng.choice((-1, 1)) * rng.uniform(0.3, 1.5), 6)

    if not array or not shape:
        return one()
    import numpy as np

    return np.array([one() for _ in range(int(np.prod(shape)))], dtype=float).reshape(shape)


def _call(machine: Machine, name: str, arguments: dict[str, object]):
    """A call with these inputs; keyword-only parameters by name."""
    signature, args = machine.signature(name), dict(arguments)
    keywords = {key: args.pop(key) for key in signature.keyword_only if key in args} if signature else {}
    return machine.call(name, *args.values(), **keywords)


def _pair(value, why: str) -> tuple:
    if not isinstance(value, (tuple, list)) or len(value) != 2:
        raise Fault(why)
    return tuple(value)


def _same_changes(arguments: dict, source: dict) -> None:
    """The emitted forward may leave its arguments changed only as the source does."""
    for name, value in arguments.items():
        if not outcomes.alike(value, source[name]):
            raise Fault(f"the emitted code leaves the argument `{name}` other than the source does")


def _own_memory(grads, others, what: str) -> None:
    if outcomes.share_memory(grads, others):
        raise Fault(f"the gradient shares memory with {what}")


def _own_memory_each(grads) -> None:
    """No two gradients may be views of one memory."""
    each = list(outcomes.arrays_in(grads))
    if any(outcomes.share_memory(a, each[i + 1 :]) for i, a in enumerate(each)):
        raise Fault("two gradients share memory")


def _flatten(grad, spec: object, path: Path, values: dict[Path, object]) -> Iterator[tuple[Path, object]]:
    """The entries of a gradient.  Raises `Fault` where its structure is not the input's."""
    if not nested(spec) and is_moved(spec, values.get(path)):
        yield path, _shaped(grad, values[path], spec, path)
    elif nested(spec):
        inner = entries(spec)
        container = dict if spec[0] == "dict" else (list, tuple)
        keys = [key for key, _ in inner]
        if not isinstance(grad, container) or (list(grad) != keys if container is dict else len(grad) != len(keys)):
            raise Fault(f"the gradient d{spelled(path)} has another structure than its input")
        for key, shape in inner:
            yield from _flatten(grad[key], shape, (*path, key), values)


def _listed(grad, value, label: str):
    """The entries of a list's gradient, as an array."""
    import numpy as np

    if not isinstance(grad, list) or len(grad) != len(value) or not all(map(outcomes.is_number, grad)):
        raise Fault(f"{label} is not a list of as many numbers")
    return np.array([n for g in grad for n in outcomes.numbers_in(g)], dtype=float if _are_floats(grad) else object)


def _are_floats(grad: list) -> bool:
    return all(isinstance(g, (int, float)) for g in grad)


def _shaped(grad, value, spec: object, path: Path):
    """A gradient of its input's shape."""
    label = f"the gradient d{spelled(path)}"
    if kind(spec) == "numbers":
        return _listed(grad, value, label)
    if not outcomes.is_array(value):
        if not outcomes.is_number(grad):
            raise Fault(f"{label} is not a number")
        return outcomes.numbers_in(grad)[0]
    if not (outcomes.is_number(grad) or outcomes.is_array(grad)):
        raise Fault(f"{label} is not an array")
    if outcomes.shape_of(grad) != value.shape:
        raise Fault(f"{label} has shape {outcomes.shape_of(grad)}, its input {value.shape}")
    return grad

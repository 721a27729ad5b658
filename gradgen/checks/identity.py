"""The second, independent layer of proof: the emitted gradient against the source's own values.

No derivative rule is used.  At a point x and along a direction v the source function is run
*forward only*, with many digits, and its central difference is compared with <g, v>, where g is
what the emitted text says.  Both sides must stand still when the digits are doubled before a
mismatch counts; a point where the source decides differently at x, x + hv and x - hv (a kink)
says nothing and is passed over.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from gradgen.checks.claim import Claim
from gradgen.checks.points import Path, Points, build, entries, leaves, recipe, spelled
from gradgen.interpret import FLOAT, MP, Machine, Numbers, OutOfFuel, Raised, Refused
from gradgen.interpret.coverage import Coverage, assignments, defaults, expected, find, literals
from gradgen.interpret.machine import Tree, parse

LEVELS = (
    (80, 25),
    (160, 50),
    (320, 100),
)  # (digits, -log10 of the step h): each doubles the one before
AGREE, ENOUGH = 1e-32, 1e-25  # relative: settles it at once; will do when more digits bring no more
MOST_DIGITS = 50  # more are not claimed
EFFORT = 12_000  # statements of the emitted text to run when looking for points, roughly
ATTEMPTS = (12, 60)  # points to try, for a long text and for a short one
SEARCHES = (12, 200)  # points to try, in floats, for lines that did not run yet
COMPONENTS = 200  # entries tried one by one; beyond, only along random directions
SEED = 20240229


class Wrong(NamedTuple):
    """One gradient that is not what the source's values say."""

    name: str
    got: float
    expected: float
    inputs: dict


@dataclass(frozen=True, slots=True)
class Identity:
    """The outcome: ``status`` is ``agree``, ``differ`` or ``unavailable``.

    ``points`` agreed, to ``digits`` digits at worst.  ``uncovered`` are lines of the emitted text that ran at none of
    them, ``idle`` those that only ever assigned zero.
    """

    status: str
    points: int = 0
    digits: int = 0
    why: str = ""
    uncovered: tuple[int, ...] = ()
    wrong: tuple[Wrong, ...] = ()
    value_wrong: bool = False
    idle: tuple[int, ...] = ()


def identity(claim: Claim, source_text: str, emitted_text: str, points: int = 4) -> Identity:
    """Test an emitted text against its source at this many points, and more until every line has run."""
    try:
        return _Test(claim, parse(source_text), parse(emitted_text)).run(points)
    except Refused as refusal:
        return Identity("unavailable", why=f"refused: {refusal}")
    except OutOfFuel as bound:
        return Identity("unavailable", why=str(bound))


class _Skip(Exception):
    """This point says nothing: outside the domain, at a kink, out of reach."""


class _Fault(Exception):
    """The emitted text raised, or gave something of another structure than its claim."""


class _ValueFault(_Fault):
    """The emitted text gave another value than the source."""


class _Found(Exception):
    """A gradient is wrong."""


@dataclass
class _Point:
    """One point: the entries of the inputs, the cotangents of the outputs, and what is known at each level."""

    values: dict[Path, object]
    douts: tuple[float, ...]
    probes: dict[int, _Probe] = field(default_factory=dict)


@dataclass
class _Probe:
    """One point at one level: the source's outputs and decisions, and the emitted gradient."""

    outputs: list
    trace: list
    held: list
    gradient: dict[Path, object]


class _Test:
    """One claim under test."""

    def __init__(self, claim: Claim, source: Tree, emitted: Tree):
        self.claim, self.trees = claim, (source, emitted)
        self.rng = random.Random(SEED)
        self.pairs: dict[int, tuple[Machine, Machine]] = {}
        self.wrt = [p for p, kind in leaves(claim.inputs) if p[0] in claim.wrt and kind == "number"]
        self.missing: Coverage = expected(emitted, claim.entries)
        self.positions: list[int] | None = None
        self.passed, self.digits = 0, MOST_DIGITS
        self.wrong: list[Wrong] = []
        self.faults: list[_Fault] = []
        self.reason = ""
        self.unreached = 0

    # the whole test

    def run(self, wanted: int) -> Identity:
        """Points until enough agree and every line has run, or a fault is sure."""
        function = find(self.trees[0], self.claim.name)
        if function is None:
            return Identity("unavailable", why=f"the source has no function `{self.claim.name}`")
        for entry in self.claim.entries:
            if self.pair(0)[1].signature(entry) is None:
                return Identity("differ", why=f"the emitted text has no function `{entry}`")
        draws = recipe(self.claim, literals(function), defaults(function))
        try:
            self.sample(draws, wanted)
            if self.passed and not self.faults:
                self.search(draws)
        except _Found:
            pass
        return self.conclusion()

    def conclusion(self) -> Identity:
        """What all points say together."""
        if self.wrong:
            why = "the gradient is not the source's"
            return Identity("differ", self.passed, why=why, wrong=tuple(self.wrong))
        if self.faults:
            fault = self.faults[0]
            value_wrong = isinstance(fault, _ValueFault)
            return Identity("differ", self.passed, why=str(fault), value_wrong=value_wrong)
        if not self.passed:
            return Identity("unavailable", why=self.reason or "no point of the domain found")
        emitted = self.pair(0)[1]
        idle = tuple(sorted(assignments(self.trees[1]) & emitted.lines - emitted.alive))
        uncovered = tuple(sorted(self.missing.lines))
        return Identity("agree", self.passed, self.digits, "", uncovered, idle=idle)

    def sample(self, draws: Points, wanted: int) -> None:
        """Points from the recipe until enough agree; two faults are enough to be sure."""
        size = len(self.missing.lines) + 1
        for attempt in range(max(ATTEMPTS[0], min(ATTEMPTS[1], EFFORT // size))):
            if self.passed >= wanted or len(self.faults) > 1 or self.unreached > 2:
                return
            self.try_at(self.point(draws, attempt))

    def search(self, draws: Points) -> None:
        """Points that run what has not run yet, looked for in floats first."""
        scout = Machine(self.trees[1], FLOAT)
        attempts = max(SEARCHES[0], min(SEARCHES[1], EFFORT // len(self.pair(0)[1].lines)))
        for attempt in range(attempts):
            if not self.missing or self.faults:
                return
            point = self.point(draws, attempt)
            scout.reset()
            try:
                self.emission(scout, point)
            except (_Fault, _Skip):
                continue
            if self.missing.gains(scout):
                self.try_at(point)

    def try_at(self, point: _Point) -> None:
        """Compare at one point: the value, along a random direction, and at the first point entry by entry."""
        emitted = self.pair(0)[1]
        before = (
            set(emitted.lines),
            set(emitted.alive),
            {k: set(v) for k, v in emitted.tests.items()},
        )
        try:
            self.probe(point, 0)
            self.judge(
                point,
                {path: self.rng.choice((-1, 1)) * self.rng.uniform(0.3, 1) for path in self.wrt},
            )
            if not self.passed and len(self.wrt) > 1:
                self.judge_each(point)
        except _Skip as skip:
            self.reason = str(skip)
            for record, old in zip(
                (emitted.lines, emitted.alive, emitted.tests), before, strict=True
            ):
                record.clear()
                record.update(old)
        except _Fault as fault:
            self.faults.append(fault)
        else:
            self.passed += 1
            self.missing.strike(emitted)

    # one point

    def point(self, draws: Points, attempt: int) -> _Point:
        douts = tuple(
            round(self.rng.choice((-1, 1)) * self.rng.uniform(0.3, 1.5), 6)
            for _ in range(self.claim.outputs)
        )
        return _Point(
            draws.draw(attempt, self.rng), douts if self.claim.style == "split" else (1.0,)
        )

    def judge_each(self, point: _Point) -> None:
        """Compare every entry of the gradient on its own."""
        for path in self.wrt[:COMPONENTS]:
            try:
                self.judge(point, {path: 1.0}, name=path)
            except _Skip:
                pass
        if self.wrong:
            raise _Found

    def judge(self, point: _Point, direction: dict[Path, float], name: Path | None = None) -> None:
        """Compare along a direction, at more and more digits until both sides agree or stand still apart.

        Raises `_Skip` when neither happens.  A mismatch along one entry is noted; along several, its entries are tried.
        """
        previous = None
        for level in range(len(LEVELS)):
            measured = self.measure(point, direction, level)
            if measured is None:
                previous = None
                continue
            got, difference, size, noise = measured
            error = abs(got - difference)
            error = error if error < math.inf else math.inf
            if error <= size * AGREE:
                return self.note(error, size)
            if level == len(LEVELS) - 1 and error <= noise:
                return None
            if (
                level == len(LEVELS) - 1
                and previous
                and _steady(previous, (got, difference), error)
            ):
                return self.mismatch(point, name, got, difference)
            previous = got, difference
        if previous and error <= size * ENOUGH:
            return self.note(error, size)
        raise _Skip("no smooth point found where the difference quotient settles")

    def note(self, error, size) -> None:
        """Keep the worst agreement."""
        if error:
            self.digits = min(self.digits, int(-math.log10(2) * _exponent(error / size)))

    def mismatch(self, point: _Point, name: Path | None, got, difference) -> None:
        """Note a wrong gradient; one seen along a random direction is first looked for entry by entry."""
        if name is None:
            self.judge_each(point)
        numbers = self.pair(len(LEVELS) - 1)[0].numbers
        label = "d" + spelled(name) if name else "the gradient along a direction"
        inputs = {key: build(spec, point.values, (key,)) for key, spec in self.claim.inputs}
        self.wrong.append(Wrong(label, numbers.as_float(got), numbers.as_float(difference), inputs))
        if name is None:
            raise _Found

    def measure(self, point: _Point, direction: dict[Path, float], level: int):
        """(<g, v>, the central difference, the sum of |g_i v_i|, the noise); None where the source is not smooth."""
        probe, numbers = self.probe(point, level), self.pair(level)[0].numbers
        digits, places = LEVELS[level]
        step = numbers.real(10) ** -places
        try:
            ahead, behind = (
                self.shifted(point, probe, direction, s * step, level) for s in (1, -1)
            )
        except _Skip:
            return None
        here = _weighted(probe.outputs, point.douts, numbers)
        height = max(abs(here), abs(ahead), abs(behind))
        bend, rise = abs(ahead - 2 * here + behind), abs(ahead - behind)
        if not bend <= rise * 1e-8 + height * step * 1e-5:
            return None
        terms = [probe.gradient[path] * numbers.make(v) for path, v in direction.items()]
        got, difference = sum(terms), (ahead - behind) / (2 * step)
        noise = height * numbers.real(10) ** (places + 15 - digits)
        size = sum(map(abs, terms))
        return got, difference, max(abs(difference), size if size < math.inf else 0), noise

    def shifted(self, point: _Point, probe: _Probe, direction: dict[Path, float], step, level: int):
        """The source's weighted outputs at x + step v.  Raises `_Skip` where it decides differently than at x."""
        values = dict(point.values)
        for path, v in direction.items():
            values[path] = self.pair(level)[0].numbers.make(values[path]) + step * v
        outputs, trace, _ = self.forward(values, level, probe.held)
        if trace != probe.trace:
            raise _Skip("the source has a kink here")
        return _weighted(outputs, point.douts, self.pair(level)[0].numbers)

    def probe(self, point: _Point, level: int) -> _Probe:
        """What both texts say at a point, once per level."""
        if level not in point.probes:
            outputs, trace, held = self.forward(point.values, level)
            value, gradient = self.emission(self.pair(level)[1], point)
            if self.claim.has_aux:
                outputs = self.picked(outputs, value, level)
            if len(value) != len(outputs) or any(
                a != b for a, b in zip(value, outputs, strict=True)
            ):
                raise _ValueFault("the value is not the source's")
            point.probes[level] = _Probe(outputs, trace, held, gradient)
        return point.probes[level]

    # the two texts

    def pair(self, level: int) -> tuple[Machine, Machine]:
        """The source's machine and the emitted text's, at one level."""
        if level not in self.pairs:
            numbers = MP(LEVELS[level][0])
            self.pairs[level] = tuple(Machine(tree, numbers) for tree in self.trees)
        return self.pairs[level]

    def forward(
        self, values: dict[Path, object], level: int, held: list | None = None
    ) -> tuple[list, list, list]:
        """The source's outputs, decisions and held values.  Raises `_Skip` where it raises or is not finite."""
        machine = self.pair(level)[0]
        machine.holding = held is not None
        machine.held = held if held is not None else []
        try:
            result = _call(machine, self.claim.name, self.claim.inputs, values)
        except Raised as error:
            raise _Skip(f"no point of the domain found: the source raises {error}") from None
        except OutOfFuel as bound:
            self.unreached += 1
            raise _Skip(f"the source is out of reach: {bound}") from None
        outputs = _numbers(result, top=self.claim.has_aux)
        if not self.claim.has_aux and len(outputs) != self.claim.outputs:
            raise _Skip(f"the source's result is not {self.claim.outputs} number(s)")
        if not all(abs(x) < math.inf for x in outputs):
            raise _Skip("no point with a finite value found")
        return self.chosen(outputs), list(machine.trace), machine.held

    def chosen(self, outputs: list) -> list:
        return outputs if self.positions is None else [outputs[i] for i in self.positions]

    def picked(self, outputs: list, value: list, level: int) -> list:
        """Of a source's results with aux among them, those that the emitted text calls its outputs."""
        if self.positions is None:
            same = [next((i for i, x in enumerate(outputs) if x == v), None) for v in value]
            if None in same or len(same) != self.claim.outputs:
                raise _ValueFault("the value is not the source's")
            self.positions = same
            return self.chosen(outputs)
        return outputs

    def emission(self, machine: Machine, point: _Point) -> tuple[list, dict[Path, object]]:
        """The emitted outputs and gradient.  Raises `_Fault` where it raises or has another structure."""
        try:
            value, grads = self.emitted(machine, point)
        except Raised as error:
            if isinstance(error.exception, OverflowError):
                raise _Skip(f"the emitted code overflows: {error}") from None
            raise _Fault(f"the emitted code raises where the source does not: {error}") from None
        except OutOfFuel as bound:
            raise _Skip(f"the emitted code is out of reach: {bound}") from None
        if self.claim.has_aux:
            value, _ = _pair(value, "the value is not (value, aux)")
        if len(self.claim.wrt) == 1:
            grads = (grads,)
        if not isinstance(grads, (tuple, list)) or len(grads) != len(self.claim.wrt):
            raise _Fault(f"the gradient is not a tuple of {len(self.claim.wrt)}")
        shapes, gradient = dict(self.claim.inputs), {}
        for name, grad in zip(self.claim.wrt, grads, strict=True):
            gradient.update(_flatten(grad, shapes[name], (name,)))
        return _numbers(value), gradient

    def emitted(self, machine: Machine, point: _Point):
        """(value, grads) by the claim's style."""
        call, entry, inputs = _call, self.claim.entries, self.claim.inputs
        if self.claim.style == "joint":
            result = call(machine, entry[0], inputs, point.values)
            return _pair(result, "the result is not (value, grads)")
        result = call(machine, entry[0], inputs, point.values)
        value, cache = _pair(result, "the forward's result is not (value, cache)")
        dout = tuple(map(machine.numbers.make, point.douts))
        return value, machine.call(entry[1], dout if self.claim.outputs > 1 else dout[0], cache)


def _call(machine: Machine, name: str, inputs: tuple, values: dict[Path, object]):
    """A call with these inputs; keyword-only parameters by name."""
    signature = machine.signature(name)
    args = {key: build(spec, values, (key,)) for key, spec in inputs}
    keywords = (
        {key: args.pop(key) for key in signature.keyword_only if key in args} if signature else {}
    )
    return machine.call(name, *args.values(), **keywords)


def _pair(value, why: str) -> tuple:
    if not isinstance(value, (tuple, list)) or len(value) != 2:
        raise _Fault(why)
    return tuple(value)


def _is_number(value) -> bool:
    return (
        isinstance(value, (int, float)) and not isinstance(value, bool) or hasattr(value, "_mpf_")
    )


def _numbers(value, top: bool = False) -> list:
    """The numbers of a result, in order; ``top`` only looks at the results side by side, not inside them."""
    if _is_number(value):
        return [value]
    inside = list(value.values()) if isinstance(value, dict) else value
    if not isinstance(inside, (tuple, list)):
        return []
    return [
        x
        for item in inside
        for x in (_numbers(item) if not top else [item] if _is_number(item) else [])
    ]


def _flatten(grad, spec: object, path: Path) -> Iterator[tuple[Path, object]]:
    """The entries of a gradient.  Raises `_Fault` where its structure is not the input's."""
    if spec == "number":
        if not _is_number(grad):
            raise _Fault(f"the gradient d{spelled(path)} is not a number")
        yield path, grad
    elif isinstance(spec, tuple):
        inner = entries(spec)
        kind = dict if spec[0] == "dict" else (list, tuple)
        keys = [key for key, _ in inner]
        if not isinstance(grad, kind) or (
            list(grad) != keys if kind is dict else len(grad) != len(keys)
        ):
            raise _Fault(f"the gradient d{spelled(path)} has another structure than its input")
        for key, shape in inner:
            yield from _flatten(grad[key], shape, (*path, key))


def _weighted(outputs: list, douts: tuple[float, ...], numbers: Numbers):
    return sum(out * numbers.make(dout) for out, dout in zip(outputs, douts, strict=True))


def _steady(before: tuple, now: tuple, error) -> bool:
    """Whether both sides moved by far less than what lies between them, or are not finite."""
    moved = [abs(a - b) for a, b in zip(before, now, strict=True)]
    return all(move <= error * 1e-5 or not move < math.inf for move in moved)


def _exponent(x) -> int:
    """The binary exponent of an ``mpf``."""
    _, _, exponent, bits = x._mpf_
    return exponent + bits

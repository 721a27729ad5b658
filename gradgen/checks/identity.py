"""The second, independent layer of proof: the emitted gradient against the source's own values.

No derivative rule is used.  At a point x and along a direction v the source function is run
*forward only*, with many digits, and its central difference is compared with <g, v>, where g is
what the emitted text says.  Both sides must stand still when the digits are doubled before a
mismatch counts; a point where the source decides differently at x, x + hv and x - hv (a kink)
says nothing and is passed over.  Arrays move as wholes; every point has shapes of its own, and both
texts also run in plain floats there, for what raises and for the value bit by bit.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from gradgen.checks import outcomes
from gradgen.checks.claim import Claim
from gradgen.checks.directions import COMPONENTS, Direction, Named, anywhere, single, size_of, some
from gradgen.checks.points import Path, Points, build, is_moved, leaves, recipe, spelled
from gradgen.checks.running import FLOATS_LEVEL, LEAVES, LEVELS, Fault, Forward, Skip, Texts, ValueFault, cotangents
from gradgen.interpret import Numbers, OutOfFuel, Refused
from gradgen.interpret.coverage import Coverage, assignments, defaults, expected, find, literals, told_literals
from gradgen.interpret.machine import Tree, parse

AGREE, ENOUGH = 1e-32, 1e-25  # relative: settles it at once; will do when more digits bring no more
ROUNDED = 1e-9  # relative difference that rounded literals may make
MOST_DIGITS = 50  # more are not claimed
EFFORT = 12_000  # statements of the emitted text to run when looking for points, roughly
ATTEMPTS = (12, 60)  # points to try, for a long text and for a short one
SEARCHES = (12, 200)  # points to try, in floats, for lines that did not run yet
WHOLES = 32  # of the points to try for a text in doubt; a quarter of these have whole numbers
EDGES, HALVINGS = 10, 30  # pairs of points between which a decision is looked for, and how closely
RUNS = 3  # in floats
FLAGS = 4  # draws of what is no number beside a witness
NAMED = 8  # wrong entries that are told
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


def identity(
    claim: Claim,
    source_text: str,
    emitted_text: str,
    points: int = 4,
    doubted: bool = False,
    witnesses: Sequence[dict[str, float]] = (),
) -> Identity:
    """Test an emitted text against its source at this many points, and more until every line has run.

    A text on numbers that is ``doubted``, as no proof speaks for it, is also looked through for points at which it is wrong:
    first of all at its ``witnesses``, numbers for inputs by their names (``w[0]``).

    Where literals are rounded (``x ** 0.1`` with the slope's ``x ** -0.9``), both texts may also be read as their digits say.
    """
    claim = differentiated(claim)
    try:
        trees = parse(source_text), parse(emitted_text)
        found = _Test(claim, *trees).run(points, doubted, witnesses)
        if found.wrong and all(math.isclose(w.got, w.expected, rel_tol=ROUNDED) for w in found.wrong):
            return _Test(claim, *trees, decimal=True).run(points, doubted, witnesses)
        return found
    except Refused as refusal:
        return Identity("unavailable", why=f"refused: {refusal}")
    except OutOfFuel as bound:
        return Identity("unavailable", why=str(bound))


def differentiated(claim: Claim) -> Claim:
    """The claim with every parameter that it gives a gradient for as one that can be differentiated."""
    known = {name: "number" for name, spec in claim.inputs if spec == "opaque" and name in claim.wrt}
    return replace(claim, inputs=tuple((name, known.get(name, spec)) for name, spec in claim.inputs))


class _Found(Exception):
    """A gradient is wrong."""


@dataclass
class _Point:
    """One point: the entries of the inputs, the cotangents of the outputs, and what is known at each level."""

    values: dict[Path, object]
    douts: list = field(default_factory=list)
    probes: dict[int, _Probe] = field(default_factory=dict)
    endless: bool = False  # whether the emitted gradient is not finite in floats


@dataclass
class _Probe:
    """One point at one level: the source's outputs and decisions, and the emitted gradient."""

    outputs: list
    trace: list
    held: list
    gradient: dict[Path, object]


class _Test:
    """One claim under test."""

    def __init__(self, claim: Claim, source: Tree, emitted: Tree, decimal: bool = False):
        self.claim, self.texts = claim, Texts(claim, source, emitted, decimal)
        self.trees = self.texts.trees
        self.rng = random.Random(SEED)
        self.wrt = {path: spec for path, spec in leaves(claim.inputs) if path[0] in claim.wrt}
        self.missing: Coverage = expected(emitted, claim.entries)
        self.passed, self.digits = 0, MOST_DIGITS
        self.wrong: list[Wrong] = []
        self.faults: list[Fault] = []
        self.reason = ""
        self.endless = 0  # points where the emitted gradient is not finite and exact numbers end, though the source's value is finite

    # the whole test

    def run(self, wanted: int, doubted: bool, witnesses: Sequence[dict[str, float]]) -> Identity:
        """Points until enough agree and every line has run, or a fault is sure."""
        function = find(self.trees[0], self.claim.name)
        if function is None:
            return Identity("unavailable", why=f"the source has no function `{self.claim.name}`")
        for entry in self.claim.entries:
            if self.texts.pair(0)[1].signature(entry) is None:
                return Identity("differ", why=f"the emitted text has no function `{entry}`")
        if defaults(find(self.trees[1], self.claim.entries[0])) != defaults(function):
            return Identity("differ", why="the emitted parameters have other defaults")
        draws = recipe(self.claim, told_literals(self.trees[0], function), defaults(function))
        try:
            self.sample(draws, wanted)
            if doubted and not self.texts.arrays and not self.faults:
                self.ask(draws, witnesses)
                self.doubt(draws)
                self.look_at_edges(draws)
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
            value_wrong = isinstance(fault, ValueFault)
            return Identity("differ", self.passed, why=str(fault), value_wrong=value_wrong)
        if not self.passed and self.endless > 1:
            return Identity("differ", why="the gradient is not finite, wherever the source was tried")
        if not self.passed:
            return Identity("unavailable", why=self.reason or "no point of the domain found")
        emitted = self.texts.pair(0)[1]
        idle = tuple(sorted(assignments(self.trees[1]) & emitted.lines - emitted.alive))
        uncovered = tuple(sorted(self.missing.settled()))
        return Identity("agree", self.passed, self.digits, "", uncovered, idle=idle)

    def sample(self, draws: Points, wanted: int) -> None:
        """Points from the recipe until enough agree, of every kind of shapes; two faults are enough to be sure."""
        size = len(self.missing.lines) + 1
        attempts = max(ATTEMPTS[0], draws.turns, min(ATTEMPTS[1], EFFORT // size))
        for attempt in range(attempts):
            done = self.passed >= wanted and attempt >= draws.turns
            if done or len(self.faults) > 1 or self.texts.unreached > 2:
                return
            self.try_at(self.point(draws, attempt))

    def ask(self, draws: Points, witnesses: Sequence[dict[str, float]]) -> None:
        """The points that witnesses name; what they do not say of is drawn, flags of either kind."""
        for said in witnesses:
            for attempt in range(FLAGS if draws.opaque else 1):
                point = self.point(draws, attempt)
                point.values |= {path: said[spelled(path)] for path in draws.numbers if spelled(path) in said}
                self.try_at(point)
                if self.faults:
                    return

    def doubt(self, draws: Points) -> None:
        """Points of small whole numbers, where powers and quotients are special, and points at which the values differ,
        looked for in floats first: a test that was tampered with may seldom tell."""
        told = [c for tree in self.trees for c in literals(tree)]
        bounds = {float(c) for c in told if type(c) in (int, float) and abs(c) < 1e6}
        draws = replace(draws, literals=tuple(sorted(bounds | {-c for c in bounds})))
        whole = replace(draws, whole=True)
        ran = max(1, len(self.texts.pair(0)[1].lines))
        for attempt in range(max(SEARCHES[0], min(SEARCHES[1], EFFORT // ran))):
            if self.faults:
                return
            point = self.point(whole if attempt % 4 == 0 else draws, attempt)
            if attempt < WHOLES and attempt % 4 == 0 or self.seems_wrong(point):
                self.try_at(point)

    def look_at_edges(self, draws: Points) -> None:
        """Points on both sides of where the emitted text decides otherwise: there a test shows that is nearly the source's."""
        points = [self.point(draws, attempt) for attempt in range(EDGES + 1)]
        for near, far in zip(points, points[1:], strict=False):
            if self.faults:
                return
            before, after = self.decisions(near), self.decisions(far)
            if before is None or after is None or before == after:
                continue
            for _ in range(HALVINGS):
                middle = replace(far, values=halfway(near.values, far.values), probes={})
                near, far = (middle, far) if self.decisions(middle) == before else (near, middle)
            for point in (near, far):
                if self.seems_wrong(point):
                    self.try_at(point)

    def decisions(self, point: _Point) -> list | None:
        """What the emitted text decides in floats, in order; None where it raises."""
        machine = self.texts.pair(FLOATS_LEVEL)[1]
        try:
            self.texts.emission(machine, point.values, point.douts, None)
        except (Fault, Skip):
            return None
        return list(machine.trace)

    def seems_wrong(self, point: _Point) -> bool:
        """Whether the emitted value in floats is not near the source's, or the gradient not near a difference quotient, or the
        text raises where the source does not."""
        machine = self.texts.pair(FLOATS_LEVEL)[1]
        try:
            source = self.texts.forward(point.values, FLOATS_LEVEL)
            self.start(point, source, FLOATS_LEVEL)
            value, gradient = self.texts.emission(machine, point.values, point.douts, None)
            outputs = self.texts.compare(source.outputs, value, outcomes.near)
            probe = _Probe(outputs, source.trace, source.held, gradient)
            return not self.seems_along(point, probe)
        except Skip:
            return False
        except Fault:
            return True

    def seems_along(self, point: _Point, probe: _Probe) -> bool:
        """Whether the gradient in floats is about the source's slope along a random direction."""
        direction = anywhere(point.values, self.moved(point), self.rng)
        ahead, behind = (self.shifted(point, probe, direction, h, FLOATS_LEVEL) for h in (1e-6, -1e-6))
        got = sum(g * u for path, v in direction.items() for g, u in _entries(probe.gradient[path], v) if u)
        return math.isclose(got, (ahead - behind) / 2e-6, rel_tol=1e-3, abs_tol=1e-6 * max(1, abs(ahead)))

    def search(self, draws: Points) -> None:
        """Points that run what has not run yet, looked for in floats first."""
        scout = self.texts.pair(FLOATS_LEVEL)[1]
        ran = max(1, len(self.texts.pair(0)[1].lines))
        attempts = max(SEARCHES[0], min(SEARCHES[1], EFFORT // ran))
        for attempt in range(attempts):
            if not self.missing or self.faults:
                return
            point = self.point(draws, attempt)
            scout.reset()
            try:
                if self.texts.arrays:
                    self.scout(point)
                else:
                    self.texts.emission(scout, point.values, point.douts, None)
            except Skip:
                continue
            except Fault:
                self.try_at(point)
                continue
            if self.missing.gains(scout):
                self.try_at(point)

    def try_at(self, point: _Point) -> None:
        """Compare at one point: the value, along a random direction, and at the first point entry by entry."""
        emitted = self.texts.pair(0)[1]
        before = (set(emitted.lines), set(emitted.alive), {k: set(v) for k, v in emitted.tests.items()})
        try:
            if self.texts.arrays:
                self.scout(point)
            self.probe(point, 0)
            moved = self.moved(point)
            if self.wrt and not moved:
                raise Skip("no gradient is asked for here")
            self.judge(point, anywhere(point.values, moved, self.rng))
            if not self.passed and (len(moved) > 1 or self.texts.arrays):
                self.judge_each(point, some(point.values, moved, self.rng))
        except Skip as skip:
            self.reason = str(skip)
            self.endless += point.endless and LEAVES in self.reason
            for record, old in zip((emitted.lines, emitted.alive, emitted.tests), before, strict=True):
                record.clear()
                record.update(old)
        except Fault as fault:
            self.faults.append(fault)
        else:
            self.passed += 1
            self.missing.strike(emitted)

    # which gradient is wrong

    def suspects(self, point: _Point) -> Iterator[Named]:
        """The entries to try when something is wrong: of the arrays that are wrong as wholes."""
        for path in self.moved(point):
            if self.wrong_along(point, anywhere(point.values, [path], self.rng)):
                value = point.values[path]
                yield from single(value, path, range(size_of(value)))

    def wrong_along(self, point: _Point, direction: Direction) -> bool:
        """Whether the gradient may be wrong along a direction, by the first level alone."""
        measured = self.measure(point, direction, 0)
        return measured is None or not abs(measured[0] - measured[1]) <= measured[2] * ENOUGH

    # one point

    def moved(self, point: _Point) -> list[Path]:
        """The entries that a gradient is asked for at a point."""
        return [path for path, spec in self.wrt.items() if is_moved(spec, point.values.get(path))]

    def point(self, draws: Points, attempt: int) -> _Point:
        """A point of the recipe; the cotangents of arrays wait for the outputs' shapes."""
        plain = [1.0] * self.claim.outputs
        douts = [] if self.texts.arrays else cotangents(plain, self.claim.style, self.rng)
        return _Point(draws.draw(attempt, self.rng), douts)

    def scout(self, point: _Point) -> None:
        """Both texts in plain floats: raises `Skip` where the source does, `Fault` where only the emitted text does.

        The value must be the source's bit by bit in one of some runs: a library may order a product's sums by how the
        memory happens to lie.
        """
        for run in range(RUNS):
            try:
                source = self.texts.forward(point.values, FLOATS_LEVEL)
            except Skip as skip:
                if "finite" in str(skip):
                    return  # floats end earlier than many digits
                raise
            self.start(point, source, FLOATS_LEVEL)
            value, gradient = self.texts.emission(self.texts.pair(FLOATS_LEVEL)[1], point.values, point.douts, None)
            same = outcomes.equal if run == RUNS - 1 else outcomes.near
            outputs = self.texts.compare(source.outputs, value, same)
            if all(map(outcomes.equal, value, outputs)):
                break
        point.endless = not all(math.isfinite(g) for grad in gradient.values() for g in outcomes.numbers_in(grad))
        for path, grad in gradient.items():
            if outcomes.is_array(grad) and grad.dtype.kind != "f":
                raise Fault(f"the gradient d{spelled(path)} has dtype {grad.dtype}")

    def start(self, point: _Point, source: Forward, level: int) -> None:
        """Draw the cotangents, once the outputs' shapes are known."""
        if not point.douts:
            outputs = self.texts.meant(source, point.values, level)
            point.douts = cotangents(outputs, self.claim.style, self.rng)

    def judge_each(self, point: _Point, named: Iterable[Named]) -> None:
        """Compare along single entries."""
        for tried, (path, direction) in enumerate(named):
            if tried >= COMPONENTS or len(self.wrong) >= NAMED and self.texts.arrays:
                break
            try:
                self.judge(point, direction, name=path)
            except Skip:
                pass
        if self.wrong:
            raise _Found

    def judge(self, point: _Point, direction: Direction, name: Path | None = None) -> None:
        """Compare along a direction, at more and more digits until both sides agree or stand still apart.

        Raises `Skip` when neither happens.  A mismatch along one entry is noted; along several, its entries are tried.
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
            if level == len(LEVELS) - 1 and previous and _steady(previous, (got, difference), error):
                return self.mismatch(point, name, got, difference)
            previous = got, difference
        if previous and error <= size * ENOUGH:
            return self.note(error, size)
        raise Skip("no smooth point found where the difference quotient settles")

    def note(self, error, size) -> None:
        """Keep the worst agreement."""
        if error:
            self.digits = min(self.digits, int(-math.log10(2) * _exponent(error / size)))

    def mismatch(self, point: _Point, name: Path | None, got, difference) -> None:
        """Note a wrong gradient; one seen along a random direction is first looked for entry by entry."""
        if name is None:
            self.judge_each(point, self.suspects(point))
        numbers = self.texts.pair(len(LEVELS) - 1)[0].numbers
        label = "d" + spelled(name) if name else "the gradient along a direction"
        inputs = {key: outcomes.readable(build(spec, point.values, (key,))) for key, spec in self.claim.inputs}
        self.wrong.append(Wrong(label, numbers.as_float(got), numbers.as_float(difference), inputs))
        if name is None:
            raise _Found

    def measure(self, point: _Point, direction: Direction, level: int):
        """(<g, v>, the central difference, the sum of |g_i v_i|, the noise); None where the source is not smooth."""
        probe, numbers = self.probe(point, level), self.texts.pair(level)[0].numbers
        digits, places = LEVELS[level]
        step = numbers.real(10) ** -places
        try:
            ahead, behind = (self.shifted(point, probe, direction, s * step, level) for s in (1, -1))
        except Skip:
            return None
        here = _weighted(probe.outputs, point.douts, numbers)
        height = max(abs(here), abs(ahead), abs(behind))
        bend, rise = abs(ahead - 2 * here + behind), abs(ahead - behind)
        if not bend <= rise * 1e-8 + height * step * 1e-5:
            return None
        terms = [
            g * numbers.make(u) for path, v in direction.items() for g, u in _entries(probe.gradient[path], v) if u
        ]
        got, difference = sum(terms), (ahead - behind) / (2 * step)
        noise = height * numbers.real(10) ** (places + 15 - digits)
        size = sum(map(abs, terms))
        return got, difference, max(abs(difference), size if size < math.inf else 0), noise

    def shifted(self, point: _Point, probe: _Probe, direction: Direction, step, level: int):
        """The source's weighted outputs at x + step v.  Raises `Skip` where it decides differently than at x."""
        values, machine = dict(point.values), self.texts.pair(level)[0]
        for path, v in direction.items():
            values[path] = machine.take(values[path]) + machine.take(v) * step
        source = self.texts.forward(values, level, probe.held)
        if source.trace != probe.trace:
            raise Skip("the source has a kink here")
        return _weighted(source.outputs, point.douts, machine.numbers)

    def probe(self, point: _Point, level: int) -> _Probe:
        """What both texts say at a point, once per level."""
        if level not in point.probes:
            source = self.texts.forward(point.values, level)
            self.start(point, source, level)
            thorough = source if self.texts.arrays and level == 0 else None
            value, gradient = self.texts.emission(self.texts.pair(level)[1], point.values, point.douts, thorough)
            outputs = self.texts.compare(source.outputs, value)
            self.texts.compare_aux(source)
            point.probes[level] = _Probe(outputs, source.trace, source.held, gradient)
        return point.probes[level]


def _entries(grad, direction) -> Iterator[tuple]:
    """(gradient, direction) of each entry."""
    return zip(outcomes.numbers_in(grad), outcomes.numbers_in(direction), strict=True)


def _weighted(outputs: list, douts: list, numbers: Numbers):
    """The sum of all outputs, each times its cotangent."""
    return sum(x * numbers.make(d) for out, dout in zip(outputs, douts, strict=True) for x, d in _entries(out, dout))


def _steady(before: tuple, now: tuple, error) -> bool:
    """Whether both sides moved by far less than what lies between them, or are not finite."""
    moved = [abs(a - b) for a, b in zip(before, now, strict=True)]
    return all(move <= error * 1e-5 or not move < math.inf for move in moved)


def _exponent(x) -> int:
    """The binary exponent of an ``mpf``."""
    _, _, exponent, bits = x._mpf_
    return exponent + bits


def halfway(a: dict[Path, object], b: dict[Path, object]) -> dict[Path, object]:
    """The values between those of two points; what is no float is the second one's."""
    both = {
        path: (a[path], value) for path, value in b.items() if isinstance(value, float) and isinstance(a[path], float)
    }
    return b | {path: (x + y) / 2 for path, (x, y) in both.items()}

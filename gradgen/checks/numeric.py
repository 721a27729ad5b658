"""Nodes as numbers of many digits at chosen points, for examples that tell two of them apart.

Slopes are central differences of one stage, so no derivative rule is used; with this many digits two values that agree
are equal for all that an example can tell, and two that do not are different beyond rounding.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from dataclasses import dataclass
from functools import cache

from gradgen.checks.arithmetic import Arithmetic, complete
from gradgen.checks.choices import COMPARISONS, KINKS, Case, Choices
from gradgen.checks.graph import ZERO_SLOPE, Graph
from gradgen.interpret import MP

DIGITS = 60
STEP = 1e-22  # of a difference quotient: small beside 1, as `sin` turns
ALIKE = 24  # binary digits of a relative difference beyond which two values count as one
REMAINDERS = {"%": ("//", True), "math.fmod": ("math.trunc", False), "math.remainder": ("round", False)}
Definition = Callable[[int], int | None]
EMPTY: Mapping[str, float] = MappingProxyType({})


@cache
def _arithmetic() -> Arithmetic:
    return Arithmetic(MP(DIGITS))


class Numeric:
    """Values of nodes at one point: inputs are drawn by its number, stages follow from their definitions, and true
    gradients ``D``, where ``gradient`` gives their sum over the uses, from that.  Whatever has no definition is drawn.
    The tests of ``case`` come out as it says, whatever the numbers are: so that also what no point enters has numbers.
    ``rooted`` gives a test by what its names copy, which is how a case may know it; inputs may be ``given`` by name.
    """

    def __init__(
        self,
        choices: Choices,
        definition: Definition,
        point: int,
        quotients: Quotients,
        gradient: Callable[[int], int | None] | None = None,
        case: Case | None = None,
        rooted: Callable[[int, Case], int] = lambda test, case: test,
        given: Mapping[str, float] = EMPTY,
    ):
        self.given = given
        self.choices, self.graph, self.rooted = choices, choices.graph, rooted
        self.definition, self.point, self.quotients, self.gradient = definition, point, quotients, gradient
        self.values: dict[int, object] = {}
        self.arithmetic = _arithmetic()
        self.numbers = self.arithmetic.numbers
        self.case = choices.decided(case) if case else {}
        self.values |= self.case

    def value(self, node: int):
        """The number, or None where there is none (outside a domain, or not finite)."""
        stack = [node]
        while stack:
            n = stack[-1]
            if n in self.values:
                stack.pop()
                continue
            needs = self.needs(n)
            todo = [m for m in needs if m not in self.values]
            if todo:
                stack.extend(todo)
                continue
            self.values[n] = self.one(n, [self.values[m] for m in needs])
            stack.pop()
        return self.values[node]

    def meets(self, case) -> bool:
        """Whether tests (with their outcomes, in pairs) come out so here."""
        return all((value := self.value(test)) is not None and bool(value) == wanted for test, wanted in case)

    def inputs(self) -> dict[str, float]:
        """The numbers that inputs have here, by the names that these go by (``w[0]``)."""
        leaves = [n for n in self.values if self.graph.op(n) == "leaf"]
        return {self.graph.payload(n): self.numbers.as_float(self.values[n]) for n in leaves}

    def needs(self, node: int) -> tuple[int, ...]:
        op, args, payload = self.graph.nodes[node]
        if op == "sym":
            d = self.definition(node)
            return () if d is None or self.graph.op(d) in ("pair", "token") else (d,)
        if op == "D" and self.gradient and (total := self.gradient(payload)) is not None:
            return (total,)
        if op == "ite":  # only the arm that counts
            if self.case and args[0] not in self.values and (root := self.rooted(args[0], self.case)) in self.case:
                self.values[args[0]] = self.case[root]
            test = self.values.get(args[0])
            return args[:1] if args[0] not in self.values or test is None else (args[0], args[1 if test else 2])
        if self.case and op == "call" and payload in KINKS:
            return (self.choices.without_kinks(node),)
        if op == "slope" and self.graph.op(args[0]) == "pair":
            return tuple(self.graph.jacobian(args[0], args[1]))
        return args if op in ("call", "pair", "J") else args[:1] if op == "slope" else ()

    def one(self, node: int, parts: list):
        op, args, payload = self.graph.nodes[node]
        if op == "const":
            return self.arithmetic.literal(payload)
        if op == "ite":
            return self.values[args[1 if parts[0] else 2]] if len(parts) == 2 else None
        if op == "slope" and self.graph.op(args[0]) == "pair":
            return sum(parts) if complete(parts) else None
        if op == "slope":
            return self.slope(args[0], args[1])
        if op == "leaf" or op in ("sym", "D") and not parts:
            return self.draw(node)
        if self.case and payload in COMPARISONS and (root := self.rooted(node, self.case)) in self.case:
            return self.case[root]
        if op == "index":
            return self.numbers.make(float(random.Random(self.point * 1_000_003 + node).randrange(6)))
        if op in ("pair", "J"):  # a helper's value hangs on those that it is given
            return self.draw((payload, *map(self.numbers.as_float, parts))) if complete(parts) else None
        if not complete(parts) or op not in ("call", "sym", "D"):
            return None
        return (
            parts[0]
            if op in ("sym", "D") or self.case and payload in KINKS
            else self.arithmetic.operation(payload, parts)
        )

    def draw(self, node: int | tuple):
        """A number for an input, given or by the point's number: of either sign, positive, or small and whole, where ties
        are."""
        if self.given and isinstance(node, int) and self.graph.payload(node) in self.given:
            return self.numbers.make(self.given[self.graph.payload(node)])
        rng = random.Random(self.point * 1_000_003 + node if isinstance(node, int) else f"{self.point} {node}")
        kind, scale = self.point % 4, (1.0, 0.4, 2.0, 0.2, 3.0)[self.point % 5]
        if self.point < 0:
            return self.numbers.make(float(rng.choice((-1, 0, 1, 2))))
        sign = 1 if kind == 1 else rng.choice((1, 1, 1, -1)) if kind == 0 else rng.choice((1, -1))
        return self.numbers.make(sign * round(rng.uniform(0.1, 1.5) * scale, 9))

    def slope(self, definition: int, by: int):
        """A central difference of one stage by one operand; every test and step stays as it is at the point, so at a tie the convention counts."""
        if self.values[definition] is None or self.value(by) is None:
            return None
        x = self.values[by]
        quotient = self.quotients(definition, by, bool(x))
        fixed = {n: self.values[n] for n in quotient.operands if n in self.values}
        fixed |= {n: self.value(n) for n in quotient.steady}
        step = self.numbers.make(STEP)
        if abs(x) > 1:  # not too small beside a large operand
            step *= self.numbers.make(abs(x)) ** 0.5
        ends = []
        for moved in (x + step, x - step):
            other = Numeric(self.choices, self.definition, self.point, self.quotients, rooted=self.rooted)
            other.case, other.values = self.case, self.case | fixed | {by: moved}
            ends.append(other.value(quotient.stage))
        if not complete(ends):
            return None
        return (ends[0] - ends[1]) / (2 * step)


@dataclass(frozen=True)
class Quotient:
    """What a difference quotient of a stage is made of, at whatever point: the stage without kinks, its operands, and the
    tests, steps and values of helpers that stay as they are."""

    stage: int
    operands: tuple[int, ...]
    steady: tuple[int, ...]


class Quotients:
    """The quotients of stages by operands, each made once for all points."""

    def __init__(self, choices: Choices):
        self.choices, self.made = choices, {}

    def __call__(self, definition: int, by: int, outcome: bool) -> Quotient:
        """The quotient of a stage by an operand, which comes out so where it is itself a test."""
        key = (definition, by, outcome)
        if key not in self.made:
            self.made[key] = self.make(*key)
        return self.made[key]

    def make(self, definition: int, by: int, outcome: bool) -> Quotient:
        graph = self.choices.graph
        stage = self.choices.resolved(with_steps(graph, self.choices.without_kinks(definition)), {by: outcome})
        inside = list(graph.walk(stage))
        return Quotient(
            stage,
            tuple(n for n in inside if graph.op(n) in ("leaf", "sym")),
            tuple(n for n in inside if graph.op(n) in ("J", "pair") or graph.payload(n) in ZERO_SLOPE)
            + tuple(graph.args(n)[0] for n in inside if graph.op(n) == "ite"),
        )


def with_steps(graph: Graph, node: int) -> int:
    """A value with ``x % y`` as ``x - y * (x // y)``: the whole number in it is a step.  Tests stay as they are known."""
    below = graph.below(node)
    made = {test: test for n in below if graph.op(n) == "ite" for test in graph.args(n)[:1]}
    for n in reversed(below):
        if n not in made and graph.op(n) == "call" and graph.payload(n) in REMAINDERS:
            fn, is_quotient = REMAINDERS[graph.payload(n)]
            x, y = (graph.rebuild(a, made) for a in graph.args(n))
            whole = graph.call(fn, x, y) if is_quotient else graph.call(fn, graph.call("/", x, y))
            made[n] = graph.call("-", x, graph.call("*", y, whole))
    return graph.rebuild(node, made) if made else node


def alike(x, y) -> bool:
    """Whether two numbers are one, rounding and the error of a difference quotient aside."""
    size, gap = abs(x) + abs(y), abs(x - y)
    return gap <= size * 1e-14 or gap <= 1e-25


class Points:
    """Points at which everything has a number, made as they are asked for: those at ``given`` inputs first.  ``widened`` gives a case with all that it says
    of other tests too, None if it contradicts itself."""

    def __init__(
        self,
        choices: Choices,
        definition: Definition,
        gradient: Callable[[int], int | None] | None = None,
        widened: Callable[[Case], Case | None] | None = None,
        rooted: Callable[[int, Case], int] = lambda test, case: test,
        given: Sequence[Mapping[str, float]] = (),
    ):
        quotients = Quotients(choices)
        self.make = lambda number, case=None, inputs=EMPTY: Numeric(
            choices, definition, number, quotients, gradient, case, rooted, inputs
        )
        self.given = [self.make(number, None, inputs) for number, inputs in enumerate(given)]
        self.raises = choices.raises
        self.widened = widened or choices.implied
        self.made: dict[int, Numeric] = {}
        self.found: dict[tuple, list[Numeric]] = {}

    def at(self, number: int) -> Numeric:
        if number not in self.made:
            self.made[number] = self.make(number)
        return self.made[number]

    def meeting(self, case: tuple, wanted: int = 8, most: int = 48, ties: bool = False) -> list[Numeric]:
        """Up to ``wanted`` ordinary points (or points with small whole numbers) that meet a case; if none of those tried
        does, points that meet it because its tests are made to come out so."""
        key = (case, wanted, ties)
        if key not in self.found:
            numbers = range(-1, -most - 1, -1) if ties else range(most)
            met = [] if ties else [point for point in self.given if self.fits(point, case)]
            for number in numbers:
                if len(met) >= wanted:
                    break
                if self.fits(self.at(number), case):
                    met.append(self.at(number))
            if not met and not ties and (wide := self.widened(dict(case))) is not None:
                made = [self.make(number, wide) for number in range(wanted)]
                met = [point for point in made if self.fits(point, case)]
            self.found[key] = met
        return self.found[key]

    def fits(self, point: Numeric, case: tuple) -> bool:
        """Whether a point meets a case and nothing raises there."""
        return point.meets(case) and not any(point.meets(path) for path in self.raises)

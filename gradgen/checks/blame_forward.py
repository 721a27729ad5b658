"""Which line of an emitted forward pass is to blame: the first that does what the source does not."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gradgen.checks.symbolic import Prover
from gradgen.checks.values import Called, Group, Log, Step, Value

Covers = Callable[[dict[int | None, list[tuple]], Step], bool]  # whether steps, by node, stand in for one on every path


class Forward:
    """What the source and the text did, and what they give."""

    def __init__(
        self, prover: Prover, theirs: Log, ours: Log, wanted: Sequence[int], given: Sequence[int], covers: Covers
    ):
        self.prover, self.graph, self.theirs, self.ours, self.covers = prover, prover.graph, theirs, ours, covers
        self.wanted, self.given = wanted, given
        self.paths: dict[int | None, list[tuple]] = {}
        for step in theirs.operations:
            self.paths.setdefault(step.node, []).append(step.path)

    def line(self, before: int) -> int | None:
        """The line to blame of those before a line; None if each of them does what the source does."""
        place = self.other_step(before)
        call = self.other_call(len(self.ours.operations) if place is None else place)
        if call:
            return call
        return (
            self.line_of(self.ours.operations[place])
            if place is not None
            else self.other_join(range(before), self.wanted, self.given)
        )

    def line_of_risk(self, risk: Step) -> int:
        """The line by which the text may raise where the source does not: of a ``raise`` that of the test before it, of an
        operation the first on which it hangs that is not the source's."""
        if risk.node is None:
            return self.ours.tests.get(risk.path[-1][0], risk.line) if risk.path else risk.line
        below = set(self.graph.walk(risk.node))
        steps = (s for s in self.ours.operations if s.node in below and not self.covers(self.paths, s))
        return next((self.line_of(s) for s in steps), risk.line)

    def other_step(self, before: int) -> int | None:
        """The place in the log of the first operation that the source does not do there."""
        seen: set[Step] = set()
        for place, step in enumerate(self.ours.operations):
            if step.line < before and step not in seen and not self.covers(self.paths, step):
                return place
            seen.add(step)
        return None

    def line_of(self, step: Step) -> int:
        """The line of an operation; that of the branch, if the source does it on the other arm."""
        if step.path and step.node in self.paths:
            *outer, (test, outcome) = step.path
            if self.covers(self.paths, Step(step.node, (*outer, (test, not outcome)), step.line)):
                return self.ours.tests.get(test, step.line)
        return step.line

    def other_call(self, place: int) -> int | None:
        """The line of the first call up to an operation by which a function of the text is given what the source never gives
        it; the last line of the function, if it is another value that it gives for that."""
        known: dict[str, list[Called]] = {}
        for call in self.theirs.calls:
            known.setdefault(call.name, []).append(call)
        for call in self.ours.calls:
            others = known.get(call.name.removesuffix("_forward"))
            if others and call.steps.start <= place:
                same = [other.gives for other in others if other.given == call.given]
                if not same:
                    return call.line
                if call.steps.stop <= place and not any(self.is_same(value_of(call.gives), value) for value in same):
                    return (
                        self.other_join(call.body, self.flat(same), self.flat([value_of(call.gives)])) or call.body[-1]
                    )
        return None

    def is_same(self, ours: Value, theirs: Value) -> bool:
        return (
            ours == theirs or isinstance(ours, int) and isinstance(theirs, int) and self.prover.identical(ours, theirs)
        )

    def other_join(self, lines: range, wanted: Sequence[int], given: Sequence[int]) -> int | None:
        """The line of the first join of branches in what is given, of those on some lines, that the source does not have."""
        known = {n for node, _ in self.theirs.joins for n in self.graph.walk(node)}
        known |= {n for node in wanted for n in self.graph.walk(node)}
        ours = {n for node in given for n in self.graph.walk(node)}
        return next(
            (line for node, line in self.ours.joins if line in lines and node in ours and node not in known), None
        )

    def flat(self, values: Sequence[Value]) -> list[int]:
        """The nodes that values are made of."""
        parts = [self.flat(v.items) if isinstance(v, Group) else [v] if isinstance(v, int) else [] for v in values]
        return [n for part in parts for n in part]


def value_of(pair: Value) -> Value:
    """What a forward gives beside its cache."""
    return pair.items[0] if isinstance(pair, Group) and len(pair.items) == 2 else pair

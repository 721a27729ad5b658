"""Which emitted line is to blame, where the gradients are not shown right.

Every statement's entries are compared, by their values at a few points, with what is rightful in a backward pass: the source's values,
the true derivatives by each of them, and the partial sums that these are built up from.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gradgen.checks.arrays.lines import Lines, alias_line, handed_back, targets_of
from gradgen.checks.arrays.running import Run
from gradgen.checks.arrays.slopes import parts_of
from gradgen.checks.arrays.sweep import Values

FEW = 5  # contributions of which all subsets are formed; beyond, those made up to some statement
Totals, Shares = dict[int, int], list[tuple[int, int, int]]  # what `slopes.reverse` gives
DEEP = 4  # statements' parts that a contribution is followed through


@dataclass
class Event:
    """What one statement gave: how many of its entries are derivatives or values, or partial sums, or neither."""

    line: int
    nodes: tuple[int, ...]
    whole: int
    partial: int
    other: int
    by_name: bool  # whether it is known which value's derivative it should be

    @property
    def is_wrong(self) -> bool:
        """Whether most entries are nothing that they could be."""
        return self.other > self.whole + self.partial


@dataclass
class Blame:
    """One run of an emitted text that was not shown right; ``total`` and ``shares`` are the source's true derivatives."""

    run: Run
    lines: Lines
    values: Values
    total: Totals
    shares: Shares

    # by what went wrong

    def of_fault(self) -> int | None:
        """The first line that gives something wrong, else where the emitted text raised or what was handed back came from."""
        what, run = str(self.run.fault), self.run
        if what.startswith(("the result is not (", "the forward's result is not (")):
            return self.lines.entries[0].end_lineno
        if what.startswith(("the value", "the result", "another number", "an argument")):
            return self.of_forward()
        if raised := re.search(r": line (\d+)", what):
            if not run.forward_end and self.lines.claim.style == "split":
                return self.of_forward(int(raised[1]))
            return self.of_backward(int(raised[1]), raised=True)
        if what.startswith("the emitted backward modifies") and run.emitted.offence:
            return alias_line(self.lines.entries[-1], run.emitted.offence)
        name = re.match(r"the gradient d(\w+)", what)
        handed = self.lines.handed_back(name and name[1], plainly="memory" in what)
        return handed if "memory" in what else self.of_backward(handed)

    def of_forward(self, fallback: int | None = None) -> int | None:
        """The first line of the forward pass that gives what the source does not; if there is none: what gave the value, or the return."""
        run, end, entry = self.run, self.lines.forward_end, self.lines.entries[0]
        if (line := self.miscounted()) and line <= end:
            return line
        for line, nodes in run.log[: run.forward_end or len(run.log)]:
            if line < end and any(n >= run.mark and run.nodes.variable[n] for n in nodes):
                return line
        meant, given = ({pair[i] for pair in pairs} for pairs, i in ((run.seeds, 0), (run.values, 0)))
        if fallback or any(nodes and meant.issuperset(nodes) for line, nodes in run.log if line < end):
            return fallback or entry.end_lineno  # the value was worked out, and not returned
        held = [line for line, nodes in run.log if line < end and given & set(nodes)]
        return held[-1] if held else entry.end_lineno if run.values else handed_back(entry, (), None, first=True)

    def of_backward(self, fallback: int | None = None, raised: bool = False) -> int | None:
        """The first line most of whose entries are wrong, or, if it read a sum that was not complete, the line that gave that.

        ``fallback`` where every line is right in itself.
        """
        if any(a != b for a, b in self.run.values):
            return self.of_forward()
        if line := self.lines.mixed_up_cache() or self.miscounted():
            return line
        events = list(self.events())
        mark = self.run.mark
        good = {n for e in events for n in e.nodes if e.by_name and not e.other and n >= mark}
        vindicated = self.run.nodes.below(good) - good  # what right values were made of
        theirs = {nodes for _, nodes in self.run.source.log}
        events = [e for e in events if e.nodes not in theirs]
        fresh = ([n for n in e.nodes if n >= mark] for e in events)
        suspects = [
            e
            for e, nodes in zip(events, fresh, strict=True)
            if e.other and not (nodes and vindicated.issuperset(nodes))
        ]
        first = next((e for e in suspects if e.is_wrong), suspects[0] if suspects and not raised else None)
        return (self.incomplete(events, first) or first.line) if first else fallback

    def miscounted(self) -> int | None:
        """The first line that gives a name another integer than the source ever gives it."""
        theirs: dict[str, set[int]] = {}
        names = targets_of(self.run.source.tree)
        for line, number in self.run.source.integers:
            theirs.setdefault(names.get(line, ""), set()).add(number)
        for line, number in self.run.emitted.integers:
            name = self.lines.targets.get(line, "")
            if name.isidentifier() and name in theirs and number not in theirs[name]:
                return line
        return None

    def incomplete(self, events: list[Event], wrong: Event) -> int | None:
        """The line that last gave a partial sum which a wrong line, not one of its own name, took for complete."""
        below, names = self.run.nodes.below(wrong.nodes), self.lines.reads.get(wrong.line, set())
        own = _base(self.lines.targets.get(wrong.line, ""))
        for event in reversed(events[: events.index(wrong)]):
            name = _base(self.lines.targets.get(event.line, ""))
            mine = [n for n in event.nodes if n >= self.run.mark]
            if name == own or name not in names or not mine or not below.issuperset(mine):
                continue
            return event.line if event.partial and not event.other and event.partial >= event.whole else None
        return None

    # the statements, judged

    def events(self) -> Iterator[Event]:
        """Every statement of the emitted text that gave expressions, in order.

        A name that is ``d`` and the name of a value is held against the derivatives by that value (entry by entry, where there are
        as many), any other against all there are.
        """
        values, total, run = self.values, self.total, self.run
        sums = {
            node: {values.key_of(v) for v in amounts}
            for node, amounts in partial_sums(run, values, total, self.shares).items()
        }
        everything = {values.key(n) for n in (*total.values(), *range(run.mark))}, set().union(*sums.values())
        own = self.by_name()
        for line, nodes in run.log:
            versions = own.get(_stem(self.lines.targets.get(line, "")), [])
            mine = {n for version in versions for n in version}
            alike = [version for version in versions if len(version) == len(nodes)]
            wholes = {n: {values.key(total[n])} for n in mine if n in total}
            kinds = [0, 0, 0]
            for place, n in enumerate(nodes):
                if not np.any(values.at(n)) or not mine and run.nodes.constant(n) is not None:
                    continue
                may = {version[place] for version in alike} or mine
                whole, partial = (
                    (set().union(*(t.get(m, ()) for m in may)) for t in (wholes, sums)) if mine else everything
                )
                key = values.key(n)
                kinds[0 if key in whole else 1 if key in partial else 2] += 1
            yield Event(line, nodes, *kinds, bool(mine))

    def by_name(self) -> dict[str, list[tuple[int, ...]]]:
        """The values that go by each name: of the forward's statements, and of the inputs."""
        found: dict[str, list[tuple[int, ...]]] = {}
        for path, nodes in self.run.inputs.items():
            found.setdefault(path[0], []).append(tuple(nodes))
        for line, nodes in self.run.log:
            if line in self.lines.targets and all(n < self.run.mark for n in nodes):
                found.setdefault(self.lines.targets[line], []).append(nodes)
        return found


def _base(target: str) -> str:
    """The name in a target, as in ``dx[0]``."""
    return target.split("[")[0]


def _stem(target: str) -> str:
    """The value's name in the name of its gradient, by custom."""
    name = _base(target)
    return name[1:] if name.startswith("d") else ""


def partial_sums(run: Run, values: Values, total: Totals, shares: Shares) -> dict[int, list[np.ndarray]]:
    """The values of the sums that each derivative may be on the way to its last contribution."""
    of: dict[int, list[tuple[int, np.ndarray]]] = {}
    for node, user, amount in shares:
        of.setdefault(node, []).append((user, values.at(amount)))
    found: dict[int, list[np.ndarray]] = {}
    for node in of:
        pieces = list(_pieces(run, node, of, values, total))
        by_line: dict[int, np.ndarray] = {}
        for line, amount in pieces:
            by_line[line] = by_line.get(line, 0.0) + amount
        found[node] = [*(amount for _, amount in pieces), *_subsets(list(by_line.values()))]
        if len(pieces) <= FEW:
            found[node] += _subsets([amount for _, amount in pieces])
    return found


def _pieces(
    run: Run, node: int, of: dict, values: Values, total: Totals, depth: int = 0
) -> Iterator[tuple[int, np.ndarray]]:
    """(line that made the user, amount) of each contribution; one that comes through part of a statement in parts of its own."""
    for user, amount in of[node]:
        if depth < DEEP and user >= 0 and len(of.get(user, ())) > 1 and user not in run.named:
            factor = sum(values.at(a) for part, a in parts_of(run.nodes, user, run.nodes.one) if part == node)
            factor = factor / sum(1 for other, _ in of[node] if other == user)
            yield from ((line, part * factor) for line, part in _pieces(run, user, of, values, total, depth + 1))
        else:
            yield run.nodes.lines.get(user, 0), amount


def _subsets(amounts: list[np.ndarray]) -> Iterator[np.ndarray]:
    if len(amounts) <= FEW:
        for size in range(1, len(amounts)):
            yield from (sum(some) for some in itertools.combinations(amounts, size))
        return
    for direction in (amounts, amounts[::-1]):
        yield from itertools.accumulate(direction)

"""Which emitted line is to blame, where the gradients are not shown right.

Every statement's entries are compared, by their values at a few points, with what is rightful in a backward pass: the source's values,
the true derivatives by each of them, and the partial sums that these are built up from.
"""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gradgen.checks.arrays.running import Run
from gradgen.checks.arrays.sweep import Values

FEW = 5  # contributions of which all subsets are formed; beyond, those made up to some statement
DEEP = 4  # statements' parts that a contribution is followed through


@dataclass
class Event:
    """What one statement gave: how many of its entries are derivatives or values, or partial sums, or neither."""

    line: int
    nodes: tuple[int, ...]
    whole: int
    partial: int
    other: int

    @property
    def is_wrong(self) -> bool:
        """Whether most entries are nothing that they could be."""
        return self.other > self.whole + self.partial


def forward_line(run: Run, fallback: int | None = None) -> int | None:
    """The first emitted line that gives what the source does not, else ``fallback``, else the last of the forward pass."""
    log = run.log[: run.forward_end or len(run.log)]
    for line, nodes in log:
        if any(n >= run.mark and run.nodes.variable[n] for n in nodes):
            return line
    return fallback or (log[-1][0] if log else None)


def line_to_blame(run: Run, values: Values, total: dict[int, int], shares: list[tuple[int, int, int]], fallback: int | None = None) -> int | None:
    """The first line most of whose entries are wrong, or, if it read a sum that was not complete, the line that gave that.

    Where every line is right in itself: ``fallback``, else the last one that gave what is handed back.
    """
    events = list(judged(run, values, total, shares))
    good = {n for e in events for n in e.nodes if not e.other and n >= run.mark}
    vindicated = run.nodes.below(good)  # what right values were made of
    suspects = [e for e in events if e.other and not vindicated.issuperset(n for n in e.nodes if n >= run.mark)]
    first = next((e for e in suspects if e.is_wrong), suspects[0] if suspects else None)
    if first is None and fallback:
        return fallback
    if first is None:
        return _last(events, {n for nodes in run.grads.values() for n in nodes})
    return _incomplete(run, events, first) or first.line


def judged(run: Run, values: Values, total: dict[int, int], shares: list[tuple[int, int, int]]) -> Iterator[Event]:
    """Every statement of the emitted text that gave expressions, in order."""
    whole = {values.key(n) for n in (*total.values(), *range(run.mark))}
    partial = {values.key_of(v) for v in partial_sums(run, values, total, shares)}
    for line, nodes in run.log:
        kinds = [0, 0, 0]
        for n in nodes:
            key = values.key(n)
            if run.nodes.constant(n) is None and np.any(values.at(n)):
                kinds[0 if key in whole else 1 if key in partial else 2] += 1
        yield Event(line, nodes, *kinds)


def partial_sums(run: Run, values: Values, total: dict[int, int], shares: list[tuple[int, int, int]]) -> Iterator[np.ndarray]:
    """The values of the sums that a derivative may be on the way to its last contribution."""
    of: dict[int, list[tuple[int, np.ndarray]]] = {}
    for node, user, amount in shares:
        of.setdefault(node, []).append((user, values.at(amount)))
    for node in of:
        pieces = list(_pieces(run, node, of, values, total))
        by_line: dict[int, np.ndarray] = {}
        for line, amount in pieces:
            by_line[line] = by_line.get(line, 0.0) + amount
        yield from (amount for _, amount in pieces)
        yield from _subsets(list(by_line.values()))
        if len(pieces) <= FEW:
            yield from _subsets([amount for _, amount in pieces])


def _pieces(run: Run, node: int, of: dict, values: Values, total: dict[int, int], depth: int = 0) -> Iterator[tuple[int, np.ndarray]]:
    """(line of the source, amount) of each contribution; one that comes through part of a statement in parts of its own."""
    for user, amount in of[node]:
        if depth < DEEP and user >= 0 and len(of.get(user, ())) > 1 and user not in run.named:
            up = values.at(total[user])
            with np.errstate(all="ignore"):
                yield from ((line, amount * (part / up)) for line, part in _pieces(run, user, of, values, total, depth + 1))
        else:
            yield line_of(run, user), amount


def line_of(run: Run, node: int) -> int:
    """The line of the source that made a node."""
    if node < 0 or not run.made:
        return -1
    place = bisect.bisect_right([count for count, _ in run.made], node)
    return run.made[min(place, len(run.made) - 1)][1]


def _subsets(amounts: list[np.ndarray]) -> Iterator[np.ndarray]:
    if len(amounts) <= FEW:
        for size in range(1, len(amounts)):
            yield from (sum(some) for some in itertools.combinations(amounts, size))
        return
    for direction in (amounts, amounts[::-1]):
        yield from itertools.accumulate(direction)


def _incomplete(run: Run, events: list[Event], wrong: Event) -> int | None:
    """The line that last gave a partial sum which a wrong line took for complete."""
    read = run.nodes.below(wrong.nodes)
    for event in reversed(events[: events.index(wrong)]):
        mine = [n for n in event.nodes if n >= run.mark]
        if mine and event.partial and not event.other and event.partial >= event.whole and read.issuperset(mine):
            return event.line
    return None


def _last(events: list[Event], nodes: set[int]) -> int | None:
    """The last line that gave some of these."""
    return next((e.line for e in reversed(events) if nodes.intersection(e.nodes)), events[-1].line if events else None)

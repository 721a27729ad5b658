"""Which emitted line is to blame, where the gradients are not shown right.

Every statement's entries are compared, by their values at a few points, with what is rightful in a backward pass: the source's values,
the true derivatives by each of them, and the partial sums that these are built up from.
"""

from __future__ import annotations

import ast
import bisect
import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gradgen.checks.arrays.running import Run
from gradgen.checks.arrays.sweep import Values
from gradgen.checks.blame import packed_values

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


def forward_line(run: Run, end: int, fallback: int | None) -> int | None:
    """The first emitted line before ``end`` that gives what the source does not, else ``fallback``."""
    for line, nodes in run.log[: run.forward_end or len(run.log)]:
        if line < end and any(n >= run.mark and run.nodes.variable[n] for n in nodes):
            return line
    return fallback


def line_to_blame(run: Run, targets: dict[int, str], values: Values, total: Totals, shares: Shares) -> int | None:
    """The first line most of whose entries are wrong, or, if it read a sum that was not complete, the line that gave that.

    None where every line is right in itself.  ``targets`` says what each line assigns.
    """
    events = list(judged(run, targets, values, total, shares))
    good = {n for e in events for n in e.nodes if e.by_name and not e.other and n >= run.mark}
    vindicated = run.nodes.below(good) - good  # what right values were made of
    suspects = [e for e in events if e.other and not vindicated.issuperset(n for n in e.nodes if n >= run.mark)]
    first = next((e for e in suspects if e.is_wrong), suspects[0] if suspects else None)
    return first and (_incomplete(run, targets, events, first) or first.line)


def judged(run: Run, targets: dict[int, str], values: Values, total: Totals, shares: Shares) -> Iterator[Event]:
    """Every statement of the emitted text that gave expressions, in order.

    A name that is ``d`` and the name of a value is held against the derivatives by that value, any other against all there are.
    """
    sums = {node: {values.key_of(v) for v in amounts} for node, amounts in partial_sums(run, values, total, shares).items()}
    everything = {values.key(n) for n in (*total.values(), *range(run.mark))}, set().union(*sums.values())
    own = _by_name(run, targets)
    for line, nodes in run.log:
        whole, partial = everything
        if mine := own.get(_stem(targets.get(line, ""))):
            whole = {values.key(total[n]) for n in mine if n in total}
            partial = set().union(*(sums.get(n, ()) for n in mine))
        kinds = [0, 0, 0]
        for n in nodes:
            if np.any(values.at(n)) and (mine or run.nodes.constant(n) is None):
                key = values.key(n)
                kinds[0 if key in whole else 1 if key in partial else 2] += 1
        yield Event(line, nodes, *kinds, bool(mine))


def _by_name(run: Run, targets: dict[int, str]) -> dict[str, set[int]]:
    """The values that go by each name: of the forward's statements, and of the inputs."""
    found: dict[str, set[int]] = {}
    for path, nodes in run.inputs.items():
        found.setdefault(path[0], set()).update(nodes)
    for line, nodes in run.log:
        if line in targets and all(n < run.mark for n in nodes):
            found.setdefault(targets[line], set()).update(nodes)
    return found


def _stem(target: str) -> str:
    """The value's name in the name of its gradient, by custom."""
    name = target.split("[")[0]
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


def _pieces(run: Run, node: int, of: dict, values: Values, total: Totals, depth: int = 0) -> Iterator[tuple[int, np.ndarray]]:
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


def _incomplete(run: Run, targets: dict[int, str], events: list[Event], wrong: Event) -> int | None:
    """The line that last gave a partial sum which a wrong line, not one of its own name, took for complete."""
    read, stem = run.nodes.below(wrong.nodes), _stem(targets.get(wrong.line, ""))
    for event in reversed(events[: events.index(wrong)]):
        if stem and _stem(targets.get(event.line, "")) == stem:
            continue
        mine = [n for n in event.nodes if n >= run.mark]
        if mine and event.partial and not event.other and event.partial >= event.whole and read.issuperset(mine):
            return event.line
    return None


def mixed_up_cache(forward: ast.FunctionDef, backward: ast.FunctionDef) -> int | None:
    """The forward's return line, if the backward unpacks the cache under other names than were packed; `unused` is none."""
    _, packed = packed_values(forward)
    for node in backward.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Tuple) and isinstance(node.value, ast.Name):
            unpacked = [t.id for t in node.targets[0].elts if isinstance(t, ast.Name)]
            mixed = len(packed) != len(unpacked) or any(a != b and not b.startswith("unused") for a, b in zip(packed, unpacked, strict=False))
            return forward.body[-1].lineno if packed and mixed else None
    return None


def alias_line(function: ast.FunctionDef, line: int) -> int:
    """Where the name that a line changes in place last got its value: it is an alias there."""
    statement = next((n for n in ast.walk(function) if isinstance(n, (ast.Assign, ast.AugAssign)) and n.lineno == line), None)
    target = None if statement is None else statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
    while isinstance(target, ast.Subscript):
        target = target.value
    name = getattr(target, "id", None)
    stores = [n.lineno for n in ast.walk(function) if isinstance(n, ast.Assign) and n.lineno < line and getattr(n.targets[0], "id", "") == name]
    return max(stores, default=line)

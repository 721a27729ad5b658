"""The parts of a pass's lines at one stage of a search: their values, and what each should have been."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator

import numpy as np

from gradgen.grade.needed import HOLE, Part, needed, watched
from gradgen.grade.running import plain
from gradgen.grade.suspects import is_candidate
from gradgen.grade.trials import Attempt, Changes, Given, Trials
from gradgen.grade.truth import as_float
from gradgen.interpret.values import Routine

MOST_PARTS, MOST_DUES = 60, 4


class Parts:
    """Runs a pass once, with every line outside loops watched; then lines are taken apart from the last one up.

    A line whose gradient is known by its name, or that returns one, is asked for that; one whose value has no known
    gradient for what the lines that read it need.
    """

    def __init__(self, trials: Trials, now: Attempt, changed: Changes, given: Given):
        self.trials, self.now, self.changed, self.given = trials, now, changed, given
        self.found: dict[int, list[Part]] | None = None
        self.values: dict[int, np.ndarray] = {}

    def of(self, sid: int) -> list[Part]:
        """The parts of a line, the whole first."""
        if self.found is None:
            self.found = {}
            self.take_apart()
        return self.found.get(sid, [])

    def take_apart(self) -> None:
        body = self.trials.body
        lines = {s: self.changed.get(s, [x])[-1:] for s, x in enumerate(body.statements) if body.loops[s] is None}
        lines = {s: x[0] for s, x in lines.items() if x and s not in self.trials.skip and is_simple(x[0])}
        values, found = self.run(lines)
        self.values = values
        dues: dict[str, list[np.ndarray]] = {}
        for sid in sorted(lines, reverse=True):
            parts: list[Part] = []
            for node, wanted in self.roots(sid, lines[sid], values, found, dues):
                parts += needed(node, wanted, values)
            parts = [p for p in parts[:MOST_PARTS] if self.is_own(p, sid, dues)]
            self.found[sid] = parts

    def run(self, lines: dict[int, ast.stmt]) -> tuple[dict[int, np.ndarray], dict]:
        """(the values of all parts by the ids of their nodes, the gradients by path) of one run."""
        numbers: dict[int, ast.expr] = {}
        values: dict[int, np.ndarray] = {}
        changed = dict(self.changed)
        for sid, stmt in lines.items():
            made = copy.copy(stmt)
            if isinstance(stmt, ast.Return) and isinstance(stmt.value, ast.Tuple):
                made.value = copy.copy(stmt.value)
                made.value.elts = [watched(e, numbers) for e in stmt.value.elts]
            else:
                made.value = watched(stmt.value, numbers)
            changed[sid] = [*self.changed.get(sid, [stmt])[:-1], made]

        def see(args: list, kwargs: dict):
            value = plain(args[1])
            if isinstance(value, (float, int, np.ndarray, np.generic)) and np.asarray(value).dtype.kind in "fiu":
                values[id(numbers[args[0]])] = np.array(value, dtype=float)
            return args[1]

        self.trials.runner.machine.globals.builtins[HOLE] = Routine(HOLE, see)
        after = self.trials.attempt(changed, self.given)
        return values, after.gradients

    def roots(
        self, sid: int, stmt: ast.stmt, values: dict, found: dict, dues: dict
    ) -> Iterator[tuple[ast.expr, np.ndarray]]:
        """(a whole value of the line, what it should be)."""
        trials = self.trials
        if isinstance(stmt, ast.Return):
            for item in stmt.value.elts if isinstance(stmt.value, ast.Tuple) else [stmt.value]:
                own = values.get(id(item))
                for path, value in found.items():
                    if own is not None and path in trials.leaves and is_same(value, own):
                        if not trials.alike(value, trials.leaves[path]):
                            yield item, trials.leaves[path]
            return
        numbers = [n for n, site in enumerate(trials.sites) if site.sid == sid]
        own = values.get(id(stmt.value))
        if len(numbers) != 1 or own is None:
            return
        after = next((v for n, v in reversed(self.now.values) if n == numbers[0]), None)
        after = own if after is None or not isinstance(stmt, ast.AugAssign) else as_float(plain(after))
        totals = trials.rightful.totals.get(trials.about[numbers[0]] or "", ())
        key = trials.sites[numbers[0]].key
        due = dues.pop(key, [])[:MOST_DUES]
        for total in [*(totals[:MOST_DUES] if trials.is_last(numbers[0]) or not due else ()), *due]:
            if total.size != after.size and total.ndim > after.ndim:
                continue
            total = total.reshape(after.shape) if total.size == after.size else total
            with np.errstate(all="ignore"):
                if not isinstance(stmt, ast.AugAssign):
                    yield stmt.value, total
                elif total.shape == after.shape and own.shape == after.shape:
                    adds = isinstance(stmt.op, ast.Add)
                    dues.setdefault(key, []).append(total - own if adds else total + own)
                    yield stmt.value, total - after + own if adds else after + own - total

    def is_own(self, part: Part, sid: int, dues: dict[str, list[np.ndarray]]) -> bool:
        """Whether a part is to be mended here: not where another line computes it, whose value no name tells."""
        if not isinstance(part.node, ast.Name):
            return True
        makers = [n for n, site in enumerate(self.trials.sites) if site.key == part.node.id and site.sid < sid]
        makers = [n for n in makers if is_candidate(self.trials, self.trials.sites[n].sid)]  # no unpacking
        if not makers:
            return True
        dues.setdefault(part.node.id, []).append(part.needed)
        if isinstance(self.trials.body.statements[sid], ast.Return):
            return part.value.shape != part.needed.shape or part.top
        return len(makers) > 1 or bool(self.trials.about[makers[0]])


def is_simple(stmt: ast.stmt) -> bool:
    """Whether a line computes one value, or hands values back."""
    if isinstance(stmt, ast.Assign):
        return len(stmt.targets) == 1 and not isinstance(stmt.targets[0], (ast.Tuple, ast.List))
    if isinstance(stmt, ast.AugAssign):
        return isinstance(stmt.op, (ast.Add, ast.Sub))
    return isinstance(stmt, ast.Return) and stmt.value is not None


def is_same(value, own: np.ndarray) -> bool:
    try:
        value = as_float(value)
    except (TypeError, ValueError):
        return False
    return value.shape == own.shape and bool(np.array_equal(value, own, equal_nan=True))

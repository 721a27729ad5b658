"""Which emitted line is to blame: every line judged on its own, all others taken as right."""

from __future__ import annotations

from collections.abc import Sequence

from gradgen.checks.linear import Nonlinear
from gradgen.checks.reader import Box, Group, Unreadable, Value
from gradgen.checks.staged import DIFFERENT, EQUAL, Staged


def forward_line(theirs: Sequence[tuple[int, int]], ours: Sequence[tuple[int, int]]) -> int | None:
    """The first emitted line that does an operation which the source does not do (or not once more), else the last."""
    due: dict[int, int] = {}
    for node, _ in theirs:
        due[node] = due.get(node, 0) + 1
    for node, line in ours:
        if due.get(node, 0) == 0:
            return line
        due[node] -= 1
    return ours[-1][1] if ours else None


class Blaming(Staged):
    """Reads the backward pass with every gradient name standing for the true gradient, and judges each line."""

    def start(self) -> None:
        self.blaming = True
        self.delivered: dict[tuple[int, int], int] = {}
        self.last_line: dict[int, int] = {}
        self.bad: list[int] = []

    def bind(self, target, value: Value, state, node) -> None:
        if not self.forward and hasattr(target, "id") and type(node).__name__ != "AugAssign":
            self.judge(target.id, value, state, node, fresh=True)
        super().bind(target, value, state, node)

    def augment(self, node, target, op: str, value: int, state) -> None:
        if not self.forward and op in ("+", "-") and hasattr(target, "id"):
            if target.id not in state.env:
                self.bad.append(node.lineno)
            delta = value if op == "+" else self.graph.call("neg", value)
            self.judge(target.id, delta, state, node, fresh=False)
        super().augment(node, target, op, value, state)

    def judge(self, name: str, value: Value, state, node, fresh: bool) -> None:
        if isinstance(value, Group):
            for key, part in zip(value.keys or range(len(value.items)), value.items, strict=True):
                self.judge(f"{name}[{key!r}]", part, state, node, fresh)
            return
        found = [c for c in self.candidates(name) if self.fits(c, state)]
        if not found or isinstance(value, Box):
            return
        verdicts = [self.contribution(c, value, state, node.lineno, fresh) for c in found]
        if "right" not in verdicts:
            self.bad.append(node.lineno)

    def contribution(self, candidate: int, value: int, state, line: int, fresh: bool) -> str:
        """``right`` if a value is one of the contributions still due to a gradient; else ``wrong``, or ``open``."""
        try:
            claimed = self.form(value)
        except Nonlinear:
            return "open"
        overwrites = fresh and any(c == candidate for c, _ in self.delivered)
        if not claimed or value == self.gradient_key(candidate):
            return "wrong" if overwrites and not claimed and not self.in_branch(state) else "right"
        everything = set(self.stages)
        statuses = []
        for user in self.uses.get(candidate, []):
            due = self.due(candidate, user, state.path, everything)
            if due is None:
                continue
            status = self.same(claimed, due, state.path)
            if status != EQUAL:
                again = self.same(self.opened(claimed, state.path), self.opened(due, state.path), state.path)
                status = EQUAL if again == EQUAL else status
            if status == EQUAL:
                if overwrites and not self.in_branch(state) or (candidate, user) in self.delivered and not self.in_branch(state):
                    return "wrong"
                self.delivered[candidate, user] = line
                self.last_line[candidate] = line
                return "right"
            statuses.append(status)
        if self.same(claimed, self.expected(candidate, state.path, everything), state.path) == EQUAL:
            self.delivered.update({(candidate, u): line for u in self.uses.get(candidate, [])})
            return "right"
        return "wrong" if DIFFERENT in statuses or not statuses else "open"

    def in_branch(self, state) -> bool:
        return bool(state.path)

    def due(self, candidate: int, user: int, path, everything: set[int]):
        uses = self.uses
        self.uses = {candidate: [user]}
        seeds, self.seeds = self.seeds, {}
        form = self.expected(candidate, path, everything)
        self.uses, self.seeds = uses, seeds
        return form or None

    def missing(self) -> list[int]:
        """For each contribution that was never made, the last line that gives that gradient a value, or its upstream's."""
        lines = []
        for node, users in self.uses.items():
            for user in users:
                if (node, user) not in self.delivered and any(c == node for c, _ in self.delivered):
                    lines.append(self.last_line.get(node, 0))
        return [line for line in lines if line]


def line_to_blame(case, entries: tuple[str, ...]) -> int | None:
    """The emitted line to blame in a function whose gradients did not prove: the first that is none of the due contributions."""
    reader = Blaming(case.graph, case.tree, case.prover, case.known, case.pairs)
    reader.start()
    try:
        if len(entries) == 1:
            case.run_joint(reader, entries[0])
        elif entries == case.claim.entries:
            case.run_entry(reader)
        else:
            outputs, cache = case.run_forward(reader, entries[0])
            case.run_backward(reader, entries[1], outputs, cache)
    except Unreadable as error:
        return (reader.bad or [error.line])[0] or None
    return next(iter(reader.bad or reader.missing()), None)

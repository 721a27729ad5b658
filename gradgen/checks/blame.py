"""Which emitted line is to blame: every line judged on its own, all others taken as right."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from gradgen.checks.linear import Form, Nonlinear
from gradgen.checks.reader import Box, Group, Unreadable, Value
from gradgen.checks.staged import DIFFERENT, EQUAL, Staged
from gradgen.checks.symbolic import Prover

WHOLE = -1  # a stage's contribution in one piece; else the number of the term of its sum


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
        self.delivered: dict[tuple[int, int, int], int] = {}
        self.last_line: dict[int, int] = {}
        self.bad: list[int] = []
        self.doubtful: list[int] = []

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
            (self.bad if "wrong" in verdicts else self.doubtful).append(node.lineno)

    def contribution(self, candidate: int, value: int, state, line: int, fresh: bool) -> str:
        """``right`` if a value is one of the contributions still due to a gradient; else ``wrong``, or ``open``."""
        try:
            claimed = self.form(value)
        except Nonlinear:
            return "open"
        overwrites = fresh and any(c == candidate for c, *_ in self.delivered)
        if not claimed or value == self.gradient_key(candidate):
            return "wrong" if overwrites and not claimed and not self.in_branch(state) else "right"
        everything = set(self.stages)
        statuses = []
        for user in self.uses.get(candidate, []):
            for part, due in self.dues(candidate, user, state.path, everything).items():
                status = self.same(claimed, due, state.path)
                if status != EQUAL and part == WHOLE:
                    status = self.same(self.opened(claimed, state.path), self.opened(due, state.path), state.path)
                if status == EQUAL:
                    return self.deliver(candidate, user, part, line, overwrites, self.in_branch(state))
                statuses.append(status)
        if self.same(claimed, self.expected(candidate, state.path, everything), state.path) == EQUAL:
            self.delivered.update({(candidate, u, WHOLE): line for u in self.uses.get(candidate, [])})
            return "right"
        return "wrong" if DIFFERENT in statuses or not statuses else "open"

    def deliver(self, candidate: int, user: int, part: int, line: int, overwrites: bool, inside: bool) -> str:
        """Note a contribution that was due; one that was made before, or that throws others away, is wrong."""
        key = candidate, user, part
        if not inside and (overwrites or key in self.delivered):
            return "wrong"
        self.delivered[key] = line
        self.last_line[candidate] = line
        return "right"

    def dues(self, candidate: int, user: int, path, everything: set[int]) -> dict[int, Form]:
        """What a stage's use of a value brings to its gradient: as a whole, and term by term of the stage's sum."""
        found: dict[int, Form] = {}
        definition = self.stages[user].definition
        terms = self.prover.terms(definition)
        for part, term in [(WHOLE, definition), *(enumerate(terms) if len(terms) > 1 else ())]:
            if candidate in self.graph.smooth_leaves(term):
                self.stages[user].definition = term
                if form := self.due(candidate, user, path, everything):
                    found[part] = form
        self.stages[user].definition = definition
        return found

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
        """For each contribution that was never made, the last line that gives that gradient a value."""
        lines = []
        for node, users in self.uses.items():
            for user in users:
                if not self.is_complete(node, user) and any(c == node for c, *_ in self.delivered):
                    lines.append(self.last_line.get(node, 0))
        return [line for line in lines if line]

    def is_complete(self, node: int, user: int) -> bool:
        if (node, user, WHOLE) in self.delivered:
            return True
        terms = self.prover.terms(self.stages[user].definition)
        due = [i for i, t in enumerate(terms) if node in self.graph.smooth_leaves(t)]
        return len(terms) > 1 and all((node, user, i) in self.delivered for i in due)


def line_to_blame(case, entries: tuple[str, ...]) -> int | None:
    """The emitted line to blame in a function whose gradients did not prove: the first that is none of the due contributions."""
    prover = Prover(case.graph)  # with patience of its own
    reader = Blaming(case.graph, case.tree, prover, case.known, case.pairs)
    reader.start()
    if len(entries) == 2 and (line := mixed_up_cache(*(case.functions[e] for e in entries))):
        return line
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
    last = case.functions[entries[-1]].body[-1].lineno  # all contributions are right: what is handed back is not
    return (reader.bad or reader.missing() or reader.doubtful or [last])[0]


def mixed_up_cache(forward: ast.FunctionDef, backward: ast.FunctionDef) -> int | None:
    """The forward's return line, if the backward unpacks the cache under other names than were packed."""
    packed = packed_names(forward)
    for node in backward.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Tuple) and isinstance(node.value, ast.Name):
            unpacked = [t.id for t in node.targets[0].elts if isinstance(t, ast.Name)]
            if packed and packed != unpacked:
                return forward.body[-1].lineno
            break
    return None


def packed_names(forward: ast.FunctionDef) -> list[str]:
    value = getattr(forward.body[-1], "value", None)
    cache = value.elts[1] if isinstance(value, ast.Tuple) and len(value.elts) == 2 else None
    return [e.id for e in cache.elts if isinstance(e, ast.Name)] if isinstance(cache, ast.Tuple) else []

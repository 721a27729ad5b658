"""Which copy is to blame where an operation of the source is done with another operand: ``b = a``, or a branch of copies.

A copy does nothing by itself that the source does not, so its mistake shows at the first operation that reads it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from gradgen.checks.graph import Graph
from gradgen.checks.values import Box, Log


class Copies:
    """The copies of an emitted forward pass, beside what the source does."""

    def __init__(self, graph: Graph, theirs: Log, ours: Log, function: ast.FunctionDef):
        self.graph, self.ours, self.function = graph, ours, function
        self.known = {step.node for step in theirs.operations}
        done = {step.node for step in ours.operations}
        joined = {n for node, _ in theirs.joins for n in graph.walk(node)}
        self.own_joins = [(node, at) for node, at in ours.joins if node not in joined | self.known]  # not the source's
        self.missed = [node for node in dict.fromkeys(s.node for s in theirs.operations) if node not in done]

    def to_blame(self, line: int) -> int:
        """The line of the copy that makes an operation of this line another one than the source's; else the line."""
        for step in self.ours.operations:
            if step.line == line and step.node is not None and step.node not in self.known:
                for got, expected in self.exchanged(step.node):
                    if (copy := self.copy_of(got, expected, line)) is not None:
                        return copy
        return line

    def exchanged(self, node: int) -> Iterator[tuple[int, int]]:
        """The operand of an operation with what it is in one of the source's that is missing, all else being alike."""
        op, args, payload = self.graph.nodes[node]
        for other in self.missed:
            its_op, its_args, its_payload = self.graph.nodes[other]
            if (op, payload, len(args)) == (its_op, its_payload, len(its_args)):
                apart = {(a, b) for a, b in zip(args, its_args, strict=True) if a != b}
                if len(apart) == 1:
                    ((a, b),) = apart
                    if self.graph.call("neg", a) == b or self.graph.call("neg", b) == a:
                        continue  # a sign is no copy
                    both = self.graph.payload(a) == self.graph.payload(b) == "neg"
                    yield (self.graph.args(a)[0], self.graph.args(b)[0]) if both else (a, b)

    def copy_of(self, got: int, expected: int, line: int) -> int | None:
        """The last copy before a line that gives one of the names it reads this value, and no name that is read rightly."""
        read = {name for name in self.reads(line, got) if has_value(self.function.body, name, line)}
        for node, at in self.own_joins:
            if node == got and at < line:
                return self.arm(node, expected, at, line, read)
        for name, value, at in reversed(self.ours.copies):
            if (
                value == got != self.graph.const(None)
                and at < line
                and name in read
                and not self.is_read_rightly(name, at, line)
            ):
                return at
        for node, at in reversed(self.ours.joins):
            if node == got and at < line:
                return self.arm(node, expected, at, line, read)
        return None

    def arm(self, join: int, expected: int, at: int, line: int, read: set[str]) -> int | None:
        """Of a branch whose value is wrong: the copy in the arm that is, if the other is the source's; else the branch."""
        if self.graph.op(join) == self.graph.op(expected) == "ite":
            (test, *arms), (wanted, *others) = self.graph.args(join), self.graph.args(expected)
            wrong = [a for a, b in zip(arms, others, strict=True) if a != b]
            if test == wanted and len(wrong) == 1:
                found = [k for _, value, k in self.ours.copies if value == wrong[0] and at < k < line]
                return found[-1] if found else None
        names = {name for name, _, k in self.ours.copies if at < k < line}
        return at if names & read else None

    def reads(self, line: int, value: int) -> set[str]:
        """The names of this value that the statement on a line reads."""
        around = [n for n in ast.walk(self.function) if isinstance(n, ast.stmt) and n.lineno <= line <= n.end_lineno]
        inside = min(around, key=lambda n: n.end_lineno - n.lineno, default=self.function)
        lines = range(inside.lineno, inside.end_lineno + 1)
        found = {name: v for (name, at), v in self.ours.reads.items() if at in lines}
        return {name for name, v in found.items() if v == value or isinstance(v, Box) and self.is_leaf(value, v)}

    def is_leaf(self, node: int, box: Box) -> bool:
        return self.graph.op(node) == "leaf" and self.graph.payload(node) == box.label()

    def is_read_rightly(self, name: str, since: int, line: int) -> bool:
        """Whether another line reads a name as the source does: then its copy is right."""
        names = [n for n in ast.walk(self.function) if isinstance(n, ast.Name) and n.id == name]
        until = min((n.lineno for n in names if isinstance(n.ctx, ast.Store) and n.lineno > since), default=10**9)
        others = {n.lineno for n in names if since < n.lineno <= until and n.lineno != line}
        steps = [step for step in self.ours.operations if step.line in others]
        return any(step.node in self.known for step in steps)


def has_value(block: list[ast.stmt], name: str, line: int) -> bool:
    """Whether statements give a name a value before a line, on every path that leads there."""
    for node in block:
        if node.lineno > line:
            return False
        arms = [node.body, node.orelse] if isinstance(node, ast.If) else []
        if line <= node.end_lineno:
            return any(has_value(arm, name, line) for arm in arms)
        stores = [n for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
        if all(has_value(arm, name, node.end_lineno + 1) for arm in arms) if arms else name in {n.id for n in stores}:
            return True
    return False

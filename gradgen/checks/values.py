"""What the referee's reading of a text is made of: values, the names on a path, and the log of what happened."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from gradgen.checks.graph import Graph


class Unreadable(Exception):
    """The text has something that the referee cannot follow: (line, why)."""

    def __init__(self, line: int, why: str):
        super().__init__(line, why)
        self.line, self.why = line, why


class Unbound(Unreadable):
    """A name is read before it has a value."""


@dataclass(frozen=True)
class Group:
    """A tuple, list or dict of values."""

    kind: str
    items: tuple
    keys: tuple | None = None


@dataclass(frozen=True)
class Box:
    """A parameter, or a part of one: a number, or a container, as it turns out to be used."""

    name: str
    path: tuple = ()

    def label(self) -> str:
        return self.name + "".join(f"[{k!r}]" for k in self.path)


@dataclass(frozen=True)
class Inner:
    """A function defined inside the one that is read."""

    node: ast.FunctionDef | ast.Lambda


@dataclass(frozen=True)
class Lost:
    """A value that cannot be told, and why: nothing reads it."""

    why: str


@dataclass(frozen=True)
class Kept:
    """A container that a loop fills: what is in it, by the nodes of its indices, each with the path on which it was put there."""

    entries: tuple[tuple[tuple[int, ...], Value, tuple], ...]


Value = int | Group | Box | Inner | Lost | Kept


@dataclass
class State:
    """The names on one path, and the tests decided on it."""

    env: dict[str, Value]
    path: tuple[tuple[int, bool], ...] = ()

    def fork(self, test: int, outcome: bool, graph: Graph) -> State:
        while graph.op(test) == "call" and graph.payload(test) == "not":
            test, outcome = graph.args(test)[0], not outcome
        return State(dict(self.env), (*self.path, (test, outcome)))

    def outcome(self, test: int, graph: Graph) -> bool | None:
        """The outcome of a test on this path, if it is decided (``not x`` by ``x``)."""
        bare, outcome = self.fork(test, True, graph).path[-1]
        known = dict(self.path).get(bare)
        return None if known is None else known == outcome


@dataclass
class Log:
    """What happened in order: operations, the lines of tests, joins of branches (node, line of the test), copies (name, node,
    line), calls of the text's own functions, what names are where they are read, names that are read unbound (with their lines), and whatever may raise.
    """

    operations: list[Step] = field(default_factory=list)
    tests: dict[int, int] = field(default_factory=dict)
    joins: list[tuple[int, int]] = field(default_factory=list)
    copies: list[tuple[str, int, int]] = field(default_factory=list)
    calls: list[Called] = field(default_factory=list)
    reads: dict[tuple[str, int], Value] = field(default_factory=dict)
    unbound: dict[str, int] = field(default_factory=dict)
    risks: list[Step] = field(default_factory=list)


@dataclass(frozen=True)
class Called:
    """A call of a function of the text: its name, what it is given and gives, its line, those of the function,
    and which of the log's operations are done in it."""

    name: str
    given: tuple[Value, ...]
    gives: Value
    line: int
    body: range
    steps: range


@dataclass(frozen=True)
class Step:
    """An operation, by its node, or a ``raise`` or failed ``assert`` (no node), with the path it stands on."""

    node: int | None
    path: tuple[tuple[int, bool], ...]
    line: int

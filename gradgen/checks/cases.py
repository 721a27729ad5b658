"""What is left of the values of a text in a case: choices decided, symbols traced to what they copy there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from gradgen.checks.choices import COMPARISONS, Case, Choices

Definition = Callable[[int], int | None]


@dataclass
class _Known:
    """What is known in a case: which number symbols are equal to, what they copy, which number they are; tests and values by
    that; and the case with all that it says (None if it contradicts itself)."""

    equal: dict[int, int]
    roots: dict[int, int] = field(default_factory=dict)
    numbers: dict[int, int] = field(default_factory=dict)
    tests: dict[int, int] = field(default_factory=dict)
    values: dict[int, int] = field(default_factory=dict)
    wide: list[Case | None] = field(default_factory=list)


class Cases:
    """The cases of one text, by the definitions that its symbols have.  Answers are kept: comparisons ask the same again."""

    def __init__(self, choices: Choices, definition: Definition):
        self.choices, self.graph, self.definition = choices, choices.graph, definition
        self.known: dict[tuple[tuple[int, bool], ...], _Known] = {}
        self.reach = (0, 0)

    def widened(self, case: Case) -> Case | None:
        """A case with its tests also as it resolves them; None if it contradicts itself."""
        known = self.known_of(case)
        if not known.wide:
            known.wide.append(self.choices.widened(case, self.rooted))
        return known.wide[0]

    def resolved(self, node: int, case: Case) -> int:
        """A value without the choices that a case decides."""
        return self.choices.resolved(node, case, self.rooted, self.known_of(case).values)

    def rooted(self, node: int, case: Case) -> int:
        """A test with its symbols traced to what they copy in a case, or to the number that the case says they are."""
        known = self.known_of(case)
        if node not in known.tests:
            known.tests[node] = self.traced_test(node, case, known.equal)
        return known.tests[node]

    def traced_test(self, node: int, case: Case, equal: dict[int, int]) -> int:
        roots = {
            n: root
            for n in self.graph.walk(node)
            if self.graph.op(n) == "sym" and (root := self.number(self.root(n, case), case)) != n
        }
        traced = self.graph.rebuild(node, roots) if roots else node
        numbers = {n: number for n, number in equal.items() if not {n, number} <= set(self.graph.args(traced))}
        if self.graph.payload(traced) in (">", ">="):  # what has an order and is false is 0
            numbers |= {
                n: self.graph.zero
                for n, value in case.items()
                if not value and self.graph.op(n) in ("sym", "leaf", "index")
            }
        traced = self.graph.rebuild(traced, numbers) if numbers else traced
        known = {
            n: self.graph.const(outcome)
            for n in self.graph.walk(traced)
            if n != traced
            and self.graph.payload(n) in COMPARISONS
            and (outcome := self.choices.comes_out(n, case, self.rooted)) is not None
        }
        return self.graph.rebuild(traced, known) if known else traced  # `3 * (x > 0)` as a number

    def known_of(self, case: Case) -> _Known:
        """What is known in a case; nothing any more, once more paths raise or more ties are free."""
        reach = len(self.choices.raises), len(self.graph.ties)
        if reach != self.reach:
            self.known, self.reach = {}, reach
        key = tuple(case.items())
        if key not in self.known:
            self.known[key] = _Known(self.choices.numbers(case))
        return self.known[key]

    def root(self, symbol: int, case: Case) -> int:
        """What a symbol copies in a case (``y2 = y``, a join whose path is decided); itself, if it is more than a copy."""
        known = self.known_of(case).roots
        if symbol not in known:
            known[symbol] = self.traced(symbol, case)
        return known[symbol]

    def number(self, symbol: int, case: Case) -> int:
        """The number, or what else no derivative goes through, that a join of branches is in a case; else the symbol."""
        known = self.known_of(case).numbers
        if symbol not in known:
            d = self.definition(symbol) if self.graph.op(symbol) == "sym" else None
            inner = symbol if d is None or self.graph.op(d) != "ite" else self.resolved(d, case)
            known[symbol] = symbol if self.graph.smooth_leaves(inner) else inner
        return known[symbol]

    def traced(self, symbol: int, case: Case) -> int:
        value = symbol
        while (
            self.graph.op(value) == "sym"
            and (d := self.definition(value)) is not None
            and self.graph.op(d) in ("ite", "sym", "leaf")
        ):
            inner = self.resolved(self.choices.without_kinks(d), case)
            if self.graph.op(inner) not in ("sym", "leaf"):
                break
            value = inner
        return value

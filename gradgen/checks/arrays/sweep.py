"""Are two graphs of expressions the same function?  Shown piece by piece, from the inputs up.

Every node is given its value at a few points.  Nodes with the same values are probably equal; each such pair is then *shown*
equal as polynomials in which pairs shown before stand as one symbol.  So no expression is ever written out in full, and the
names and the order in which a text works things out do not matter.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterable

from gradgen.checks.arrays.polynomials import Algebra, TooLarge
from gradgen.checks.arrays.symbols import Nodes

POINTS = 5
DIGITS = 8  # in which values must agree for a pair to be tried
FAILURES = 60  # pairs that were not shown equal; beyond, only what is asked for is tried


class Sweep:
    """What was shown equal in one graph.  Nodes before ``mark`` are the source's own, those in ``named`` have names."""

    def __init__(self, nodes: Nodes, mark: int, named: set[int]):
        self.nodes, self.mark, self.named = nodes, mark, named
        self.same: dict[int, int] = {}  # node -> the first node that it was shown equal to
        self.whole: set[int] = set()  # nodes that others were shown equal to, and these
        self.algebra = Algebra(nodes)
        self.values = Values(nodes)
        self.failed = 0

    def show(self, pairs: list[tuple[int, int]]) -> list[bool]:
        """Whether the two of each pair are equal, with all that helps shown on the way."""
        roots = [n for pair in pairs for n in pair]
        first: dict[tuple, int] = {}
        for node in sorted(self.nodes.below(roots)):
            key = self.values.key(node)
            if key is None:
                continue
            if node < self.mark or self.nodes.constant(node) is not None:
                first.setdefault(key, node)
            elif (other := first.setdefault(key, node)) != node:
                self.try_pair(node, other)
        return [self.are_same(a, b) for a, b in pairs]

    def try_pair(self, node: int, other: int) -> None:
        if self.failed < FAILURES and not self.are_equal(node, other):
            self.failed += 1

    def are_same(self, a: int, b: int) -> bool:
        """Whether two are equal, by what was shown or by themselves."""
        if a == b or self.same.get(a, a) == self.same.get(b, b):
            return True
        if self.values.key(a) != self.values.key(b):
            return False
        return self.are_equal(a, b)

    def are_equal(self, node: int, other: int) -> bool:
        """Show a pair equal: with the forward's values as symbols, then with these written out, then everything."""
        for cut in (self.is_cut_at_values, self.is_cut_at_names, self.is_cut_at_pairs, None):
            for self.algebra.split in (False,) if cut else (False, True):
                for self.algebra.generic in (False, True):
                    if self.is_zero(node, other, cut or (lambda n: False)):
                        root = self.same.get(other, other)
                        self.same[node] = root
                        self.whole |= {node, root, other}
                        return True
        return False

    def is_zero(self, node: int, other: int, cut) -> bool:
        memory: dict = {}
        try:
            a, b = (self.algebra.poly(n, cut, memory, self.same) for n in (node, other))
            return self.algebra.is_zero(self.algebra.plus(a, b, -1))
        except (TooLarge, OverflowError, ZeroDivisionError):
            return False

    def is_cut_at_values(self, node: int) -> bool:
        return node in self.whole or node < self.mark

    def is_cut_at_names(self, node: int) -> bool:
        return node in self.whole or node in self.named

    def is_cut_at_pairs(self, node: int) -> bool:
        return node in self.whole


class Values:
    """The values of all nodes at a few points; inputs are drawn."""

    def __init__(self, nodes: Nodes, seed: int = 3):
        self.nodes, self.random = nodes, random.Random(seed)
        self.memory: dict[int, tuple[float, ...]] = {}

    def key(self, node: int) -> tuple | None:
        """The values to `DIGITS` digits; None where there is none at any point."""
        values = self.at(node)
        if all(math.isnan(v) for v in values):
            return None
        return tuple("nan" if math.isnan(v) else 0.0 if abs(v) < 1e-12 else f"{v:.{DIGITS - 1}e}" for v in values)

    def at(self, node: int) -> tuple[float, ...]:
        if node not in self.memory:
            for n in sorted(self.missing(node)):
                self.memory[n] = self.one(n)
        return self.memory[node]

    def missing(self, root: int) -> Iterable[int]:
        seen, stack = set(), [root]
        while stack:
            n = stack.pop()
            if n not in seen and n not in self.memory:
                seen.add(n)
                stack.extend(self.nodes.args(n))
        return seen

    def one(self, node: int) -> tuple[float, ...]:
        op, args, payload = self.nodes.rows[node]
        if node in self.nodes.decided:
            return (float(self.nodes.decided[node]),) * POINTS
        if op == "leaf":
            return (math.nan,) * POINTS if payload == "nan" else tuple(self.draw(i) for i in range(POINTS))
        if op in ("const", "named", "true", "false"):
            value = math.pi if op == "named" else self.nodes.constant(node)
            return (float(value),) * POINTS
        parts = [self.memory[a] for a in args]
        return tuple(_value(op, [p[i] for p in parts]) for i in range(POINTS))

    def draw(self, point: int) -> float:
        low, high = ((0.3, 1.7), (0.2, 1.8), (0.05, 0.95), (0.4, 1.3), (1.05, 1.9))[point]
        return self.random.uniform(low, high) * (self.random.choice((1, -1)) if point in (0, 3) else 1)


def _value(op: str, x: list[float]) -> float:
    """One operation on floats; nan where there is no value."""
    try:
        if op == "ite":  # what the arm that is not taken is does not matter
            return x[1] if x[0] else x[2]
        if any(v != v for v in x):
            return math.nan
        result = OPERATIONS[op](*x) if op in OPERATIONS else getattr(math, op)(*x)
        return math.nan if isinstance(result, complex) else float(result)
    except (ArithmeticError, ValueError):
        return math.nan


def _digamma(x: float) -> float:
    if x <= 0:
        return math.nan
    shift = 0.0
    while x < 8:
        shift, x = shift - 1 / x, x + 1
    y = 1 / (x * x)
    return shift + math.log(x) - 0.5 / x - y * (1 / 12 - y * (1 / 120 - y * (1 / 252 - y * (1 / 240 - y / 132))))


OPERATIONS = {
    "add": lambda a, b: a + b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "neg": lambda a: -a,
    "pow": lambda a, b: a**b,
    "amax": lambda *a: max(a),
    "amin": lambda *a: min(a),
    "hold": lambda a: a,
    "rint": round,
    "gt": lambda a, b: a > b,
    "eq": lambda a, b: a == b,
    "not": lambda a: not a,
    "and": lambda a, b: a and b,
    "digamma": _digamma,
}

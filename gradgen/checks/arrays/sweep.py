"""Are two graphs of expressions the same function?  Shown piece by piece, from the inputs up.

Every node is given its value at a few points.  Nodes with the same values are probably equal; each such pair is then *shown*
equal as polynomials in which pairs shown before stand as one symbol.  So no expression is ever written out in full, and the
names and the order in which a text works things out do not matter.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from gradgen.checks.arrays.algebra import Algebra
from gradgen.checks.arrays.polynomials import TooLarge
from gradgen.checks.arrays.nodes import TRUTHS, Nodes

POINTS = 20
BITS, TINY = 2.0**20, 1e-12  # values must agree so closely for a pair to be tried
LITTLE, MUCH = 20_000, 200_000  # products of terms in one attempt
FAILURES = 200  # pairs that were not shown equal; beyond, only what is asked for is tried


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
            elif self.nodes.op(node) not in TRUTHS and (other := first.setdefault(key, node)) != node:
                self.try_pair(node, other)
        return [self.are_same(a, b) for a, b in pairs]

    def try_pair(self, node: int, other: int) -> None:
        if self.failed < FAILURES and not self.are_equal(node, other):
            self.failed += 1

    def are_same(self, a: int, b: int) -> bool:
        """Whether two are equal, by what was shown or by themselves."""
        if a == b or self.same.get(a, a) == self.same.get(b, b):
            return True
        if self.values.differ(a, b):
            return False
        return self.are_equal(a, b, thorough=True)

    def are_equal(self, node: int, other: int, thorough: bool = False) -> bool:
        """Show a pair equal, with less and less taken as symbols; if asked for, nothing but inputs and exponentials."""
        for cut, split in LEVELS if thorough else LEVELS[:-2]:
            self.algebra.split = split
            for self.algebra.generic in (False, True):
                self.algebra.allow(MUCH if thorough else LITTLE)
                if self.is_zero(node, other, lambda n, cut=cut: cut(self, n)):
                    root = self.same.get(other, other)
                    self.same[node] = root
                    self.whole |= {node, root, other}
                    return True
                if not self.algebra.met_tie:
                    break  # there is nothing that ties would change
        return False

    def is_zero(self, node: int, other: int, cut) -> bool:
        memory: dict = {}
        try:
            a, b = (self.algebra.poly(n, cut, memory, self.same) for n in (node, other))
            return self.algebra.is_zero(self.algebra.plus(a, b, -1))
        except (TooLarge, OverflowError, ZeroDivisionError):
            return False

    # what stands as one symbol

    def is_value(self, node: int) -> bool:
        """What was shown equal to something, and the source's values."""
        return node in self.whole or node < self.mark

    def is_named(self, node: int) -> bool:
        return node in self.whole or node in self.named

    def is_function(self, node: int) -> bool:
        """What was shown equal, and the source's functions: arithmetic is written out."""
        return node in self.whole or self.is_source_function(node)

    def is_source_function(self, node: int) -> bool:
        return node < self.mark and self.nodes.op(node) not in ARITHMETIC

    def is_pair(self, node: int) -> bool:
        return node in self.whole

    def is_nothing(self, node: int) -> bool:
        return False


ARITHMETIC = ("add", "mul", "div", "neg", "gt", "eq", "not", "and")
LEVELS: tuple[
    tuple[Callable[[Sweep, int], bool], bool], ...
] = (  # (what is a symbol, exponentials of sums as products)
    (Sweep.is_value, False),
    (Sweep.is_named, False),
    (Sweep.is_function, False),
    (Sweep.is_source_function, False),
    (Sweep.is_pair, False),
    (Sweep.is_nothing, False),
    (Sweep.is_nothing, True),
)


class Values:
    """The values of all nodes at a few points; inputs are drawn."""

    def __init__(self, nodes: Nodes, seed: int = 3):
        self.nodes, self.random = nodes, np.random.default_rng(seed)
        self.memory: dict[int, np.ndarray] = {}
        self.keys: dict[int, bytes | None] = {}

    def key(self, node: int) -> bytes | None:
        """The values to some eight digits; None where there is none at any point."""
        if node not in self.keys:
            self.keys[node] = self.key_of(self.at(node))
        return self.keys[node]

    @staticmethod
    def key_of(values: np.ndarray) -> bytes | None:
        known = np.isfinite(values)
        mantissa, exponent = np.frexp(np.where(known & (abs(values) > TINY), values, 0.0))
        return np.round(mantissa * BITS).tobytes() + exponent.tobytes() + known.tobytes() if known.any() else None

    def differ(self, a: int, b: int) -> bool:
        """Whether two nodes have clearly different values at most points where both have one."""
        x, y = self.at(a), self.at(b)
        known = np.isfinite(x) & np.isfinite(y)
        with np.errstate(all="ignore"):
            apart = np.abs(x - y) > 1e-5 * (np.abs(x) + np.abs(y)) + TINY
        return bool(known.any()) and 2 * np.count_nonzero(apart & known) > np.count_nonzero(known)

    def at(self, node: int) -> np.ndarray:
        if node not in self.memory:
            with np.errstate(all="ignore"):
                for n in sorted(self.missing(node)):
                    self.memory[n] = self.one(n)
        return self.memory[node]

    def missing(self, root: int) -> set[int]:
        seen, stack = set(), [root]
        while stack:
            n = stack.pop()
            if n not in seen and n not in self.memory:
                seen.add(n)
                stack.extend(self.nodes.args(n))
        return seen

    def one(self, node: int) -> np.ndarray:
        op, args, payload = self.nodes.rows[node]
        if node in self.nodes.decided:
            return np.full(POINTS, float(self.nodes.decided[node]))
        if op == "leaf":
            return np.full(POINTS, np.nan) if payload == "nan" else self.draw()
        if op in ("const", "named", "true", "false"):
            return np.full(POINTS, math.pi if op == "named" else float(self.nodes.constant(node)))
        return np.asarray(OPERATIONS[op](*[self.memory[a] for a in args]), dtype=float)

    def draw(self) -> np.ndarray:
        """An input: of either sign at most points; positive, below 1, above 1 at the others."""
        size = self.random.uniform(0.1, 0.8, POINTS)
        size[: POINTS // 4] *= 2
        sign = self.random.choice((1.0, -1.0), POINTS)
        size[-3:], sign[-3:] = self.random.uniform((0.2, 0.05, 1.05), (1.8, 0.95, 1.9)), 1.0
        return size * sign


def _digamma(x: float) -> float:
    if not x > 0:
        return math.nan
    shift = 0.0
    while x < 8:
        shift, x = shift - 1 / x, x + 1
    y = 1 / (x * x)
    return shift + math.log(x) - 0.5 / x - y * (1 / 12 - y * (1 / 120 - y * (1 / 252 - y * (1 / 240 - y / 132))))


def _trigamma(x: float) -> float:
    if not x > 0:
        return math.nan
    shift = 0.0
    while x < 10:
        shift, x = shift + 1 / (x * x), x + 1
    y = 1 / (x * x)
    return shift + 1 / x + y / 2 + y / x * (1 / 6 - y * (1 / 30 - y * (1 / 42 - y * (1 / 30 - y * 5 / 66))))


def _each(function: Callable[[float], float]) -> Callable:
    return lambda x: np.array([function(v) if math.isfinite(v) else math.nan for v in x.tolist()])


OPERATIONS: dict[str, Callable] = {
    "add": np.add,
    "mul": np.multiply,
    "div": np.divide,
    "neg": np.negative,
    "pow": np.power,
    "ite": lambda test, a, b: np.where(test != 0, a, b),
    "amax": lambda *a: np.max(a, axis=0),
    "amin": lambda *a: np.min(a, axis=0),
    "hold": lambda a: a,
    "gt": np.greater,
    "eq": np.equal,
    "not": lambda a: a == 0,
    "and": lambda a, b: (a != 0) & (b != 0),
    **{name: getattr(np, name) for name in "exp log sin cos tanh floor ceil trunc rint".split()},
    **{f"a{name}": getattr(np, f"arc{name}") for name in "sin cos tan sinh cosh tanh tan2".split()},
    "erf": _each(math.erf),
    "lgamma": _each(lambda x: math.lgamma(x) if x > 0 else math.nan),
    "digamma": _each(_digamma),
    "trigamma": _each(_trigamma),
}

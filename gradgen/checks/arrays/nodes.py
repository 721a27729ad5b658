"""Real numbers that are expressions: nodes of a graph."""

from __future__ import annotations

import math
from fractions import Fraction

from gradgen.interpret import Refused

MOST = 60_000  # nodes; beyond, the proof gives up
TRUTHS = ("gt", "eq", "not", "and", "or", "true", "false")
UNARY = frozenset(
    "exp log sin cos tanh asin acos atan asinh acosh atanh erf lgamma digamma trigamma floor ceil trunc rint hold neg".split()
)
LARGE = 10**400


class Outside(Refused):
    """No value here: a division by zero, a logarithm of zero."""


class Nodes:
    """Interned expressions ``(op, args, payload)``; a node is its index, and stands behind its parts.

    ``const`` (payload: a `Fraction`, or an infinite float), ``named`` (pi), ``leaf`` (payload: a label), ``add``, ``mul``, ``div``,
    ``neg``, ``pow``, ``ite`` (a choice), ``amax`` / ``amin`` (of any number), ``atan2``, the functions in `UNARY`; truth values are
    ``gt``, ``eq``, ``not``, ``and``, ``or``, ``true``, ``false`` and count as 0 and 1.  Only what is plain is simplified: 0 and 1 as terms
    and factors, and operations on constants (exactly).
    """

    def __init__(self) -> None:
        self.rows: list[tuple[str, tuple[int, ...], object]] = []
        self.index: dict[tuple, int] = {}
        self.variable: list[bool] = []  # whether an input is in it
        self.watched: object = None  # the machine whose lines are noted
        self.lines: dict[int, int] = {}  # node -> the first line of it that made the node
        self.true, self.false = self.make("true"), self.make("false")
        self.zero, self.one = self.const(0), self.const(1)
        self.decided: dict[int, bool] = {}  # what the tests on this path are
        self.plan: list[bool] = []  # how the first of them are to be decided

    def make(self, op: str, *args: int, payload: object = None) -> int:
        key = (op, args, payload)
        found = self.index.get(key)
        if found is None:
            found = self.index[key] = len(self.rows)
            if found > MOST:
                raise Refused(0, "too many entries to follow one by one")
            self.rows.append(key)
            self.variable.append(op == "leaf" or any(self.variable[a] for a in args))
        if self.watched is not None:
            self.lines.setdefault(found, self.watched.line)
        return found

    def const(self, value) -> int:
        """A number, exactly; infinities stay floats."""
        if isinstance(value, float) and not math.isfinite(value):
            return self.make("const", payload=value)
        value = Fraction(value)
        if abs(value.numerator) > LARGE or value.denominator > LARGE:
            raise Refused(0, "a number too large")
        return self.make("const", payload=value)

    def op(self, node: int) -> str:
        return self.rows[node][0]

    def args(self, node: int) -> tuple[int, ...]:
        return self.rows[node][1]

    def constant(self, node: int):
        """The number that a node is; None for an expression."""
        op, _, payload = self.rows[node]
        return payload if op == "const" else {"true": 1, "false": 0}.get(op)

    def is_constant(self, node: int) -> bool:
        """Whether no input is in an expression."""
        return not self.variable[node]

    def below(self, roots) -> set[int]:
        """The nodes in these expressions."""
        seen, stack = set(), list(roots)
        while stack:
            node = stack.pop()
            if node not in seen:
                seen.add(node)
                stack.extend(self.rows[node][1])
        return seen

    # arithmetic

    def number(self, node: int) -> int:
        """A truth value that is known, as the number it counts as."""
        return self.one if node == self.true else self.zero if node == self.false else node

    def add(self, a: int, b: int) -> int:
        a, b = self.number(a), self.number(b)
        if a == self.zero:
            return b
        if b == self.zero:
            return a
        x, y = self.constant(a), self.constant(b)
        if x is not None and y is not None:
            return self.const(x + y)
        infinite = [n for n, v in ((a, x), (b, y)) if isinstance(v, float)]
        return infinite[0] if infinite else self.make("add", a, b)

    def neg(self, a: int) -> int:
        a = self.number(a)
        x = self.constant(a)
        if x is not None:
            return self.const(-x)
        return self.args(a)[0] if self.op(a) == "neg" else self.make("neg", a)

    def mul(self, a: int, b: int) -> int:
        a, b = self.number(a), self.number(b)
        x, y = self.constant(a), self.constant(b)
        if x is not None and y is not None:
            return self.const(x * y)
        if isinstance(x, float) or isinstance(y, float):
            raise Outside(0, "an infinity as a factor")
        if self.zero in (a, b):
            return self.zero
        return b if a == self.one else a if b == self.one else self.make("mul", a, b)

    def div(self, a: int, b: int) -> int:
        a, b = self.number(a), self.number(b)
        x, y = self.constant(a), self.constant(b)
        if y == 0:
            raise Outside(0, "a division by zero")
        if x is not None and y is not None:
            return self.const(x / y if isinstance(x, float) else Fraction(x) / Fraction(y))
        if isinstance(x, float) or isinstance(y, float):
            raise Outside(0, "an infinity in a quotient")
        return self.zero if a == self.zero else a if b == self.one else self.make("div", a, b)

    def pow(self, a: int, b: int) -> int:
        a, b = self.number(a), self.number(b)
        x, y = self.constant(a), self.constant(b)
        if y == 0:
            return self.one
        if y == 1:
            return a
        if x is not None and y is not None and y.denominator == 1 and abs(y) < 64 and (x or y > 0):
            return self.const(x ** int(y))
        return self.make("pow", a, b)

    def function(self, name: str, a: int) -> int:
        """A function of one number, where its value is plain, else a node."""
        a = self.number(a)
        x = self.constant(a)
        if x is not None:
            if name in ("floor", "ceil", "trunc"):
                return self.const(getattr(math, name)(x))
            if name == "rint":
                return self.const(round(x))
            plain = {("exp", -math.inf): 0, ("exp", 0): 1, ("log", 1): 0}.get((name, x))
            if plain is not None:
                return self.const(plain)
            if x == 0 and name in ("sin", "tanh", "asin", "atan", "asinh", "atanh", "erf"):
                return self.zero
            if isinstance(x, float) or x <= 0 and name == "log":
                raise Outside(0, f"{name} of a number outside its domain")
        return self.make(name, a)

    def sqrt(self, a: int) -> int:
        x = self.constant(self.number(a))
        if x is not None and not isinstance(x, float) and x >= 0:
            x = Fraction(x)
            root = Fraction(math.isqrt(x.numerator), math.isqrt(x.denominator))
            if root * root == x:
                return self.const(root)
        return self.pow(a, self.const(Fraction(1, 2)))

    # truths and choices

    def greater(self, a: int, b: int) -> int:
        a, b = self.number(a), self.number(b)
        x, y = self.constant(a), self.constant(b)
        if a == b:
            return self.false
        if x is not None and y is not None:
            return self.true if x > y else self.false
        if self.is_root(a) and y == 0 or self.is_root(b) and x == 0:
            return self.true if y == 0 else self.false
        if isinstance(x, float) or isinstance(y, float):  # every expression is finite
            return self.true if x == math.inf or y == -math.inf else self.false
        return self.make("gt", a, b)

    def equal(self, a: int, b: int) -> int:
        a, b = self.number(a), self.number(b)
        if a == b:
            return self.true
        x, y = self.constant(a), self.constant(b)
        if x is not None and y is not None or isinstance(x, float) or isinstance(y, float):
            return self.false
        if self.is_root(a) and y == 0 or self.is_root(b) and x == 0:
            return self.false
        return self.make("eq", min(a, b), max(a, b))

    def is_root(self, node: int) -> bool:
        """Whether a node is a root: never below 0; and where it is 0 it has no slope, so that nothing is claimed there."""
        exponent = self.constant(self.args(node)[1]) if self.op(node) == "pow" else None
        return exponent is not None and exponent > 0 and exponent.denominator > 1

    def negation(self, t: int) -> int:
        if t in (self.true, self.false):
            return self.false if t == self.true else self.true
        return self.args(t)[0] if self.op(t) == "not" else self.make("not", t)

    def both(self, s: int, t: int) -> int:
        if self.false in (s, t):
            return self.false
        return t if s == self.true or s == t else s if t == self.true else self.make("and", min(s, t), max(s, t))

    def either(self, s: int, t: int) -> int:
        return self.negation(self.both(self.negation(s), self.negation(t)))

    def truth(self, a: int) -> int:
        """The truth value of an expression: whether it is not zero."""
        return a if self.op(a) in TRUTHS else self.negation(self.equal(a, self.zero))

    def choice(self, test: int, then: int, orelse: int) -> int:
        """``then if test else orelse``."""
        test = self.truth(test)
        if test in (self.true, self.false):
            return then if test == self.true else orelse
        if self.op(test) == "not":
            return self.choice(self.args(test)[0], orelse, then)
        then, orelse = self.number(then), self.number(orelse)
        return then if then == orelse else self.make("ite", test, then, orelse)

    def maximum(self, a: int, b: int) -> int:
        """The greater of two: at a tie a constant wins, else the first."""
        if self.is_constant(self.number(b)):
            return self.choice(self.greater(a, b), a, b)
        if self.is_constant(self.number(a)):
            return self.choice(self.greater(b, a), b, a)
        return self.choice(self.greater(b, a), b, a)

    def minimum(self, a: int, b: int) -> int:
        if self.is_constant(self.number(b)):
            return self.choice(self.greater(b, a), a, b)
        return self.choice(self.greater(a, b), b, a)

    def extreme(self, op: str, items: list[int]) -> int:
        """The greatest (``amax``) or least (``amin``) of some."""
        items = [self.number(i) for i in items]
        worst = -math.inf if op == "amax" else math.inf
        items = [i for i in dict.fromkeys(items) if self.constant(i) != worst] or items[:1]
        values = [self.constant(i) for i in items]
        if None not in values:
            return self.const((max if op == "amax" else min)(values))
        return items[0] if len(items) == 1 else self.make(op, *items)

    def size(self, a: int) -> int:
        """The absolute value; of slope 0 at 0."""
        return self.choice(
            self.greater(a, self.zero), a, self.choice(self.greater(self.zero, a), self.neg(a), self.zero)
        )

    def sign(self, a: int) -> int:
        minus = self.choice(self.greater(self.zero, a), self.const(-1), self.zero)
        return self.choice(self.greater(a, self.zero), self.one, minus)

    # paths

    def decide(self, node: int) -> bool:
        """How a test goes on this path; a new one goes as planned, else it holds."""
        test = self.truth(node)
        op, args, _ = self.rows[test]
        if op in ("true", "false"):
            return op == "true"
        if op == "not":
            return not self.decide(args[0])
        if op == "and":
            return self.decide(args[0]) and self.decide(args[1])
        if op == "eq" and (self.decided.get(self.make("gt", *args)) or self.decided.get(self.make("gt", *args[::-1]))):
            return False
        if op == "gt" and (
            self.decided.get(self.make("gt", *args[::-1])) or self.decided.get(self.make("eq", min(args), max(args)))
        ):
            return False
        if test not in self.decided:
            place = len(self.decided)
            self.decided[test] = self.plan[place] if place < len(self.plan) else True
        return self.decided[test]

"""Expressions as polynomials with exact coefficients over *atoms*, and when such a polynomial is zero.

An atom is what algebra does not look into: an input, an exponential, a tangent, a test (0 or 1), a sum that is divided by.
Exponents may be negative or fractions.  Equal polynomials are equal expressions; the converse holds as far as `is_zero` clears
denominators.  (The same as SymPy's ``together`` and ``expand``, on a few hundred thousand terms a second.)
"""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

from gradgen.checks.arrays.symbols import Nodes

Monomial = tuple[tuple[int, Fraction | int], ...]  # (atom, exponent), by atom
Poly = dict[Monomial, Fraction | int]
TERMS = 1_500  # of one polynomial
WORK = 1_500_000  # products of terms in one proof
MOST_TESTS = 4  # in a polynomial that is compared with zero, or divided by
TESTS = ("test", "peak")  # kinds of atoms that are 0 or 1; a peak: an entry is the greatest of some
ONE: Poly = {(): 1}


class TooLarge(Exception):
    """The polynomial has too many terms, or too much work went into one proof."""


class Algebra:
    """Polynomials over the atoms of one graph.  Products of terms are counted, and there may be `WORK` in all."""

    def __init__(self, nodes: Nodes):
        self.nodes, self.work, self.most = nodes, 0, WORK
        self.keys: list[tuple] = []
        self.index: dict[tuple, int] = {}
        self.generic = False  # ties do not occur: a test and its opposite leave no third
        self.met_tie = False  # whether two expressions were compared since this was last set
        self.split = False  # exponentials of sums as products

    # atoms

    def atom(self, *key) -> int:
        if key not in self.index:
            self.index[key] = len(self.keys)
            self.keys.append(key)
        return self.index[key]

    def single(self, *key) -> Poly:
        return {((self.atom(*key), 1),): 1}

    # arithmetic of polynomials

    def plus(self, a: Poly, b: Poly, factor=1) -> Poly:
        result = dict(a)
        for monomial, c in b.items():
            c = result.get(monomial, 0) + c * factor
            if c:
                result[monomial] = c
            else:
                del result[monomial]
        self.spend(len(b), len(result))
        return result

    def times(self, a: Poly, b: Poly) -> Poly:
        self.spend(len(a) * len(b), 0)
        result: Poly = {}
        loose: list[Poly] = []
        for m, c in a.items():
            for k, d in b.items():
                product, extra = self.joined(m, k)
                if extra is not None:
                    loose.append(self.times({product: c * d}, extra))
                elif product is not None:
                    total = result.get(product, 0) + c * d
                    if total:
                        result[product] = total
                    else:
                        del result[product]
        for poly in loose:
            result = self.plus(result, poly)
        self.spend(0, len(result))
        return result

    def allow(self, work: int) -> None:
        """Let what comes next take so much."""
        self.most = min(self.work + work, WORK)

    def spend(self, work: int, terms: int) -> None:
        self.work += work + 1
        if self.work > self.most or terms > TERMS:
            raise TooLarge

    def joined(self, m: Monomial, k: Monomial) -> tuple[Monomial | None, Poly | None]:
        """The product of two monomials: (monomial, a polynomial that it is still to be multiplied with, or None).

        None for the monomial: the product is zero (two tests that exclude each other).
        """
        exponents = dict(m)
        for atom, e in k:
            e = exponents.get(atom, 0) + e
            if e:
                exponents[atom] = e
            else:
                exponents.pop(atom, None)
        extra: Poly | None = None
        for atom in [a for a, e in exponents.items() if e > 1 or e == 1 and self.keys[a][0] in ("sum", "number") or e < 0 and self.keys[a][0] == "number"]:
            kind = self.keys[atom][0]
            e = exponents[atom]
            if kind in TESTS:
                exponents[atom] = 1
            elif kind == "number":
                whole = math.floor(e)
                exponents.pop(atom)
                if e - whole:
                    exponents[atom] = exact(e - whole)
                extra = self.times(extra or ONE, {(): exact(Fraction(self.keys[atom][1]) ** whole)})
            elif kind == "sum":  # a sum is written out where it is no divisor
                whole = math.floor(e)
                exponents.pop(atom)
                if e - whole:
                    exponents[atom] = exact(e - whole)
                extra = self.times(extra or ONE, self.power_of(dict(self.keys[atom][1]), whole))
            elif kind == "sin":  # sin**2 as 1 - cos**2
                exponents.pop(atom)
                if e % 2:
                    exponents[atom] = 1
                cosine = self.atom("cos", self.keys[atom][1])
                extra = self.times(extra or ONE, self.power_of({(): 1, ((cosine, 2),): -1}, int(e // 2)))
        if any(self.keys[a][0] == "test" and self.opposite(a) in exponents for a in exponents):
            return None, None
        return tuple(sorted(exponents.items())), extra

    def opposite(self, atom: int) -> int:
        """The test that excludes this one: ``d > 0`` and ``-d > 0``."""
        key = self.keys[atom][1]
        return self.index.get(("test", frozenset((m, -c) for m, c in key)), -1)

    def power_of(self, base: Poly, exponent) -> Poly:
        """A polynomial to a constant power."""
        if exponent == int(exponent) and exponent >= 0:
            result, square, exponent = ONE, base, int(exponent)
            if exponent > 40:
                raise TooLarge
            while exponent:
                if exponent & 1:
                    result = self.times(result, square)
                exponent >>= 1
                if exponent:
                    square = self.times(square, square)
            return result
        if len(base) == 1:
            ((monomial, c),) = base.items()
            whole = exponent == int(exponent)
            bare = len(monomial) == 1 and c == 1 and not self.has_tests(base)
            if whole and not self.has_tests(base) or bare and (monomial[0][1] == 1 or self.keys[monomial[0][0]][0] in ("exp", "number")):
                exponents = tuple((a, exact(e * exponent)) for a, e in monomial)
                return self.times({(): exact(Fraction(c) ** int(exponent))} if whole else ONE, self.settled(exponents))
            if not monomial and c > 0:
                return {((self.atom("number", c), exponent),): 1}
        if not self.never_zero(base):
            raise TooLarge
        if exponent == int(exponent):
            outside, inside = self.content(base)
            return self.times(self.power_of(outside, exponent), self.settled(((self.atom("sum", frozenset(inside.items())), exponent),)))
        return self.settled(((self.atom("sum", frozenset(base.items())), exponent),))

    def settled(self, exponents: Monomial) -> Poly:
        """A monomial with exponents of any kind, in normal form."""
        monomial, extra = self.joined((), exponents)
        return {} if monomial is None else self.times({monomial: 1}, extra) if extra is not None else {monomial: 1}

    def has_tests(self, poly: Poly) -> bool:
        return any(self.keys[a][0] in TESTS for m in poly for a, _ in m)

    def tests_in(self, poly: Poly) -> list[int]:
        return sorted({a for m in poly for a, _ in m if self.keys[a][0] in TESTS})

    def never_zero(self, poly: Poly) -> bool:
        """Whether a divisor stays an expression that is not zero, however the tests in it go."""
        tests = self.tests_in(poly)
        if not tests:
            return True
        if len(tests) > MOST_TESTS + 4:
            return False
        for values in itertools.product((True, False), repeat=len(tests)):
            case = dict(zip(tests, values, strict=True))
            if self.excluded(case):
                continue
            left = poly
            for test, value in case.items():
                left = self.where(left, test, value)
            if not left:
                return False
        return True

    def excluded(self, case: dict[int, bool]) -> bool:
        """Whether tests cannot go like this: two opposites hold, or none of some numbers is the greatest of them."""
        if any(value and case.get(self.opposite(test)) for test, value in case.items() if self.keys[test][0] == "test"):
            return True
        peaks: dict[int, list[bool]] = {}
        for test, value in case.items():
            if self.keys[test][0] == "peak":
                peaks.setdefault(self.keys[test][1], []).append(value)
        return any(not any(v) and len(v) == len(self.nodes.args(top)) for top, v in peaks.items())

    def content(self, poly: Poly) -> tuple[Poly, Poly]:
        """(the monomial that all terms share, the rest with leading coefficient 1)."""
        first, *others = poly
        shared = {a: e for a, e in first if self.keys[a][0] not in (*TESTS, "sum", "sin") and e == int(e)}
        for m in others:
            exponents = dict(m)
            shared = {a: min(e, exponents.get(a, 0)) for a, e in shared.items()}
        for m in others:
            for a, e in m:
                if e < 0 and a not in dict(first) and self.keys[a][0] not in (*TESTS, "sum", "sin") and e == int(e):
                    shared[a] = min(shared.get(a, 0), e)
        common = tuple(sorted((a, e) for a, e in shared.items() if e))
        lead = poly[max(poly, key=_rank)]
        outside = {common: lead}
        inverse = {tuple((a, -e) for a, e in common): exact(Fraction(1) / lead)}
        return outside, self.times(poly, inverse)

    # expressions

    def poly(self, node: int, cut, memory: dict[int, Poly], atoms: dict[int, int]) -> Poly:
        """The polynomial of an expression; where ``cut(node)``, it is the atom of ``atoms.get(node, node)``."""
        stack = [node]
        n = self.nodes
        while stack:
            current = stack[-1]
            if current in memory:
                stack.pop()
                continue
            if current in n.decided:
                memory[current] = ONE if n.decided[current] else {}
                continue
            if current != node and cut(current) and n.constant(current) is None:
                same = atoms.get(current, current)
                value = n.constant(same)
                memory[current] = self.single("node", same) if value is None else {(): exact(value)} if value else {}
                continue
            todo = [a for a in n.args(current) if a not in memory]
            if todo:
                stack.extend(todo)
                continue
            if n.op(current) == "div":
                above, below = n.args(current)
                memory[current] = self.times(memory[above], self.inverse(below, memory))
            else:
                memory[current] = self.one(current, [memory[a] for a in n.args(current)])
            stack.pop()
        return memory[node]

    def inverse(self, node: int, memory: dict[int, Poly]) -> Poly:
        """One over an expression: over its factors one by one, so that sums are divided by as they stand."""
        n, args = self.nodes, self.nodes.args(node)
        base = memory[node]
        if not base:
            raise TooLarge
        if len(base) > 1 and all(a in memory for a in args):
            if n.op(node) == "mul":
                return self.times(self.inverse(args[0], memory), self.inverse(args[1], memory))
            if n.op(node) == "pow" and set(memory[args[1]]) <= {()}:
                return self.power_of(memory[args[0]], exact(-memory[args[1]].get((), 0)))
        return self.power_of(base, -1)

    def one(self, node: int, parts: list[Poly]) -> Poly:
        """The polynomial of one operation."""
        op, _, payload = self.nodes.rows[node]
        match op, parts:
            case "const", _:
                if isinstance(payload, float):
                    raise TooLarge  # nothing is said of infinities
                return {(): exact(payload)} if payload else {}
            case ("true" | "false"), _:
                return ONE if op == "true" else {}
            case "leaf" | "named", _:
                return self.single("node", node)
            case "add", [a, b]:
                return self.plus(a, b)
            case "neg", [a]:
                return {m: -c for m, c in a.items()}
            case "mul", [a, b]:
                return self.times(a, b)
            case "pow", [a, b]:
                return self.power(a, b)
            case "hold", [a]:
                return a
            case "ite", [test, a, b]:
                return self.plus(b, self.times(test, self.plus(a, b, -1)))
            case ("gt" | "eq"), [a, b]:
                return self.comparison(op, self.nodes.args(node), self.plus(a, b, -1))
            case "not", [a]:
                return self.plus(ONE, a, -1)
            case "and", [a, b]:
                return self.times(a, b)
            case "exp", [a]:
                return self.exp(a)
            case "log", [a]:
                return self.log(a)
            case "tanh", [a] if self.split:
                up, down = self.exp(a), self.exp(self.plus({}, a, -1))
                return self.times(self.plus(up, down, -1), self.power_of(self.plus(up, down), -1))
            case ("sin" | "cos" | "tanh" | "asin" | "atan" | "asinh" | "atanh" | "erf"), [a]:
                return self.by_parity(op, a)
        return self.single(op, *[frozenset(p.items()) for p in parts])

    def by_parity(self, op: str, a: Poly) -> Poly:
        """An odd function (or the cosine) of an argument without its sign."""
        if not a:
            return ONE if op == "cos" else {}
        flipped = a[max(a, key=_rank)] < 0
        inside = self.plus({}, a, -1) if flipped else a
        return {((self.atom(op, frozenset(inside.items())), 1),): -1 if flipped and op != "cos" else 1}

    def power(self, a: Poly, b: Poly) -> Poly:
        if set(b) <= {()}:
            return self.power_of(a, b.get((), 0))
        return self.exp(self.times(b, self.log(a)))

    def exp(self, a: Poly) -> Poly:
        """An exponential: powers of what logarithms are in it, and powers of one exponential without sign and factor."""
        result, rest = ONE, {}
        for m, c in a.items():
            if len(m) == 1 and self.keys[m[0][0]][0] == "log" and m[0][1] == 1:
                result = self.times(result, self.power_of(dict(self.keys[m[0][0]][1]), c))
            elif self.split:
                result = self.times(result, {((self.atom("exp", frozenset({(m, 1)})), c),): 1})
            else:
                rest[m] = c
        if not rest:
            return result
        lead = rest[max(rest, key=_rank)]
        inside = frozenset((m, exact(Fraction(c) / lead)) for m, c in rest.items())
        return self.times(result, {((self.atom("exp", inside), lead),): 1})

    def log(self, a: Poly) -> Poly:
        if len(a) == 1:
            ((monomial, c),) = a.items()
            if c == 1 and len(monomial) == 1 and self.keys[monomial[0][0]][0] == "exp":
                return {m: k * monomial[0][1] for m, k in self.keys[monomial[0][0]][1]}
            if c == 1 and not monomial:
                return {}
        return self.single("log", frozenset(a.items()))

    def comparison(self, op: str, args: tuple[int, ...], d: Poly) -> Poly:
        """A comparison of two nodes, ``d`` being their difference."""
        free = all(self.nodes.variable[a] for a in args)
        for top, entry in (args, args[::-1]):
            kind = self.nodes.op(top)
            if kind in ("amax", "amin") and entry in self.nodes.args(top):
                peak = self.single("peak", top, entry)
                if op == "eq":
                    return peak
                above = (top == args[0]) == (kind == "amax")  # ``max > entry``, ``entry > min``
                return self.plus(ONE, peak, -1) if above else {}
        self.met_tie |= free
        if op == "gt":
            return self.test(d, free)
        return self.plus(ONE, self.plus(self.test(d, free), self.test(self.plus({}, d, -1), free)), -1)

    def test(self, d: Poly, free: bool = False) -> Poly:
        """Whether ``d > 0``, as 0 or 1; tests inside it are decided both ways first.  ``free``: two expressions are compared."""
        if set(d) <= {()}:
            return ONE if d.get((), 0) > 0 else {}
        inner = self.tests_in(d)
        if len(inner) > MOST_TESTS:
            raise TooLarge
        if inner:
            yes, no = (self.test(self.where(d, inner[-1], value), free) for value in (True, False))
            holds: Poly = {((inner[-1], 1),): 1}
            return self.plus(no, self.times(holds, self.plus(yes, no, -1)))
        lead = abs(d[max(d, key=_rank)])
        key = frozenset((m, exact(Fraction(c) / lead)) for m, c in d.items())
        if self.generic and ("test", opposite := frozenset((m, -c) for m, c in key)) in self.index and free:
            return self.plus(ONE, self.single("test", opposite), -1)
        return self.single("test", key)

    def where(self, poly: Poly, test: int, value: bool) -> Poly:
        """The polynomial where a test is decided."""
        result: Poly = {}
        for m, c in poly.items():
            has = any(a == test for a, _ in m)
            if has and not value:
                continue
            result = self.plus(result, {tuple(p for p in m if p[0] != test): c})
        return result

    # zero

    def is_zero(self, poly: Poly) -> bool:
        """Whether a polynomial vanishes identically, once its divisors are multiplied out."""
        while poly := self.reduced(poly):
            divided = {a for m in poly for a, e in m if e < 0 and self.keys[a][0] in ("sum", "sin")}
            if not divided:
                return False
            atom = max(divided)
            lowest = min(e for m in poly for a, e in m if a == atom)
            poly = self.times(poly, {((atom, math.ceil(-lowest)),): 1}) if self.keys[atom][0] == "sin" else self.lifted(poly, atom, math.ceil(-lowest))
        return True

    def reduced(self, poly: Poly) -> Poly:
        """Quotients by a sum without its leading term: with ``s = a + b``, ``b / s`` is ``1 - a / s``."""
        sums = sorted({a for m in poly for a, e in m if e <= -1 and self.keys[a][0] == "sum"}, reverse=True)
        for atom in sums:
            base = dict(self.keys[atom][1])
            lead = max(base, key=_rank)
            if any(e < 0 for _, e in lead) or not lead or any(m != lead and divides(lead, m) for m in base):
                continue
            rest = {m: exact(Fraction(-c) / base[lead]) for m, c in base.items() if m != lead}
            rest = self.times(rest, {((atom, -1),): 1})
            rest = self.plus(rest, {(): exact(Fraction(1) / base[lead])})  # what ``lead / sum`` is
            while hit := [m for m in poly if dict(m).get(atom, 0) <= -1 and divides(lead, m)]:
                for m in hit:
                    if m not in poly:
                        continue
                    exponents = dict(m)
                    for a, e in (*lead, (atom, -1)):
                        exponents[a] = exponents.get(a, 0) - e
                    c = poly[m]
                    poly = {k: d for k, d in poly.items() if k != m}
                    left = tuple(sorted((a, e) for a, e in exponents.items() if e))
                    poly = self.plus(poly, self.times({left: c}, rest))
        return poly

    def lifted(self, poly: Poly, atom: int, by: int) -> Poly:
        """The polynomial times a power of the sum that an atom stands for, with no divisor left of it."""
        result: Poly = {}
        for m, c in poly.items():
            exponent = dict(m).get(atom, 0) + by
            rest = tuple(p for p in m if p[0] != atom)
            result = self.plus(result, self.times({rest: c}, self.settled(((atom, exponent),))))
        return result


def exact(number) -> int | Fraction:
    """A number as an integer where it is one: these are fast."""
    return number if type(number) is int else number.numerator if number.denominator == 1 else number


def divides(part: Monomial, whole: Monomial) -> bool:
    """Whether a monomial with positive exponents is a factor of another."""
    exponents = dict(whole)
    return all(exponents.get(a, 0) >= e for a, e in part)


def _rank(monomial: Monomial) -> tuple:
    """An order of monomials that stays the same when all exponents change sign with their coefficients' signs."""
    return len(monomial), monomial



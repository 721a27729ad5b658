"""Expressions as polynomials with exact coefficients over *atoms*, and when such a polynomial is zero.

An atom is what algebra does not look into: an input, an exponential, a tangent, a test (0 or 1), a sum that is divided by.
Exponents may be negative or fractions.  Equal polynomials are equal expressions; the converse holds as far as `is_zero` clears
denominators.  (The same as SymPy's ``together`` and ``expand``, on a few hundred thousand terms a second.)
"""

from __future__ import annotations

import itertools

from sympy.external.gmpy import MPQ  # as fast a rational number as this machine has

from gradgen.checks.arrays.nodes import Nodes

Monomial = tuple[tuple[int, MPQ | int], ...]  # (atom, exponent), by atom
Poly = dict[Monomial, MPQ | int]
TERMS = 1_500  # of one polynomial
WORK = 800_000  # products of terms in one proof
MOST_TESTS = 4  # in a polynomial that is compared with zero, or divided by
TESTS = ("test", "peak")  # kinds of atoms that are 0 or 1; a peak: an entry is the greatest of some
SPECIAL = (*TESTS, "number", "sum", "sin")  # kinds whose products are not only added exponents
ONE: Poly = {(): 1}


class TooLarge(Exception):
    """The polynomial has too many terms, or too much work went into one proof."""


class Polynomials:
    """Polynomials over the atoms of one graph.  Products of terms are counted, and there may be `WORK` in all."""

    def __init__(self, nodes: Nodes):
        self.nodes, self.work, self.most = nodes, 0, WORK
        self.keys: list[tuple] = []
        self.index: dict[tuple, int] = {}
        self.special: set[int] = set()  # atoms of the kinds that `joined` rewrites
        self.generic = False  # ties do not occur: a test and its opposite leave no third
        self.met_tie = False  # whether two expressions were compared since this was last set
        self.split = False  # exponentials of sums as products

    # atoms

    def atom(self, *key) -> int:
        if key not in self.index:
            self.index[key] = len(self.keys)
            if key[0] in SPECIAL:
                self.special.add(len(self.keys))
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
        if self.special.isdisjoint(exponents):
            return tuple(sorted(exponents.items())), None
        extra: Poly | None = None
        for atom in [
            a
            for a, e in exponents.items()
            if e > 1 or e == 1 and self.keys[a][0] in ("sum", "number") or e < 0 and self.keys[a][0] == "number"
        ]:
            kind = self.keys[atom][0]
            e = exponents[atom]
            if kind in TESTS:
                exponents[atom] = 1
            elif kind == "number":
                whole = e.numerator // e.denominator
                exponents.pop(atom)
                if e - whole:
                    exponents[atom] = exact(e - whole)
                extra = self.times(extra or ONE, {(): raised(self.keys[atom][1], whole)})
            elif kind == "sum":  # a sum is written out where it is no divisor
                whole = e.numerator // e.denominator
                exponents.pop(atom)
                if e - whole:
                    exponents[atom] = exact(e - whole)
                extra = self.times(extra or ONE, self.power_of(dict(self.keys[atom][1]), whole))
            elif kind == "sin" and e >= 2:  # sin**2 as 1 - cos**2
                whole = e.numerator // e.denominator
                exponents.pop(atom)
                if left := exact(e - whole + whole % 2):
                    exponents[atom] = left
                cosine = self.atom("cos", self.keys[atom][1])
                extra = self.times(extra or ONE, self.power_of({(): 1, ((cosine, 2),): -1}, whole // 2))
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
            if (
                whole
                and not self.has_tests(base)
                or bare
                and (monomial[0][1] == 1 or self.keys[monomial[0][0]][0] in ("exp", "number"))
            ):
                exponents = tuple((a, exact(e * exponent)) for a, e in monomial)
                return self.times({(): raised(c, int(exponent))} if whole else ONE, self.settled(exponents))
            if not monomial and c > 0:
                return {((self.atom("number", c), exponent),): 1}
        if not self.never_zero(base):
            raise TooLarge
        if exponent == int(exponent):
            outside, inside = self.content(base)
            return self.times(
                self.power_of(outside, exponent),
                self.settled(((self.atom("sum", frozenset(inside.items())), exponent),)),
            )
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
        if not tests or self.counts_peaks(poly):
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

    def counts_peaks(self, poly: Poly) -> bool:
        """Whether a polynomial counts how many of some numbers are the greatest of them: one is."""
        if any(c <= 0 or len(m) != 1 or self.keys[m[0][0]][0] != "peak" for m, c in poly.items()):
            return False
        tops = [self.keys[m[0][0]][1] for m in poly]
        return len(set(tops)) == 1 and len(tops) == len(self.nodes.args(tops[0]))

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
        lead = poly[max(poly, key=rank)]
        outside = {common: lead}
        inverse = {tuple((a, -e) for a, e in common): raised(lead, -1)}
        return outside, self.times(poly, inverse)

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
            poly = (
                self.times(poly, {((atom, -(lowest.numerator // lowest.denominator)),): 1})
                if self.keys[atom][0] == "sin"
                else self.lifted(poly, atom, -(lowest.numerator // lowest.denominator))
            )
        return True

    def reduced(self, poly: Poly) -> Poly:
        """Quotients by a sum without its leading term: with ``s = a + b``, ``b / s`` is ``1 - a / s``."""
        sums = sorted({a for m in poly for a, e in m if e <= -1 and self.keys[a][0] == "sum"}, reverse=True)
        for atom in sums:
            base = dict(self.keys[atom][1])
            lead = max(base, key=rank)
            if any(e < 0 for _, e in lead) or not lead or any(m != lead and divides(lead, m) for m in base):
                continue
            rest = {m: exact(-c * raised(base[lead], -1)) for m, c in base.items() if m != lead}
            rest = self.times(rest, {((atom, -1),): 1})
            rest = self.plus(rest, {(): raised(base[lead], -1)})  # what ``lead / sum`` is
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


def exact(number) -> int | MPQ:
    """A number as an integer where it is one: these are fast."""
    if type(number) is int:
        return number
    return int(number.numerator) if number.denominator == 1 else MPQ(int(number.numerator), int(number.denominator))


def raised(number: int | MPQ, exponent: int) -> int | MPQ:
    """A number to a whole power."""
    return exact(MPQ(int(number.numerator), int(number.denominator)) ** exponent)


def divides(part: Monomial, whole: Monomial) -> bool:
    """Whether a monomial with positive exponents is a factor of another."""
    exponents = dict(whole)
    return all(exponents.get(a, 0) >= e for a, e in part)


def rank(monomial: Monomial) -> tuple:
    """An order of monomials that stays the same when all exponents change sign with their coefficients' signs."""
    return len(monomial), monomial

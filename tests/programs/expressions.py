"""Random expressions within a scope of intervals: recipes, weights, and how values are kept in a domain."""

from __future__ import annotations

import re
from dataclasses import replace

from tests.programs import terms as T
from tests.programs.program import File, Helper, Param
from tests.programs.terms import FUNCTIONS, Term

BIG = 1e4  # larger values are squashed, so that nothing overflows
CONSTANTS = "2 3 0.5 1.0 1 2.0 0.1 1.5 10 4 0.25 1e-2 .5 3.14 0x3 1_0 5. 7 0.3".split()


class Expressions:
    """Writes the expressions of one function, within a scope of intervals."""

    def __init__(self, file: File, helpers: list[Helper], reserved: set[str]):
        self.file, self.rng = file, file.rng
        self.helpers = helpers
        self.reserved = reserved | set(FUNCTIONS) | {"copysign", "fmod", "hypot", "atan2", "fabs"}
        self.scope: dict[str, tuple[float, float]] = {}
        self.entries: dict[str, tuple[float, float]] = {}
        self.vectors: dict[str, Param] = {}  # lists and tuples, which can be unpacked
        self.flags: list[str] = []
        self.unread: list[str] = []

    def expr(self, size: int) -> Term:
        """A random expression of about ``size`` operations, squashed when it could grow too large."""
        if size <= 0:
            return self.atom()
        recipe = self.rng.choices(RECIPES, WEIGHTS)[0]
        return self.tame(recipe(self, size - 1))

    def atom(self) -> Term:
        """A variable (one that nobody read yet, for choice), an entry of a list, or a constant."""
        roll = self.rng.random()
        if roll < 0.35 and self.unread:
            return self.read(self.rng.choice(self.unread))
        if roll < 0.78 and self.scope:
            return self.read(self.rng.choice(list(self.scope)))
        if roll < 0.9 and self.entries:
            name = self.rng.choice(list(self.entries))
            return Term(name, *self.entries[name])
        return self.literal()

    def read(self, name: str) -> Term:
        if name in self.unread:
            self.unread.remove(name)
        return Term(name, *self.scope[name])

    def literal(self) -> Term:
        roll = self.rng.random()
        visible = [n for n in self.file.constants if n not in self.scope]
        if roll < 0.12 and visible:
            name = self.rng.choice(visible)
            return replace(T.constant(self.file.constants[name]), text=name)
        if roll < 0.17:
            name = self.rng.choice(("pi", "e", "tau"))
            if self.file.spelling in ("plain", "alias"):
                return Term(self.file.spell(name), *[getattr(T.math, name)] * 2)
        return T.constant(self.rng.choice(CONSTANTS))

    def variable(self) -> Term:
        return self.read(self.rng.choice(list(self.scope))) if self.scope else self.atom()

    def tame(self, term: Term) -> Term:
        """The term, or a bounded function of it when it may exceed `BIG`."""
        if term.size <= BIG:
            return term
        squash = self.rng.choice(("tanh", "sin", "atan"))
        row = FUNCTIONS[squash]
        safe = replace(term, lo=max(term.lo, -1e300), hi=min(term.hi, 1e300))
        return T.call(self.file.spell(squash), [safe], *row.interval(squash, safe))

    def fit(self, term: Term, lo: float, hi: float) -> Term:
        """The term if its value lies in the domain, else some bounded function of it that does."""
        if term.within(lo, hi):
            return term
        options = [w(self, term) for w in WRAPPERS]
        fitting = [o for o in options if o.within(lo, hi)]
        if fitting:
            return self.rng.choice(fitting)
        lo, hi = max(lo, -BIG), min(hi, BIG)
        middle, half = abs(lo + hi) / 2, (hi - lo) / 4
        wave = T.call(self.file.spell("sin"), [term], -1.0, 1.0)
        return T.add(T.constant(repr(middle)), T.mul(T.constant(repr(half)), wave))

    def nonzero(self, term: Term) -> Term:
        """A denominator made from the term."""
        if term.avoids_zero():
            return term
        options = [w(self, term) for w in WRAPPERS]
        return self.rng.choice([o for o in options if o.avoids_zero(0.3)])

    def condition(self, depth: int = 0) -> Term:
        """A test: comparisons, chains, and/or/not, or the truth of a number."""
        roll = self.rng.random()
        if depth < 1 and roll < 0.2:
            word, level = self.rng.choice((("and", T.AND), ("or", T.OR)))
            left, right = self.condition(1), self.condition(1)
            return Term(f"{left.at(level + 1)} {word} {right.at(level + 1)}", 0.0, 1.0, level)
        if depth < 1 and roll < 0.27:
            return Term(f"not {self.condition(1).at(T.NOT)}", 0.0, 1.0, T.NOT)
        if roll < 0.33 and self.flags:
            return Term(self.rng.choice(self.flags), 0.0, 1.0)
        if roll < 0.38:
            return replace(self.variable(), lo=0.0, hi=1.0)
        if roll < 0.5:
            low, high = self.rng.choice((("-1", "1"), ("0", "2"), ("-0.5", "0.5")))
            sign = self.rng.choice(("<", "<="))
            return Term(f"{low} {sign} {self.expr(1).at(T.SUM)} < {high}", 0.0, 1.0, T.COMPARE)
        return self.comparison()

    def comparison(self) -> Term:
        left = self.expr(self.rng.choice((0, 0, 1, 2)))
        right = self.rng.choice((self.literal, self.variable, lambda: Term("0", 0.0, 0.0)))()
        sign = self.rng.choices(("<", "<=", ">", ">=", "==", "!="), (8, 4, 8, 4, 1, 1))[0]
        return Term(f"{left.at(T.SUM)} {sign} {right.at(T.SUM)}", 0.0, 1.0, T.COMPARE)

    def halves(self, size: int) -> tuple[Term, Term]:
        part = self.rng.randint(0, size)
        return self.expr(part), self.expr(size - part)


# ---------------------------------------------------------------- recipes for expressions


def _sum(b: Expressions, size: int) -> Term:
    return b.rng.choice((T.add, T.add, T.sub))(*b.halves(size))


def _product(b: Expressions, size: int) -> Term:
    return T.mul(*b.halves(size))


def _quotient(b: Expressions, size: int) -> Term:
    top, bottom = b.halves(size)
    return T.div(top, b.nonzero(bottom))


def _power(b: Expressions, size: int) -> Term:
    base = b.expr(size)
    if b.rng.random() < 0.55:
        exponent = T.constant(b.rng.choice(("2", "2", "2", "3", "1", "0", "2.0", "4")))
        base = b.fit(base, -20.0, 20.0)
        return _spell_power(b, base, exponent)
    base = b.fit(base, 0.05, 50.0)
    choice = b.rng.random()
    if choice < 0.4:
        exponent = T.constant(b.rng.choice(("0.5", "1.5", "0.25", "2.5")))
    elif choice < 0.6:
        exponent = T.neg(T.constant(b.rng.choice(("1", "2", "0.5", "3"))))
    else:
        exponent = b.fit(b.expr(size // 2), -3.0, 3.0)
        base = T.constant(b.rng.choice(("2", "3", "0.5"))) if choice > 0.85 else base
    return _spell_power(b, base, exponent)


def _spell_power(b: Expressions, base: Term, exponent: Term) -> Term:
    roll = b.rng.random()
    if roll < 0.8:
        return T.power(base, exponent)
    name = "pow" if roll < 0.9 else b.file.spell("pow")
    if name == "pow" and "pow" in b.file.imported:
        return T.power(base, exponent)
    return T.call(name, [base, exponent], *T.power_range(base, exponent))


def _negation(b: Expressions, size: int) -> Term:
    inner = b.expr(size)
    return T.neg(inner) if b.rng.random() < 0.9 else replace(inner, text=f"+{inner.at(T.POWER)}", level=T.UNARY)


def _function(b: Expressions, size: int) -> Term:
    common = ("sin", "cos", "exp", "log", "tanh", "sqrt")
    name = b.rng.choice(common if b.rng.random() < 0.6 else list(FUNCTIONS))
    row = FUNCTIONS[name]
    inner = b.fit(b.expr(size), row.lo, row.hi)
    return T.call(b.file.spell(name), [inner], *row.interval(name, inner))


def _two_argument(b: Expressions, size: int) -> Term:
    name = b.rng.choice(("hypot", "atan2", "copysign", "fmod", "fabs"))
    left, right = b.halves(size)
    spelled = b.file.spell(name)
    if name == "hypot":
        left = b.fit(left, 0.05, BIG)
        return T.call(spelled, [left, right], 0.0, left.size + right.size)
    if name == "atan2":
        return T.call(spelled, [left, b.fit(right, 0.05, BIG)], -1.6, 1.6)
    if name == "copysign":
        return T.call(spelled, [left, right], -left.size, left.size)
    if name == "fmod":
        return T.call(spelled, [left, b.nonzero(right)], -left.size, left.size)
    return T.magnitude(spelled, left)


def _extreme(b: Expressions, size: int) -> Term:
    terms = [b.expr(size // 2) for _ in range(b.rng.choice((2, 2, 2, 3)))]
    if b.rng.random() < 0.4:
        terms[b.rng.randrange(len(terms))] = T.constant(b.rng.choice(("0", "1", "0.5")))
    return T.call(b.rng.choice(("max", "min")), terms, *T.join(*terms))


def _magnitude(b: Expressions, size: int) -> Term:
    return T.magnitude("abs", b.expr(size))


def _rounding(b: Expressions, size: int) -> Term:
    inner = b.expr(size)
    name = b.rng.choice(("float", "float", "int", "round", "round2"))
    if name == "round2":
        return Term(f"round({inner.text}, 2)", inner.lo - 0.01, inner.hi + 0.01)
    slack = 0.0 if name == "float" else 1.0
    return T.call(name, [inner], inner.lo - slack, inner.hi + slack)


def _division_kind(b: Expressions, size: int) -> Term:
    left, right = b.halves(size)
    return b.rng.choice((T.floordiv, T.mod, T.mod))(left, b.nonzero(right))


def _ternary(b: Expressions, size: int) -> Term:
    then, other = b.halves(size)
    test = b.condition()
    text = f"{then.at(T.OR)} if {test.at(T.OR)} else {other.at(T.TERNARY)}"
    return Term(text, *T.join(then, other), T.TERNARY)


def _choice_of_values(b: Expressions, size: int) -> Term:
    left, right = b.halves(size)
    if b.rng.random() < 0.5:
        return Term(f"{left.at(T.AND)} or {right.at(T.AND)}", *T.join(left, right), T.OR)
    zero = Term("0", 0.0, 0.0)
    return Term(f"{left.at(T.NOT)} and {right.at(T.NOT)}", *T.join(left, right, zero), T.AND)


def _gated(b: Expressions, size: int) -> Term:
    return T.mul(b.expr(size), b.comparison())


def _fork(b: Expressions, size: int) -> Term:
    """The same value used twice: ``x * x + x``, ``x - x``, ``x / (1 + x * x)``."""
    x = b.variable()
    square = T.mul(x, x)
    one = T.constant("1")
    options = (
        lambda: T.add(square, x),
        lambda: T.sub(x, x),
        lambda: T.div(x, T.add(one, square)),
        lambda: T.mul(x, b.expr(size)),
        lambda: T.sub(square, T.mul(T.constant("2"), x)),
    )
    return b.rng.choice(options)()


def _sigmoid(b: Expressions, size: int) -> Term:
    inner = b.fit(b.expr(size), -300.0, 300.0)
    one = b.rng.choice(("1", "1.0"))
    text = f"{one} / ({b.rng.choice(('1', '1.0'))} + {b.file.spell('exp')}({T.neg(inner).text}))"
    return Term(text, 0.0, 1.0, T.PRODUCT)


def _helper(b: Expressions, size: int) -> Term:
    usable = [h for h in b.helpers if len(h.results) == 1]
    if not usable:
        return _function(b, size)
    helper = b.rng.choice(usable)
    return Term(call_text(b, helper, size), *helper.results[0])


def call_text(b: Expressions, helper: Helper, size: int) -> str:
    """A call of the helper: defaults left out at times, later arguments by keyword at times."""
    params = list(helper.params)
    while params and params[-1].default and b.rng.random() < 0.5:
        params.pop()
    same = b.variable() if b.rng.random() < 0.15 else None  # f(x, x)
    parts, keyword = [], False
    for param in params:
        keyword = keyword or b.rng.random() < 0.12
        arg = b.fit(same or b.expr(size // max(1, len(params))), param.lo, param.hi)
        parts.append(f"{param.name}={arg.text}" if keyword else arg.text)
    if keyword and b.rng.random() < 0.3:
        named = [p for p in parts if re.match(r"\w+=[^=]", p)]
        parts = [p for p in parts if p not in named] + named[::-1]
    return f"{helper.name}({', '.join(parts)})"


_RECIPES = (
    (_sum, 20),
    (_product, 20),
    (_quotient, 9),
    (_power, 9),
    (_negation, 4),
    (_function, 14),
    (_two_argument, 2),
    (_extreme, 4),
    (_magnitude, 3),
    (_rounding, 1.5),
    (_division_kind, 1.5),
    (_ternary, 3),
    (_choice_of_values, 1.2),
    (_gated, 1.5),
    (_fork, 4),
    (_sigmoid, 2),
    (_helper, 7),
)
RECIPES, WEIGHTS = zip(*_RECIPES, strict=True)


def _one_plus_square(b: Expressions, x: Term) -> Term:
    x = x if x.size < 100 else T.call(b.file.spell("tanh"), [x], -1.0, 1.0)
    square = T.mul(x, x) if x.text.isidentifier() else T.power(x, T.constant("2"))
    return T.add(T.constant("1"), square)


def _scaled(name: str, factor: str):
    return lambda b, x: T.mul(T.constant(factor), T.call(b.file.spell(name), [x], -1.0, 1.0))


WRAPPERS = (
    _one_plus_square,
    lambda b, x: T.add(T.constant("0.5"), T.magnitude("abs", x)),
    lambda b, x: T.add(T.constant("1.5"), T.magnitude("abs", x)),
    lambda b, x: T.add(T.constant("2"), T.call(b.file.spell("sin"), [x], -1.0, 1.0)),
    lambda b, x: T.add(T.call(b.file.spell("cos"), [x], -1.0, 1.0), T.constant("1.5")),
    lambda b, x: T.neg(T.magnitude("abs", x)),
    lambda b, x: T.call(b.file.spell("tanh"), [x], -1.0, 1.0),
    lambda b, x: T.call("max", [x, T.constant("0.1")], max(x.lo, 0.1), max(x.hi, 0.1)),
    _scaled("tanh", "0.9"),
    _scaled("sin", "0.5"),
)

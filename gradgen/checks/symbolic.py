"""The prover: two coefficients are equal, shown case by case and part by part.

A comparison is a walk: what two values share is set aside, sums are compared term by term, and one undecided test is decided at a
time, so that only what differs is ever looked at.  Where no test is left, what remains is arithmetic over symbols, and
SymPy's.  Numbers never show that two values are equal, but they keep the walk from trying what cannot be.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from gradgen.checks.algebra import Algebra
from gradgen.checks.cases import Cases
from gradgen.checks.choices import COMPARISONS, Case, Choices
from gradgen.checks.graph import Graph
from gradgen.checks.numeric import Points, alike

EFFORT = 600  # steps of one comparison
TOTAL_EFFORT = 12_000  # steps of all comparisons of a text
SHARES = 4  # parts of what is left of which one candidate may take one
WRITING_OUT = 5  # what writing out a gradient counts for
LAST_EFFORT = (
    1_000  # steps that are left when a gradient of the text is found wrong: then nothing can be proved any more
)
PATIENCE = 30  # identities that numbers confirm and SymPy does not see; beyond, the rest of a text is left to the identity test
DEPTH = 12  # stages written out by their definitions, one after the other
SINGULAR: dict[str, tuple[str, ...]] = {  # what is printed where a slope is infinite or undefined
    "math.sqrt": ("math.inf",),
    "math.cbrt": ("math.inf",),
    "**": ("math.inf", "0.0", "math.nan"),
    "math.pow": ("math.inf", "0.0", "math.nan"),
    "math.asin": ("math.inf",),
    "math.acos": ("-math.inf",),
    "math.acosh": ("math.inf",),
    "math.hypot": ("0.0",),
    "math.atan2": ("0.0",),
}
EXPONENTS = (0, 0.25, 0.5, 1, 1.5, 2, 3)  # tried for one that is not constant
Definition = Callable[[int], int | None]


class Prover:
    """Compares coefficients, numbers first: those at the inputs ``given`` among them.  Answers are remembered by shape: most
    stages of a program are alike."""

    def __init__(self, graph: Graph, given: Sequence[Mapping[str, float]] = ()):
        self.graph, self.choices, self.given = graph, Choices(graph), given
        self.memory: dict[tuple, bool] = {}
        self.points: dict[Definition, Points] = {}
        self.cases: dict[Definition, Cases] = {}
        self.effort = 0
        self.left, self.patience = TOTAL_EFFORT, PATIENCE

    def equal(
        self, a: int, b: int, path: tuple[tuple[int, bool], ...], definition: Definition, printed: bool = True
    ) -> bool:
        """Whether two values are shown equal on a path; if they are ``printed`` ones, also where one is what is printed by
        convention at a singular point of the other."""
        if a == b:
            return True
        case = self.widened(dict(path), definition)
        if case is None:
            return True  # nobody comes here
        walk = _Walk(self, definition, printed)
        self.effort = given = min(EFFORT, self.left)
        shown = walk.equal(self.choices.without_kinks(a), self.choices.without_kinks(b), case, {}, 0)
        self.left -= given - self.effort
        return shown

    def widened(self, case: Case, definition: Definition) -> Case | None:
        """A case with what it says of other tests; None if no run meets it."""
        return self.cases_of(definition).widened(self.choices.implied(case))

    def is_dead(self, path: tuple[tuple[int, bool], ...], definition: Definition) -> bool:
        """Whether no run takes a path: its tests contradict each other."""
        return bool(path) and self.widened(dict(path), definition) is None

    def resolved(self, node: int, path: tuple[tuple[int, bool], ...], definition: Definition) -> int:
        """A value without the choices that a path decides."""
        case = self.widened(dict(path), definition)
        return node if case is None else self.cases_of(definition).resolved(node, case)

    def test_on(self, test: int, path: tuple[tuple[int, bool], ...], definition: Definition) -> int:
        """A test as it is on a path, its symbols traced to what they copy there."""
        case = self.widened(dict(path), definition)
        return test if case is None else self.test_in(test, case, definition)

    def test_in(self, test: int, case: Case, definition: Definition) -> int:
        """A test as it is in a case, its symbols traced to what they copy there."""
        cases = self.cases_of(definition)
        return cases.rooted(cases.resolved(test, case), case)

    def sharing(self, work: Callable[[], bool]) -> bool:
        """The outcome of some work that may take its share of what is left, and no more."""
        before = self.left, self.patience
        self.left, self.patience = given = tuple(stock // SHARES for stock in before)
        outcome = work()
        self.left += before[0] - given[0]
        self.patience += before[1] - given[1]
        return outcome

    def may_go_on(self) -> bool:
        """Whether a text is worth another step of the chain rule written out (which counts as a few steps)."""
        self.left -= WRITING_OUT
        return self.left > 0

    def give_up(self) -> None:
        """Spend little on what is still to come."""
        self.left = min(self.left, LAST_EFFORT)

    def terms(self, node: int) -> list[int]:
        """The terms of a sum, a sign with each."""
        op, args, payload = self.graph.nodes[node]
        if op == "call" and payload == "+":
            return [t for a in args for t in self.terms(a)]
        if op == "call" and payload == "neg" and self.graph.payload(args[0]) == "+":
            return [self.graph.call("neg", t) for t in self.terms(args[0])]
        return [] if self.graph.is_zero(node) else [node]

    def cases_of(self, definition: Definition) -> Cases:
        """What is left of the values of a text in a case."""
        if definition not in self.cases:
            self.cases[definition] = Cases(self.choices, definition)
        return self.cases[definition]

    def points_of(self, definition: Definition) -> Points:
        """Points at which the stages of a text have numbers."""
        if definition not in self.points:
            self.points[definition] = Points(
                self.choices,
                definition,
                widened=partial(self.widened, definition=definition),
                rooted=partial(self.test_in, definition=definition),
                given=self.given,
            )
        return self.points[definition]

    def identical(self, a: int, b: int, case: Case | None = None) -> bool:
        """Whether two values are the same operations in every case of the tests that they hang on: first with each test taken
        as it is, then with the choices inside it decided before it."""
        for whole in (True, False):
            self.effort = EFFORT * 10
            if self.same_operations(a, b, case or {}, {}, whole):
                return True
        return False

    def same_operations(self, a: int, b: int, case: Case, known: dict[tuple[int, int], bool], whole: bool) -> bool:
        """``known`` is what was found in this case already: values share most of their parts."""
        if (a, b) not in known:
            known[a, b] = self.by_operations(
                self.choices.resolved(a, case), self.choices.resolved(b, case), case, known, whole
            )
        return known[a, b]

    def by_operations(self, a: int, b: int, case: Case, known: dict[tuple[int, int], bool], whole: bool) -> bool:
        self.effort -= 1
        if a == b or self.effort < 0:
            return a == b
        (op, args, payload), (other, others, its) = self.graph.nodes[a], self.graph.nodes[b]
        if op == other and op in ("call", "loop") and (payload, len(args)) == (its, len(others)):
            return all(self.same_operations(x, y, case, known, whole) for x, y in zip(args, others, strict=True))
        test = self.choices.next_test(case, a, b, whole=whole)
        if test is None:
            return False
        cases = [case | {test: value} for value in (True, False)]
        cases = [inner for inner in cases if self.choices.widened(inner) is not None]
        return all(self.same_operations(a, b, inner, {}, whole) for inner in cases)


class _Walk:
    """One comparison, with the definitions that its symbols have."""

    def __init__(self, prover: Prover, definition: Definition, printed: bool):
        self.printed = printed
        self.prover, self.graph, self.choices, self.definition = prover, prover.graph, prover.choices, definition
        self.cases = prover.cases_of(definition)

    def equal(self, a: int, b: int, case: Case, guards: Case, depth: int) -> bool:
        """Two values in a case, of which ``guards`` are the tests decided on the way, and ``depth`` stages are written out by their definitions."""
        a, b = self.cases.resolved(a, case), self.cases.resolved(b, case)
        self.prover.effort -= 1
        if a == b or self.prover.effort < 0:
            return a == b
        if (
            self.printed
            and guards
            and self.is_convention(a, b, case, guards)
            or self.by_parts(a, b, case, guards, depth)
        ):
            return True
        test = self.choices.next_test(case, a, b)
        if test is None:
            return self.without_tests(a, b, case, guards, depth)
        cases = [(value, self.cases.widened(case | {test: value})) for value in (True, False)]
        return all(
            self.equal(a, b, inner, guards | {test: value}, depth) for value, inner in cases if inner is not None
        )

    def without_tests(self, a: int, b: int, case: Case, guards: Case, depth: int) -> bool:
        """Two values in which nothing is left to decide; if need be, with the latest of their stages written out."""
        if self.shown(a, b, case):
            return True
        latest = self.latest(a, b)
        if depth == DEPTH or latest is None or self.is_told_apart(a, b, case):
            return False
        a, b = (self.choices.without_kinks(self.written_out(n, latest)) for n in (a, b))
        return self.equal(a, b, case, guards, depth + 1)

    def latest(self, *nodes: int) -> int | None:
        """The latest stage that values name and whose definition can stand for it."""
        found, stack = set(), list(nodes)
        while stack:
            n = stack.pop()
            if n not in found and self.graph.op(n) != "slope":
                found.add(n)
                stack.extend(self.graph.args(n))
        stages = [
            n
            for n in found
            if self.graph.op(n) == "sym"
            and (d := self.definition(n)) is not None
            and self.graph.op(d) not in ("pair", "token")
        ]
        return max(stages, key=self.graph.payload, default=None)

    def written_out(self, node: int, symbol: int) -> int:
        """The node with a stage's symbol replaced by its definition (slopes stay what they are)."""
        kept = {n: n for n in self.graph.walk(node) if self.graph.op(n) == "slope"}
        return self.graph.rebuild(node, kept | {symbol: self.definition(symbol)})

    # -- numbers ------------------------------------------------------------------------------------------------------

    def is_told_apart(self, a: int, b: int, case: Case) -> bool:
        """Whether some point of a case tells two values apart."""
        return any(self.apart(p, a, b) for p in self.prover.points_of(self.definition).meeting(tuple(case.items())))

    def apart(self, point, a: int, b: int) -> bool:
        x, y = point.value(a), point.value(b)
        return x is not None and y is not None and not alike(x, y)

    def matches(self, a: int, b: int, case: Case) -> bool:
        """Whether numbers speak for two values being equal in a case."""
        met = self.prover.points_of(self.definition).meeting(tuple(case.items()))
        return bool(met) and not any(self.apart(p, a, b) for p in met)

    def plausible(self, a: int, b: int, case: Case, roots: dict[int, int]) -> bool:
        """Whether two values agree for arbitrary values of their symbols, those aside whose own slope is meant."""
        users = {self.graph.payload(n) for node in (a, b) for n in self.graph.walk(node) if self.graph.op(n) == "slope"}
        plain = self.in_this_case(case)
        points = Points(
            self.choices,
            lambda symbol: roots[symbol] if symbol in roots else plain(symbol) if symbol in users else None,
        )
        return not any(
            self.apart(points.at(number), a, b) for number in (1, 5, 9, 13)
        )  # positive ones, as SymPy may take them

    # -- parts --------------------------------------------------------------------------------------------------------

    def by_parts(self, a: int, b: int, case: Case, guards: Case, depth: int) -> bool:
        """Whether two products, sums or calls are equal part by part: what they share is set aside, the rest compared."""
        ours, others = self.factors(a), self.factors(b)
        for zero, factors in ((a, others), (b, ours)):
            if self.graph.is_zero(zero) and len(factors) > 1:
                none = [f for f in factors if self.matches(zero, f, case)]
                return any(self.equal(zero, f, case, guards, depth) for f in none)
        left, right = without_common(ours, others)
        if len(left) < len(ours):
            x, y = self.product(left), self.product(right)
            return self.matches(x, y, case) and self.equal(x, y, case, guards, depth)
        if len(ours) == len(others) > 1 and self.paired(left, right, case, guards, depth):
            return True
        ours, others = self.prover.terms(a), self.prover.terms(b)
        left, right = without_common(ours, others)
        if len(ours) > 1 and len(left) == len(right) and self.paired(left, right, case, guards, depth):
            return True
        (op, args, payload), (other, those, its) = self.graph.nodes[a], self.graph.nodes[b]
        if op == other == "call" and (payload, len(args)) == (its, len(those)) and payload not in ("+", "*"):
            pairs = list(zip(args, those, strict=True))
            return all(x == y or self.matches(x, y, case) for x, y in pairs) and all(
                self.equal(x, y, case, guards, depth) for x, y in pairs
            )
        return False

    def paired(self, left: list[int], right: list[int], case: Case, guards: Case, depth: int) -> bool:
        """Whether each member of one list has an equal in the other; numbers say which to try."""
        pairs, rest = [], list(right)
        for x in left:
            partner = next((y for y in rest if self.matches(x, y, case)), None)
            if partner is None:
                return False
            rest.remove(partner)
            pairs.append((x, partner))
        return all(self.equal(x, y, case, guards, depth) for x, y in pairs)

    def factors(self, node: int) -> list[int]:
        """The factors of a product, a sign as the factor -1."""
        op, args, payload = self.graph.nodes[node]
        if op == "call" and payload == "*":
            return [f for a in args for f in self.factors(a)]
        if op == "call" and payload == "neg" and self.graph.op(args[0]) != "const":
            return [self.graph.call("neg", self.graph.one), *self.factors(args[0])]
        return [] if op == "const" and self.graph.payload(node)[1] in ("1", "1.0") else [node]

    def product(self, factors: list[int]) -> int:
        result = self.graph.one
        for factor in factors:
            result = factor if result == self.graph.one else self.graph.call("*", result, factor)
        return result

    # -- what is left -------------------------------------------------------------------------------------------------

    def shown(self, a: int, b: int, case: Case) -> bool:
        """Whether SymPy shows two values equal (it is only asked where numbers do not speak against it)."""
        roots = self.roots(a, b, case)
        key = self.shape(roots, a, b)
        if key not in self.prover.memory and self.prover.patience > 0:
            asked = self.plausible(a, b, case, roots)
            shown = asked and Algebra(self.graph, self.in_this_case(case), roots).equal(a, b)
            self.prover.patience -= asked and not shown
            self.prover.memory[key] = shown
        return self.prover.memory.get(key, False)

    def in_this_case(self, case: Case) -> Definition:
        """Definitions without kinks and choices, as far as the case decides them."""

        def plain(symbol: int) -> int | None:
            d = self.definition(symbol)
            return None if d is None else self.cases.resolved(self.choices.without_kinks(d), case)

        return plain

    def roots(self, a: int, b: int, case: Case) -> dict[int, int]:
        """The symbols that only copy another value in this case, with what they copy."""
        symbols = {n for node in (a, b) for n in self.graph.walk(node) if self.graph.op(n) == "sym"}
        return {n: root for n in symbols if (root := self.cases.root(n, case)) != n}

    def shape(self, roots: dict[int, int], *nodes: int) -> tuple:
        """The nodes with their symbols numbered in order of appearance: equal shapes have equal answers."""
        numbers: dict[int, int] = {}
        seen: dict[int, int] = {}
        out: list[tuple] = []
        stack = list(reversed(nodes))
        while stack:
            n = stack.pop()
            if n in seen:
                out.append(("again", seen[n]))
                continue
            seen[n] = len(seen)
            op, args, payload = self.graph.nodes[n]
            if op in ("leaf", "sym", "D", "token", "index"):
                root = roots.get(n, n)
                out.append((op, numbers.setdefault(n, len(numbers)), numbers.setdefault(root, len(numbers))))
            else:
                kept = (
                    n if op in ("J", "pair") else payload if op == "slope" else None
                )  # of a slope, the stage: it may occur by its name
                name = payload if kept is None else numbers.setdefault(kept, len(numbers))
                out.append((op, name, len(args)))
                stack.extend(reversed(args))
        return tuple(out)

    def is_convention(self, a: int, b: int, case: Case, guards: Case) -> bool:
        """Whether the claimed side is the value agreed on for a singular point, behind a test that only such points meet."""
        for claimed, true in ((a, b), (b, a)):
            text = self.constant_text(claimed)
            heads = {
                self.graph.payload(self.graph.args(n)[0]) for n in self.graph.walk(true) if self.graph.op(n) == "slope"
            }
            powers = [n for n in self.graph.walk(true) if self.graph.op(n) == "slope" and not self.fits(text, n, case)]
            if text and not powers and any(text in SINGULAR.get(h, ()) for h in heads if isinstance(h, str)):
                tests = [(self.cases.rooted(test, case), wanted) for test, wanted in guards.items()]
                return any(
                    self.is_about_singularity(test, true, case) and self.never(test, wanted, true)
                    for test, wanted in tests
                )
        return False

    def fits(self, text: str, slope: int, case: Case) -> bool:
        """Whether a constant is the slope of a power at 0, for every exponent that a case allows (of other slopes: always)."""
        definition, by = self.graph.args(slope)
        if self.graph.payload(definition) not in ("**", "math.pow"):
            return True
        exponent = self.graph.args(definition)[1]
        if by in self.graph.smooth_leaves(exponent):
            return True
        known = self.choices.number_of(exponent)
        allowed = [known] if known is not None else [v for v in EXPONENTS if self.allows(case, exponent, v)]
        return all(text == slope_at_zero(v) for v in allowed if v >= 0)

    def allows(self, case: Case, node: int, value: float) -> bool:
        """Whether no test of a case that is about one value alone speaks against a number for it."""
        number = self.graph.const(value)
        return all(
            self.choices.settled(self.graph.rebuild(test, {node: number})) in (None, wanted)
            for test, wanted in case.items()
        )

    def is_about_singularity(self, test: int, true: int, case: Case) -> bool:
        """Whether a test asks about an operand, or the value, of an operation that has singular points."""
        slopes = [self.graph.nodes[n] for n in self.graph.walk(true) if self.graph.op(n) == "slope"]
        asked = {
            n
            for _, (definition, *_), user in slopes
            for n in (definition, user, *self.graph.args(definition))
            if self.graph.payload(definition) in SINGULAR
        }
        asked |= {self.cases.rooted(n, case) for n in asked}
        op, args, payload = self.graph.nodes[test]
        sides = [self.inside_abs(n) for n in (args if op == "call" and payload in COMPARISONS else (test,))]
        known = [
            not asked.isdisjoint(
                (n, self.cases.rooted(n, case), self.cases.resolved(self.choices.without_kinks(n), case))
            )
            for n in sides
        ]
        return any(known) and all(k or self.choices.is_constant(n) for k, n in zip(known, sides, strict=True))

    def inside_abs(self, node: int) -> int:
        return (
            self.graph.args(node)[0]
            if self.graph.op(node) == "call" and self.graph.payload(node) in ("abs", "math.fabs")
            else node
        )

    def never(self, test: int, wanted: bool, true: int) -> bool:
        """Whether ordinary numbers of the domain of ``true`` never decide a test so."""
        points = self.prover.points_of(self.definition)
        inside = [p for p in map(points.at, range(24)) if p.value(true) is not None]
        return bool(inside) and not any(p.value(test) is None or p.meets([(test, wanted)]) for p in inside)

    def constant_text(self, node: int) -> str:
        op, args, payload = self.graph.nodes[node]
        if op == "const":
            return payload[1] if payload[1] != "0" else "0.0"
        if op == "call" and not args:
            return payload
        if op == "call" and payload == "neg":
            return "-" + self.constant_text(args[0])
        return ""


def slope_at_zero(exponent: float) -> str:
    """The slope of a power at 0, as it is printed."""
    return "math.inf" if 0 < exponent < 1 else "1.0" if exponent == 1 else "0.0"


def without_common(left: list[int], right: list[int]) -> tuple[list[int], list[int]]:
    """Two lists without the members they share."""
    right, rest = list(right), []
    for member in left:
        if member in right:
            right.remove(member)
        else:
            rest.append(member)
    return rest, right

"""Values that hang on tests: kinks as choices, tests taken apart, and what is left of a value in a case."""

from __future__ import annotations

import ast
from collections.abc import Callable

from gradgen.checks.arithmetic import constant
from gradgen.checks.graph import Graph

COMPARISONS = (">", ">=", "==", "!=", "not")
KINKS = ("max", "min", "abs", "math.fabs", "math.copysign")
EVERY = frozenset("<=>")
ORDERS = {">": frozenset(">"), ">=": frozenset(">="), "==": frozenset("="), "!=": frozenset("<>")}
FLIPPED = {"<": ">", "=": "=", ">": "<"}
Case = dict[int, bool]  # tests with their outcomes
Rooted = Callable[[int, Case], int]  # a test with its symbols traced to what they copy in a case


class Choices:
    """Choices in the values of one graph, made by the conventions at ties, and resolved in a case."""

    def __init__(self, graph: Graph):
        self.graph = graph
        self.kinks: dict[int, int] = {}
        self.constants: dict[int, bool | None] = {}
        self.raises: list[tuple[tuple[int, bool], ...]] = (
            []
        )  # paths on which the text raises: nothing is claimed of them

    def without_kinks(self, node: int) -> int:
        """``max``, ``min``, ``abs`` as choices, by the conventions at ties: a constant wins, else the first operand.

        Tests stay as they are written: the paths of a text name them so.
        """
        stack = [node]
        while stack:
            n = stack[-1]
            if n in self.kinks:
                stack.pop()
                continue
            op, args, payload = self.graph.nodes[n]
            below = (
                args[1:]
                if op == "ite"
                else args[:1] if op == "slope" else args if op == "call" and payload not in COMPARISONS else ()
            )
            todo = [m for m in below if m not in self.kinks]
            if todo:
                stack.extend(todo)
                continue
            self.kinks[n] = self.unkinked(n)
            stack.pop()
        return self.kinks[node]

    def unkinked(self, n: int) -> int:
        """One node without kinks, those below it being done."""
        op, args, payload = self.graph.nodes[n]
        if op == "ite":
            return self.graph.choice(args[0], self.kinks[args[1]], self.kinks[args[2]])
        if op == "slope":
            return self.graph.make(op, self.kinks[args[0]], args[1], payload=payload)
        if op != "call":
            return n
        if payload in COMPARISONS:  # a comparison that is computed with
            return self.graph.choice(n, self.graph.one, self.graph.zero)
        if payload in KINKS:
            return self.as_choice(n)
        return self.graph.make(op, *(self.kinks[a] for a in args), payload=payload)

    def as_choice(self, node: int) -> int:
        g, fn, args = self.graph, self.graph.payload(node), self.graph.args(node)
        x = args[0]
        if fn in ("max", "min"):
            y = args[1]
            if self.is_constant(x) and not self.is_constant(y):
                x, y = y, x
            strict = self.is_constant(y)
            greater = g.call(">" if strict else ">=", *((x, y) if fn == "max" else (y, x)))
            return g.choice(greater, self.kinks[x], self.kinks[y])
        if fn == "math.copysign" and g.op(x) == "const":
            return g.make("call", x, args[1], payload="sign")
        inner = self.kinks[x]
        size = g.choice(
            g.call(">", x, g.zero), inner, g.choice(g.call("<", x, g.zero), g.call("neg", inner), g.const(0.0))
        )
        if fn == "math.copysign":
            return g.call("*", size, g.make("call", g.const(1.0), args[1], payload="sign"))
        return size

    def is_constant(self, node: int) -> bool:
        return all(self.graph.op(n) in ("const", "call", "ite") for n in self.graph.walk(node))

    def next_test(self, case: Case, *nodes: int, whole: bool = False) -> int | None:
        """The test to decide first: an undecided part of that of the outermost choice (see `undecided`)."""
        queue, seen = list(nodes), set()
        for n in queue:
            if n in seen:
                continue
            seen.add(n)
            if self.graph.op(n) == "ite" and (test := self.undecided(self.graph.args(n)[0], case, whole)) is not None:
                return test
            queue.extend(self.graph.args(n))
        return None

    def undecided(self, test: int, case: Case, whole: bool = False) -> int | None:
        """The first part of a test that a case does not decide; a choice inside a comparison comes before it, unless
        comparisons are taken as a whole."""
        op, args, payload = self.graph.nodes[test]
        if self.outcome(test, case) is not None:
            return None
        if op == "ite" or op == "call" and payload in ("and", "or", "not"):
            return next((part for a in args if (part := self.undecided(a, case, whole)) is not None), None)
        inner = None if whole else self.next_test(case, *args)
        return test if inner is None else inner

    def outcome(self, test: int, case: dict[int, bool]) -> bool | None:
        """Whether a test holds in a case; None if the case does not say."""
        if test in case:
            return case[test]
        op, args, payload = self.graph.nodes[test]
        if op == "const":
            return bool(ast.literal_eval(payload[1])) if payload[1] not in ("inf", "nan") else True
        if (known := self.settled(test)) is not None:
            return known
        if op == "call" and payload in ("and", "or", "not"):
            values = [self.outcome(a, case) for a in args]
            if payload == "not":
                return None if values[0] is None else not values[0]
            stop = payload == "or"
            if stop in values:
                return stop
            return None if None in values else not stop
        if op == "ite":
            chosen = self.outcome(args[0], case)
            return None if chosen is None else self.outcome(args[1 if chosen else 2], case)
        return None

    def settled(self, test: int) -> bool | None:
        """The outcome of a test in which no input occurs, or that compares a value with itself."""
        if test not in self.constants:
            op, args, payload = self.graph.nodes[test]
            test_of_constants = self.resolved(test, {})
            value = constant(self.graph, test_of_constants) if self.is_constant(test_of_constants) else None
            if op == "call" and payload in ORDERS and args[0] == args[1]:
                value = "=" in ORDERS[payload]
            self.constants[test] = None if value is None else bool(value)
        return self.constants[test]

    def resolved(
        self, node: int, case: Case, rooted: Rooted = lambda test, case: test, known: dict[int, int] | None = None
    ) -> int:
        """The node without the choices that a case decides: a test counts as written, as the case resolves it, and with
        its symbols traced to what they copy (``rooted``).  What is ``known`` is taken from there, and what is found kept.
        """
        done = {} if known is None else known
        stack = [node]
        while stack:
            n = stack[-1]
            if n in done:
                stack.pop()
                continue
            op, args, payload = self.graph.nodes[n]
            chosen, needed = None, args
            if op == "ite":
                chosen = self.outcome(args[0], case)
                if chosen is None and args[0] not in done:
                    stack.append(args[0])
                    continue
                if chosen is None:
                    test = rooted(done[args[0]], case)  # for this test alone: a value of the same name stays
                    chosen = self.outcome(test, case)
                needed = args[1:] if chosen is None else (args[1 if chosen else 2],)
            todo = [a for a in needed if a not in done]
            if todo:
                stack.extend(todo)
                continue
            parts = [done[a] for a in needed]
            done[n] = (
                parts[0]
                if chosen is not None
                else self.graph.choice(test, *parts) if op == "ite" else self.tidy(op, parts, payload)
            )
            if op == "call" and payload in ORDERS and tuple(parts) != args and self.is_free_tie(*args):
                self.graph.ties.add(frozenset(parts))  # what a number under a name is in this case
            stack.pop()
        return done[node]

    def tidy(self, op: str, parts: list[int], payload: object) -> int:
        """A node without factors 1 and 0 and terms 0, a sum with nan in it as nan, and the slope of a sum or product by a
        bare operand worked out."""
        g = self.graph
        if op == "slope":
            return self.slope(*parts, payload)
        if op == "call" and payload == "*":
            if any(g.is_zero(p) for p in parts):
                return g.zero
            left = [p for p in parts if not self.is_one(p)]
            return g.make(op, *parts, payload=payload) if len(left) == 2 else left[0] if left else g.one
        if op == "call" and payload in ("**", "math.pow") and len(parts) == 2 and g.is_zero(parts[1]):
            return g.one
        if op == "call" and payload == "+" and (nan := g.call("math.nan")) in parts:
            return nan
        if op == "call" and payload == "+" and any(g.is_zero(p) for p in parts):
            left = [p for p in parts if not g.is_zero(p)]
            return left[0] if left else g.zero
        return g.make(op, *parts, payload=payload)

    def slope(self, definition: int, by: int, user: object) -> int:
        """The slope of a value by an operand, worked out where it is plain; of a choice, the choice of the slopes."""
        g = self.graph
        if g.op(definition) == "ite":
            test, *arms = g.args(definition)
            return g.choice(test, *(self.slope(arm, by, user) for arm in arms))
        found = self.plain_slope(definition, by)
        return found if found is not None else g.make("slope", definition, by, payload=user)

    def is_one(self, node: int) -> bool:
        return self.graph.op(node) == "const" and self.graph.payload(node)[1] in ("1", "1.0")

    def number_of(self, node: int) -> float | None:
        """The number that a value without any input is."""
        value = constant(self.graph, node) if self.is_constant(node) else None
        return None if value is None else float(value)

    def plain_slope(self, definition: int, by: int) -> int | None:
        """The derivative of ``by``, ``a + by``, ``-by``, ``c * by``, ``by / c``; None for anything less plain."""
        g = self.graph
        op, args, payload = g.nodes[definition]
        if definition == by:
            return g.one
        if by not in g.smooth_leaves(definition):
            return g.zero if op != "pair" else None
        if op != "call" or payload not in ("+", "neg", "*", "/"):
            return None
        inside = [a for a in args if by in g.smooth_leaves(a)]
        if payload == "+":
            slopes = [self.plain_slope(a, by) for a in inside]
            return None if None in slopes else slopes[0] if len(slopes) == 1 else self.tidy("call", slopes, "+")
        if len(inside) > 1 or payload == "/" and inside[0] != args[0]:
            return None
        slope = self.plain_slope(inside[0], by)
        if slope is None or payload == "neg":
            return slope if slope is None else g.call("neg", slope)
        other = args[1] if inside[0] == args[0] else args[0]
        return self.tidy("call", [other, slope], "*") if payload == "*" else g.call("/", slope, other)

    def implied(self, decided: dict[int, bool]) -> dict[int, bool]:
        """What the decided tests say of their parts (both sides of an ``and`` that holds)."""
        result, stack = dict(decided), list(decided.items())
        while stack:
            test, value = stack.pop()
            if result.setdefault(test, value) != value:
                continue  # a contradiction, which is for others to see
            op, args, payload = self.graph.nodes[test]
            if op == "ite" and (args[2] == args[0] and value or args[1] == args[0] and not value):
                stack.extend((arg, value) for arg in args)  # both sides of an `and` that holds, an `or` that does not
            elif op == "ite" and (arm := self.only_arm(args, value)) is not None:
                stack.extend([(args[0], arm), (args[1 if arm else 2], value)])
            if op == "call" and (payload == "not" or payload == "and" and value or payload == "or" and not value):
                stack.extend((arg, value != (payload == "not")) for arg in args)
        return result

    def only_arm(self, choice: tuple[int, ...], value: bool) -> bool | None:
        """Which arm a choice is, given its outcome, as the other is a constant with the other one (None if both may be)."""
        _, *arms = choice
        other = [self.outcome(arm, {}) == (not value) for arm in arms]
        return None if other[0] == other[1] else other[1]

    def impossible(self, case: dict[int, bool], rooted: Rooted = lambda test, case: test) -> bool:
        """Whether a case contradicts itself (``x > y`` without ``x >= y``, an ``and`` without its parts) or raises."""
        if any(all(self.comes_out(t, case, rooted) == wanted for t, wanted in path) for path in self.raises):
            return True
        if any(self.settled(test) == (not value) for test, value in case.items()):
            return True
        for test, value in case.items():
            if self.graph.op(test) == "ite" or self.graph.payload(test) in ("and", "or", "not"):
                if self.outcome(test, {t: v for t, v in case.items() if t != test}) == (not value):
                    return True
                if any(case.get(part, known) != known for part, known in self.implied({test: value}).items()):
                    return True
        return not all(self.orders(case).values())

    def widened(self, case: Case, rooted: Rooted = lambda test, case: test) -> Case | None:
        """A case with its tests also as it resolves them; None if it contradicts itself."""
        wide = dict(case)
        for test, value in case.items():
            other = rooted(self.resolved(test, wide, rooted), wide)
            known = self.outcome(other, {}) if self.graph.op(other) == "const" else wide.get(other, value)
            if known != value:
                return None
            if other not in wide and self.graph.op(other) != "const":
                wide = wide | {other: value}  # each test in view of those before it
        return None if self.impossible(wide, rooted) else wide

    def covers(self, paths: list[tuple[tuple[int, bool], ...]], case: Case) -> bool:
        """Whether whatever meets a case takes one of some paths."""
        wide = self.widened(self.implied(case))
        if wide is None:
            return True
        left = [path for path in paths if not any(self.decides(test, wide) == (not wanted) for test, wanted in path)]
        if any(all(self.decides(test, wide) == wanted for test, wanted in path) for path in left):
            return True
        tests = (
            self.undecided(self.resolved(test, wide), wide)
            for path in left
            for test, _ in path
            if self.decides(test, wide) is None
        )
        test = next((t for t in tests if t is not None), None)
        return test is not None and all(self.covers(left, wide | {test: value}) for value in (True, False))

    def decides(self, test: int, case: Case) -> bool | None:
        known = self.outcome(test, case)
        return self.outcome(self.resolved(test, case), case) if known is None else known

    def comes_out(self, test: int, case: Case, rooted: Rooted) -> bool | None:
        """The outcome of a test in a case, that may know it by what its symbols copy."""
        known = self.outcome(test, case)
        return self.outcome(rooted(self.resolved(test, case, rooted), case), case) if known is None and case else known

    def numbers(self, case: Case) -> Case:
        """The symbols that a case says are equal to a number."""
        found = {}
        for test, value in case.items():
            op, args, payload = self.graph.nodes[test]
            if op == "call" and payload in ("==", "!=") and value == (payload == "=="):
                symbols = [n for n in args if self.graph.op(n) in ("sym", "leaf")]
                if len(symbols) == 1 and all(self.is_literal(n) for n in args if n not in symbols):
                    found[symbols[0]] = next(n for n in args if n not in symbols)
        return found

    def orders(self, case: Case) -> dict[tuple[int, int], frozenset[str]]:
        """For each two values that a case compares, in which orders they may stand."""
        found: dict[tuple[int, int], frozenset[str]] = {}
        asked: set[tuple[int, int]] = set()  # of these, a tie is asked for
        for test, value in case.items():
            op, args, payload = self.graph.nodes[test]
            if op == "call" and payload in ORDERS and len(args) == 2:
                (a, b), said = args, ORDERS[payload]
                said = said if value else EVERY - said
                if a > b:
                    a, b, said = b, a, frozenset(FLIPPED[o] for o in said)
                found[a, b] = found.get((a, b), EVERY) & said
                if payload in ("==", "!="):
                    asked.add((a, b))
        return {
            (a, b): some - {"="} if (a, b) not in asked and self.is_free_tie(a, b) else some
            for (a, b), some in found.items()
        }

    def decided(self, case: Case) -> Case:
        """A case with all comparisons of the values that it compares."""
        found = dict(case)
        for test, value in case.items():
            found.setdefault(self.resolved(test, {t: v for t, v in case.items() if t != test}), value)
        for (a, b), some in self.orders(found).items():
            order = min(some, default="=")
            for x, y, it in ((a, b, order), (b, a, FLIPPED[order])):
                found |= {self.graph.make("call", x, y, payload=name): it in holds for name, holds in ORDERS.items()}
        return found | case

    def is_free_tie(self, a: int, b: int) -> bool:
        """A tie with a value that no derivative goes through, under a name: any convention will do there."""
        if frozenset((a, b)) in self.graph.ties:
            return True
        literal = ("const", "call") if all(self.is_constant(n) for n in (a, b)) else ("const",)
        return any(
            not self.graph.smooth_leaves(n) and self.graph.op(n) not in literal and not self.is_literal(n)
            for n in (a, b)
        )

    def is_literal(self, node: int) -> bool:
        op, args, payload = self.graph.nodes[node]
        return op == "const" or op == "call" and payload == "neg" and self.is_literal(args[0])

"""SymPy's part: two coefficients are equal, shown stage by stage.

Each test on the way is decided both ways; what is left is arithmetic over symbols, where transcendental values are symbols of
their own and the rest is a rational identity with exact numbers.  No text is ever parsed by SymPy.
"""

from __future__ import annotations

import ast
import itertools
import random
from collections.abc import Callable

from gradgen.checks.graph import ZERO_SLOPE, Graph

EQUAL, DIFFERENT, UNKNOWN = "equal", "different", "unknown"
MOST_TESTS = 6
COMPARISONS = (">", ">=", "==", "!=", "not")
SAMPLES = 40
MOST_NODES = 80  # larger expressions are left to the identity test: expanding them takes too long
FEW_NODES = 40  # up to here SymPy's slower laws are tried as well
PATIENCE = 10  # identities that SymPy did not see; beyond, the rest of a text is left to the identity test
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
Definition = Callable[[int], int | None]


class Prover:
    """Compares coefficients.  Answers are remembered by shape: most stages of a program are alike."""

    def __init__(self, graph: Graph):
        self.graph = graph
        self.memory: dict[tuple, str] = {}
        self.kinks: dict[int, int] = {}
        self.failures = 0
        self.minus = graph.call("neg", graph.one)
        self.raises: list[tuple[tuple[int, bool], ...]] = []  # paths on which the text raises: nothing is claimed of them

    def compare(self, a: int, b: int, path: tuple[tuple[int, bool], ...], definition: Definition) -> str:
        """``equal``, ``different`` (shown by an example) or ``unknown``."""
        if a == b:
            return EQUAL
        a, b = (self.without_kinks(n) for n in (a, b))
        decided = dict(path)
        for depth in range(4):
            status = self.by_cases(a, b, decided, definition)
            if status != UNKNOWN or depth == 3:
                return status
            deeper = [self.written_out(n, definition) for n in (a, b)]
            if deeper == [a, b]:
                return status
            a, b = (self.without_kinks(n) for n in deeper)
        return UNKNOWN

    def written_out(self, node: int, definition: Definition) -> int:
        """The node with the symbols of stages replaced by their definitions, one level (slopes stay what they are)."""
        replace = {}
        for n in self.graph.walk(node):
            if self.graph.op(n) == "slope":
                replace[n] = n
            elif self.graph.op(n) == "sym" and (d := definition(n)) is not None and self.graph.op(d) != "pair":
                replace[n] = d
        return self.graph.rebuild(node, dict(replace))

    # -- kinks and tests ----------------------------------------------------------------------------------------------

    def without_kinks(self, node: int) -> int:
        """``max``, ``min``, ``abs`` as choices, by the conventions at ties: a constant wins, else the first operand."""
        for n in self.graph.walk(node):
            if n in self.kinks or self.graph.op(n) != "call":
                continue
            if self.graph.payload(n) in ("max", "min", "abs", "math.fabs", "math.copysign"):
                self.kinks[n] = self.as_choice(n)
            elif self.graph.payload(n) in COMPARISONS:
                self.kinks[n] = self.graph.choice(n, self.graph.one, self.graph.zero)  # a comparison that is computed with
        known = {n: c for n, c in self.kinks.items()}
        return self.graph.rebuild(node, known) if known else node

    def as_choice(self, node: int) -> int:
        g, fn, args = self.graph, self.graph.payload(node), self.graph.args(node)
        x = args[0]
        if fn in ("max", "min"):
            y = args[1]
            if self.is_constant(x) and not self.is_constant(y):
                x, y = y, x
            strict = self.is_constant(y)
            greater = g.call(">" if strict else ">=", *((x, y) if fn == "max" else (y, x)))
            return g.choice(greater, x, y)
        if fn == "math.copysign" and g.op(x) == "const":
            return g.make("call", x, args[1], payload="sign")
        size = g.choice(g.call(">", x, g.zero), x, g.choice(g.call("<", x, g.zero), g.call("neg", x), g.const(0.0)))
        if fn == "math.copysign":
            return g.call("*", size, g.make("call", g.const(1.0), args[1], payload="sign"))
        return size

    def is_constant(self, node: int) -> bool:
        return all(self.graph.op(n) in ("const", "call") for n in self.graph.walk(node))

    def tests_in(self, nodes: list[int]) -> list[int]:
        """The undecided tests that values hang on, taken apart at and/or/not."""
        found: dict[int, None] = {}
        for node in nodes:
            for n in self.graph.walk(node):
                if self.graph.op(n) == "ite":
                    found.update(dict.fromkeys(self.atoms(self.graph.args(n)[0])))
        return list(found)

    def atoms(self, test: int) -> list[int]:
        op, args, payload = self.graph.nodes[test]
        if op == "const":
            return []
        if op == "call" and payload in ("and", "or", "not"):
            return [a for arg in args for a in self.atoms(arg)]
        if op == "ite":
            return [a for arg in args for a in self.atoms(arg)]
        return [test]

    def outcome(self, test: int, case: dict[int, bool]) -> bool | None:
        """Whether a test holds in a case; None if the case does not say."""
        if test in case:
            return case[test]
        op, args, payload = self.graph.nodes[test]
        if op == "const":
            return bool(ast.literal_eval(payload[1])) if payload[1] not in ("inf", "nan") else True
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

    def resolved(self, node: int, case: dict[int, bool]) -> int:
        """The node without choices, in a case."""
        replace: dict[int, int] = {}
        stack = [node]
        while stack:
            n = stack[-1]
            if n in replace:
                stack.pop()
                continue
            op, args, payload = self.graph.nodes[n]
            if op == "ite" and (chosen := self.outcome(args[0], case)) is not None:
                args = (args[1 if chosen else 2],)
            todo = [a for a in args if a not in replace]
            if todo:
                stack.extend(todo)
                continue
            parts = [replace[a] for a in args]
            replace[n] = parts[0] if op == "ite" and len(parts) == 1 else self.tidy(op, parts, payload)
            stack.pop()
        return replace[node]

    def tidy(self, op: str, parts: list[int], payload: object) -> int:
        """A node without factors 1 and 0 and terms 0, and the slope of a sum or product by a bare operand worked out."""
        g = self.graph
        if op == "slope":
            found = self.plain_slope(*parts)
            return found if found is not None else g.make(op, *parts, payload=payload)
        if op == "call" and payload == "*":
            if any(g.is_zero(p) for p in parts):
                return g.zero
            left = [p for p in parts if not self.is_one(p)]
            return g.make(op, *parts, payload=payload) if len(left) == 2 else left[0] if left else g.one
        if op == "call" and payload == "+" and any(g.is_zero(p) for p in parts):
            left = [p for p in parts if not g.is_zero(p)]
            return left[0] if left else g.zero
        return g.make(op, *parts, payload=payload)

    def is_one(self, node: int) -> bool:
        return self.graph.op(node) == "const" and self.graph.payload(node)[1] in ("1", "1.0")

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

    def by_cases(self, a: int, b: int, decided: dict[int, bool], definition: Definition) -> str:
        decided = self.implied(decided)
        a, b = self.resolved(a, decided), self.resolved(b, decided)
        tests = [t for t in self.tests_in([a, b]) if t not in decided]
        if len(tests) > MOST_TESTS:
            return UNKNOWN
        worst = EQUAL
        for values in itertools.product((True, False), repeat=len(tests)):
            case = {**decided, **dict(zip(tests, values, strict=True))}
            if self.impossible(case):
                continue
            status = self.in_case(self.resolved(a, case), self.resolved(b, case), case, {t: case[t] for t in tests}, definition)
            if status == DIFFERENT:
                return DIFFERENT
            worst = status if status != EQUAL else worst
        return worst

    def identical(self, a: int, b: int) -> bool:
        """Whether two values are the same operations in every case of the tests that they hang on."""
        tests = self.tests_in([a, b])
        if a == b or len(tests) > MOST_TESTS + 2:
            return a == b
        cases = (dict(zip(tests, values, strict=True)) for values in itertools.product((True, False), repeat=len(tests)))
        return all(self.resolved(a, case) == self.resolved(b, case) for case in cases if not self.impossible(case))

    def implied(self, decided: dict[int, bool]) -> dict[int, bool]:
        """What the decided tests say of their parts (both sides of an ``and`` that holds)."""
        result, stack = {}, list(decided.items())
        while stack:
            test, value = stack.pop()
            if test in result:
                continue
            result[test] = value
            op, args, payload = self.graph.nodes[test]
            if op == "ite" and (args[2] == args[0] and value or args[1] == args[0] and not value):
                stack.extend((arg, value) for arg in args)  # both sides of an `and` that holds, an `or` that does not
            if op == "call" and (payload == "not" or payload == "and" and value or payload == "or" and not value):
                stack.extend((arg, value != (payload == "not")) for arg in args)
        return result

    def impossible(self, case: dict[int, bool]) -> bool:
        """Whether a case contradicts itself (``x > y`` without ``x >= y``, an ``and`` without its parts) or raises."""
        if any(all(self.outcome(t, case) == wanted for t, wanted in path) for path in self.raises):
            return True
        for test, value in case.items():
            if self.graph.op(test) == "ite" or self.graph.payload(test) in ("and", "or", "not"):
                if self.outcome(test, {t: v for t, v in case.items() if t != test}) == (not value):
                    return True
        for test, value in case.items():
            op, args, payload = self.graph.nodes[test]
            if op == "call" and payload == ">" and value:
                if case.get(self.graph.make("call", *args, payload=">=")) is False:
                    return True
                flipped = args[::-1]
                if case.get(self.graph.make("call", *flipped, payload=">")) or case.get(self.graph.make("call", *flipped, payload=">=")):
                    return True
            if op == "call" and payload == ">=" and value and case.get(self.graph.make("call", *args, payload=">")) is False and self.is_free_tie(*args):
                return True
            if op == "call" and payload == ">=" and not value and case.get(self.graph.make("call", *args[::-1], payload=">=")) is False:
                return True
        return False

    def is_free_tie(self, a: int, b: int) -> bool:
        """A tie with a value that no derivative goes through, under a name: any convention will do there."""
        literal = ("const", "call") if all(self.is_constant(n) for n in (a, b)) else ("const",)
        return any(not self.graph.smooth_leaves(n) and self.graph.op(n) not in literal and not self.is_literal(n) for n in (a, b))

    def is_literal(self, node: int) -> bool:
        op, args, payload = self.graph.nodes[node]
        return op == "const" or op == "call" and payload == "neg" and self.is_literal(args[0])

    # -- one case -----------------------------------------------------------------------------------------------------

    def in_case(self, a: int, b: int, case: dict[int, bool], guards: dict[int, bool], definition: Definition) -> str:
        if a == b:
            return EQUAL
        roots = self.roots(a, b, case, definition)
        key = self.shape(roots, a, b)
        if key not in self.memory and Sampler(self.graph, definition).verdict(a, b, case, 3) == DIFFERENT:
            return DIFFERENT
        if key not in self.memory:
            if self.failures > PATIENCE:
                return UNKNOWN
            shown = self.by_parts(a, b, case, guards, definition)
            if not shown and self.size(a, b) <= MOST_NODES:
                shown = Algebra(self.graph, self.in_this_case(definition, case), roots).equal(a, b)
            self.memory[key] = EQUAL if shown else UNKNOWN
            self.failures += not shown
        if self.memory[key] == EQUAL:
            return EQUAL
        if guards and self.is_convention(a, b, guards, definition):
            return EQUAL
        return Sampler(self.graph, definition).verdict(a, b, case)

    def size(self, *nodes: int) -> int:
        return sum(1 for node in nodes for _ in self.graph.walk(node))

    def by_parts(self, a: int, b: int, case: dict[int, bool], guards: dict[int, bool], definition: Definition) -> bool:
        """Whether two products or sums are equal part by part: what they share is set aside, the rest compared."""
        left, right = without_common(self.factors(a), self.factors(b))
        if len(left) < len(self.factors(a)):
            return self.in_case(self.product(left), self.product(right), case, guards, definition) == EQUAL
        left, right = without_common(self.terms(a), self.terms(b))
        if len(left) != len(right) or len(self.terms(a)) < 2:
            return False
        for x in left:
            partner = next((y for y in right if self.in_case(x, y, case, guards, definition) == EQUAL), None)
            if partner is None:
                return False
            right.remove(partner)
        return True

    def factors(self, node: int) -> list[int]:
        """The factors of a product, a sign as the factor -1."""
        op, args, payload = self.graph.nodes[node]
        if op == "call" and payload == "*":
            return [f for a in args for f in self.factors(a)]
        if op == "call" and payload == "neg" and self.graph.op(args[0]) != "const":
            return [self.minus, *self.factors(args[0])]
        return [] if op == "const" and self.graph.payload(node)[1] in ("1", "1.0") else [node]

    def terms(self, node: int) -> list[int]:
        op, args, payload = self.graph.nodes[node]
        if op == "call" and payload == "+":
            return [t for a in args for t in self.terms(a)]
        if op == "call" and payload == "neg" and self.graph.payload(args[0]) == "+":
            return [self.graph.call("neg", t) for t in self.terms(args[0])]
        return [] if self.graph.is_zero(node) else [node]

    def product(self, factors: list[int]) -> int:
        result = self.graph.one
        for factor in factors:
            result = factor if result == self.graph.one else self.graph.call("*", result, factor)
        return result

    def in_this_case(self, definition: Definition, case: dict[int, bool]) -> Definition:
        """Definitions without kinks and choices, as far as the case decides them."""

        def plain(symbol: int) -> int | None:
            d = definition(symbol)
            return None if d is None else self.resolved(self.without_kinks(d), case)

        return plain

    def roots(self, a: int, b: int, case: dict[int, bool], definition: Definition) -> dict[int, int]:
        """The symbols that only copy another value in this case (``y2 = y``, a join), with what they copy."""
        found: dict[int, int] = {}
        for symbol in {n for node in (a, b) for n in self.graph.walk(node) if self.graph.op(n) == "sym"}:
            value = symbol
            while self.graph.op(value) == "sym" and (d := definition(value)) is not None:
                inner = self.resolved(self.without_kinks(d), case) if self.graph.op(d) == "ite" else d
                if self.graph.op(inner) not in ("sym", "leaf"):
                    break
                value = inner
            if value != symbol:
                found[symbol] = value
        return found

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
            if op in ("leaf", "sym", "D", "token"):
                root = roots.get(n, n)
                out.append((op, numbers.setdefault(n, len(numbers)), numbers.setdefault(root, len(numbers))))
            else:
                name = numbers.setdefault(n, len(numbers)) if op in ("J", "pair") else None if op == "slope" else payload
                out.append((op, name, len(args)))
                stack.extend(reversed(args))
        return tuple(out)

    def is_convention(self, a: int, b: int, guards: dict[int, bool], definition: Definition) -> bool:
        """Whether the claimed side is the value agreed on for a singular point, behind tests that only such points meet."""
        for claimed, true in ((a, b), (b, a)):
            text = self.constant_text(claimed)
            heads = {self.graph.payload(self.graph.args(n)[0]) for n in self.graph.walk(true) if self.graph.op(n) == "slope"}
            if text and any(text in SINGULAR.get(h, ()) for h in heads if isinstance(h, str)):
                return Sampler(self.graph, definition).never(true, guards)
        return False

    def constant_text(self, node: int) -> str:
        op, args, payload = self.graph.nodes[node]
        if op == "const":
            return payload[1] if payload[1] != "0" else "0.0"
        if op == "call" and not args:
            return payload
        if op == "call" and payload == "neg":
            return "-" + self.constant_text(args[0])
        return ""


def without_common(left: list[int], right: list[int]) -> tuple[list[int], list[int]]:
    """Two lists without the members they share."""
    right, rest = list(right), []
    for member in left:
        if member in right:
            right.remove(member)
        else:
            rest.append(member)
    return rest, right


class Algebra:
    """Nodes as SymPy expressions, and when two of them are the same."""

    FUNCTIONS = {
        "exp": "exp", "log": "log", "sin": "sin", "cos": "cos", "tan": "tan", "asin": "asin", "acos": "acos", "atan": "atan",
        "sinh": "sinh", "cosh": "cosh", "tanh": "tanh", "asinh": "asinh", "acosh": "acosh", "atanh": "atanh", "sqrt": "sqrt",
        "erf": "erf", "gamma": "gamma", "lgamma": "loggamma", "atan2": "atan2",
    }  # fmt: skip

    def __init__(self, graph: Graph, definition: Definition, roots: dict[int, int]):
        self.graph, self.definition, self.roots = graph, definition, roots
        self.positive = False

    def equal(self, a: int, b: int) -> bool:
        """Shown equal for all real values of the symbols (where powers and roots need it: positive ones)."""
        small = sum(1 for node in (a, b) for _ in self.graph.walk(node)) <= FEW_NODES
        for self.positive in (False, True) if small else (False,):
            self.cache: dict[int, object] = {}
            try:
                copies = {self.symbol(n): self.symbol(root) for n, root in self.roots.items()}
                difference = (self.convert(a) - self.convert(b)).xreplace(copies)
                opened = self.opened(difference, a, b).xreplace(copies)
                if self.vanishes(difference, small) or opened != difference and self.vanishes(opened, small):
                    return True
            except (TypeError, ValueError, ZeroDivisionError, OverflowError, RecursionError, AttributeError, NotImplementedError):
                continue
        return False

    def opened(self, expr, *nodes: int):
        """The expression with each stage whose slope occurs written by its definition (``s`` as ``1 / (1 + exp(-x))``)."""
        users = {self.graph.payload(n) for node in nodes for n in self.graph.walk(node) if self.graph.op(n) == "slope"}
        for user in sorted(users, reverse=True):  # later stages first: their definitions hold earlier ones
            d = self.definition(user)
            if d is not None and self.graph.op(d) not in ("pair", "token", "ite") and expr.has(self.symbol(user)):
                expr = expr.xreplace({self.symbol(user): self.convert(d)})
        return expr

    def symbol(self, node: int):
        import sympy

        kind = {"positive": True} if self.positive else {"real": True}
        return sympy.Symbol(f"n{node}", **kind)

    def convert(self, root: int):
        """The SymPy expression of a node, worked out from the leaves up."""
        stack = [root]
        while stack:
            node = stack[-1]
            if node in self.cache:
                stack.pop()
                continue
            todo = [n for n in self.needs(node) if n not in self.cache]
            if todo:
                stack.extend(todo)
                continue
            self.cache[node] = self.one(node)
            stack.pop()
        return self.cache[root]

    def needs(self, node: int) -> tuple[int, ...]:
        op, args, payload = self.graph.nodes[node]
        if op == "slope":
            return args[:1]
        if op == "call" and payload not in ZERO_SLOPE and payload != "sign":
            return args
        return ()

    def one(self, node: int):
        import sympy

        op, args, payload = self.graph.nodes[node]
        if op == "const":
            return self.number(payload)
        if op == "slope":
            return self.slope(args[0], args[1])
        needs = self.needs(node)
        if op != "call" or not needs and payload not in ("math.pi", "math.e", "math.tau", "math.inf"):
            return self.symbol(node)
        values = [self.cache[a] for a in args]
        made = self.operation(payload, values, node)
        return self.symbol(node) if made is None else sympy.sympify(made)

    def slope(self, definition: int, by: int):
        """The derivative of a stage by one of its operands; of a helper's call, an entry of its Jacobian."""
        import sympy

        op, args, payload = self.graph.nodes[definition]
        if op == "pair":
            entries = [self.symbol(self.graph.make("J", *args, payload=(*payload, j))) for j, a in enumerate(args) if a == by and j not in self.graph.still.get(payload[0], ())]
            return sum(entries)
        expr = self.cache[definition]
        symbol = self.symbol(by)
        pairs = [n for n in self.graph.walk(definition) if self.graph.op(n) == "pair"]
        if any(by in self.graph.smooth_leaves(n) for n in pairs):
            raise NotImplementedError("a helper's value inside a larger stage")
        if expr == self.symbol(definition) and by != definition and by in self.graph.smooth_leaves(definition):
            raise NotImplementedError(payload)  # a function that SymPy does not know
        return sympy.diff(expr, symbol)

    def number(self, payload: tuple[str, str]):
        import sympy

        kind, text = payload
        value = {"inf": sympy.oo, "nan": sympy.nan}.get(text)
        if value is not None:
            return value
        if kind in ("int", "bool"):
            return sympy.Integer(int(ast.literal_eval(text)))
        return sympy.Rational(*float(text).as_integer_ratio())

    def operation(self, fn: str, values: list, node: int):
        import sympy

        s = sympy
        name = fn.removeprefix("math.")
        match name, values:
            case "+", [a, b]:
                return a + b
            case "*", [a, b]:
                return a * b
            case "/", [a, b]:
                return a / b
            case "neg", [a]:
                return -a
            case "pos" | "float", [a]:
                return a
            case "**" | "pow", [a, b]:
                return None if a.is_number and b.is_number and abs(b) > 64 else a**b
            case "sum" | "fsum", terms:
                return s.Add(*terms)
            case "%", [a, b]:
                return a - b * self.symbol(self.graph.make("call", *self.graph.args(node), payload="//"))
            case "fmod", [a, b]:
                return a - b * self.step("math.trunc", node)
            case "remainder", [a, b]:
                return a - b * self.step("round", node)
            case "hypot", terms:
                return s.sqrt(s.Add(*(t**2 for t in terms)))
            case "exp2", [a]:
                return s.exp(a * s.log(2))
            case "expm1", [a]:
                return s.exp(a) - 1
            case "log", [a, b]:
                return s.log(a) / s.log(b)
            case "log2" | "log10", [a]:
                return s.log(a) / s.log(int(name[3:]))
            case "log1p", [a]:
                return s.log(1 + a)
            case "cbrt", [a]:
                return a ** s.Rational(1, 3)
            case "degrees", [a]:
                return a * 180 / s.pi
            case "radians", [a]:
                return a * s.pi / 180
            case "erfc", [a]:
                return 1 - s.erf(a)
            case "fma", [a, b, c]:
                return a * b + c
            case "ldexp", [a, b]:
                return a * 2**b
            case "digamma", [a]:
                return s.polygamma(0, a)
            case "pi", []:
                return s.pi
            case "e", []:
                return s.E
            case "tau", []:
                return 2 * s.pi
            case "inf", []:
                return s.oo
        function = self.FUNCTIONS.get(name)
        return getattr(s, function)(*values) if function and values else None

    def step(self, fn: str, node: int):
        """The whole number in ``fmod`` and ``remainder``, as the symbol that ``trunc(x / y)`` is elsewhere."""
        quotient = self.graph.make("call", *self.graph.args(node), payload="/")
        return self.symbol(self.graph.make("call", quotient, payload=fn))

    def vanishes(self, expr, small: bool) -> bool:
        """Whether an expression is zero: by expansion, as a rational identity, or (small ones) by laws of powers and logs."""
        import sympy

        if expr == 0:
            return True
        if expr.has(sympy.nan, sympy.zoo, sympy.oo):
            return False
        if sympy.expand(expr) == 0:
            return True
        numerator = sympy.fraction(sympy.together(self.plain(expr)))[0]
        if sympy.expand(numerator) == 0:
            return True
        return small and sympy.expand(sympy.expand_log(sympy.powsimp(sympy.expand_power_exp(sympy.expand(numerator))), force=True)) == 0

    def plain(self, expr):
        """Trigonometric and hyperbolic values by few functions, so that their relations are algebra."""
        import sympy

        roots = [r for r in expr.atoms(sympy.Pow) if r.exp in (sympy.Rational(-1, 2), sympy.Rational(1, 2))]
        joined = {r: sympy.sqrt(sympy.expand(r.base)) ** (1 if r.exp > 0 else -1) for r in roots}
        expr = expr.xreplace(joined) if joined else expr
        if expr.has(sympy.acosh):
            expr = sympy.expand_func(expr)
        pairs = {r: sympy.powdenest(r, force=True) for r in expr.atoms(sympy.Pow)}
        return self.merged_roots(expr.xreplace(pairs))

    def merged_roots(self, expr):
        """``sqrt(x - 1) * sqrt(x + 1)`` as ``sqrt(x**2 - 1)``, which it is wherever the left side is real."""
        import sympy

        def merge(product):
            halves = [a for a in product.args if isinstance(a, sympy.Pow) and abs(a.exp) == sympy.Rational(1, 2)]
            if len(halves) < 2 or len({a.exp for a in halves}) > 1:
                return product
            rest = [a for a in product.args if a not in halves]
            return sympy.Mul(*rest, sympy.expand(sympy.Mul(*(a.base for a in halves))) ** halves[0].exp)

        return expr.replace(lambda e: isinstance(e, sympy.Mul), merge)


class Sampler:
    """Looks for an example that tells two nodes apart: ordinary numbers first, then small whole ones, where ties are."""

    def __init__(self, graph: Graph, definition: Definition):
        self.graph, self.definition = graph, definition
        self.random = random.Random(11)

    def verdict(self, a: int, b: int, case: dict[int, bool], samples: int = SAMPLES) -> str:
        from gradgen.checks.numeric import Numeric

        missed = 0
        for attempt in range(samples):
            numeric = Numeric(self.graph, self.definition, self.draw(attempt))
            if not self.meets(numeric, case):
                missed += 1
                if missed > 12:
                    break
                continue
            x, y = numeric.value(a), numeric.value(b)
            if x is None or y is None:
                continue
            if abs(x - y) > 1e-3 * (abs(x) + abs(y)) + numeric.noise():
                return DIFFERENT
        return UNKNOWN

    def never(self, node: int, case: dict[int, bool]) -> bool:
        """Whether ordinary numbers of the domain never meet a case (while they meet the domain)."""
        from gradgen.checks.numeric import Numeric

        tried = 0
        for attempt in range(SAMPLES):
            numeric = Numeric(self.graph, self.definition, self.draw(attempt % 3))
            if numeric.value(node) is None:
                continue
            tried += 1
            if None in [numeric.value(test) for test in case] or self.meets(numeric, case):
                return False
        return tried > 0

    def draw(self, attempt: int) -> Callable[[], float]:
        if attempt % 4 == 3:
            return lambda: float(self.random.choice((-1, 0, 1, 2)))
        if attempt % 4 == 2:
            return lambda: self.random.uniform(-0.95, 0.95)
        scale = (1.0, 3.0)[attempt % 2]
        return lambda: self.random.choice((1, 1, 1, -1)) * self.random.uniform(0.1, 1.5) * scale

    def meets(self, numeric, case: dict[int, bool]) -> bool:
        for test, wanted in case.items():
            value = numeric.value(test)
            if value is None or bool(value) != wanted:
                return False
        return True



"""SymPy's part: values as SymPy expressions with exact numbers, and when two of them are the same.

No text is ever parsed by SymPy.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from fractions import Fraction
from itertools import product

from gradgen.checks.graph import ZERO_SLOPE, Graph

MOST_NODES = 120  # larger expressions are left to the identity test: expanding them takes too long
FEW_NODES = 40  # up to here SymPy's slower laws are tried as well
Definition = Callable[[int], int | None]


class Algebra:
    """Nodes as SymPy expressions, and when two of them are the same."""

    FUNCTIONS = {
        "exp": "exp", "log": "log", "sin": "sin", "cos": "cos", "tan": "tan", "asin": "asin", "acos": "acos", "atan": "atan",
        "sinh": "sinh", "cosh": "cosh", "tanh": "tanh", "asinh": "asinh", "acosh": "acosh", "atanh": "atanh", "sqrt": "sqrt",
        "erf": "erf", "gamma": "gamma", "lgamma": "loggamma", "atan2": "atan2",
    }  # fmt: skip

    def __init__(self, graph: Graph, definition: Definition, roots: dict[int, int]):
        self.graph, self.definition, self.roots = graph, definition, roots
        self.positive = self.decimal = False
        self.whole: frozenset[int] = frozenset()

    def equal(self, a: int, b: int) -> bool:
        """Shown equal for all real values of the symbols (where powers and roots need it: positive ones).

        Parts that both sides share, and that no slope on the way is by, are taken as symbols first.
        """
        self.whole = self.shared(a, b)
        return self.is_identity(a, b) or bool(self.whole) and self.opened_up(a, b)

    def opened_up(self, a: int, b: int) -> bool:
        self.whole = frozenset()
        return self.is_identity(a, b)

    def shared(self, a: int, b: int) -> frozenset[int]:
        """The calls in both values that do not hang on what their slopes are by."""
        slopes = [self.graph.nodes[n] for node in (a, b) for n in self.graph.walk(node) if self.graph.op(n) == "slope"]
        moving = {args[1] for _, args, _ in slopes} | {user for *_, user in slopes}
        common = set(self.graph.walk(a)) & set(self.graph.walk(b))
        return frozenset(
            n
            for n in common
            if self.graph.op(n) == "call" and self.graph.args(n) and moving.isdisjoint(self.moved_by(n))
        )

    def moved_by(self, node: int) -> list[int]:
        """What a value's derivatives go by (of one with slopes in it: whatever is in it)."""
        below = list(self.graph.walk(node))
        return below if any(self.graph.op(n) == "slope" for n in below) else self.graph.smooth_leaves(node)

    def is_identity(self, a: int, b: int) -> bool:
        size = self.size(a, b)
        if size > MOST_NODES:
            return False
        small = size <= FEW_NODES
        readings = (False, True) if small and self.has_fractions(a, b) else (False,)
        for self.decimal, self.positive in product(readings, (False, True) if small else (False,)):
            self.cache: dict[int, object] = {}
            try:
                copies = {self.symbol(n): self.symbol(root) for n, root in self.roots.items()}
                difference = (self.convert(a) - self.convert(b)).xreplace(copies)
                opened = self.opened(difference, a, b).xreplace(copies)
                if self.vanishes(difference, small) or opened != difference and self.vanishes(opened, small):
                    return True
            except (
                TypeError,
                ValueError,
                ZeroDivisionError,
                OverflowError,
                RecursionError,
                AttributeError,
                NotImplementedError,
            ):
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

    def size(self, *nodes: int) -> int:
        """How many nodes values have, down to those that become symbols."""
        seen, stack = set(), list(nodes)
        while stack:
            n = stack.pop()
            if n not in seen:
                seen.add(n)
                stack.extend(self.needs(n))
        return len(seen)

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
        if node in self.whole:
            return ()
        if op == "slope":
            return args[:1]
        if op == "call" and payload not in ZERO_SLOPE and payload != "sign":
            return args
        return ()

    def one(self, node: int):
        import sympy

        op, args, payload = self.graph.nodes[node]
        if node in self.whole:
            return self.symbol(node)
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
            return sum(self.symbol(entry) for entry in self.graph.jacobian(definition, by))
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
        return sympy.Rational(Fraction(text)) if self.decimal else sympy.Rational(*float(text).as_integer_ratio())

    def has_fractions(self, *nodes: int) -> bool:
        """Whether some literal is not the number that its digits say (``0.3``): both texts may then be read either way."""
        texts = {
            self.graph.payload(n)[1]
            for node in nodes
            for n in self.graph.walk(node)
            if self.graph.op(n) == "const" and self.graph.payload(n)[0] == "float"
        }
        return any(Fraction(t) != Fraction(float(t)) for t in texts - {"inf", "nan"})

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
            case "%" | "fmod" | "remainder", [a, _] if a == 0:
                return a
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
        return (
            small
            and sympy.expand(
                sympy.expand_log(sympy.powsimp(sympy.expand_power_exp(sympy.expand(numerator))), force=True)
            )
            == 0
        )

    def plain(self, expr):
        """Trigonometric and hyperbolic values by few functions, so that their relations are algebra."""
        import sympy

        roots = [r for r in expr.atoms(sympy.Pow) if r.exp in (sympy.Rational(-1, 2), sympy.Rational(1, 2))]
        joined = {r: sympy.sqrt(sympy.expand(r.base)) ** (1 if r.exp > 0 else -1) for r in roots}
        expr = expr.xreplace(joined) if joined else expr
        if expr.has(sympy.acosh):
            expr = sympy.expand_func(expr)
        pairs = {
            r: sympy.powdenest(r, force=True)
            for r in expr.atoms(sympy.Pow)
            if any(isinstance(b, (sympy.Pow, sympy.exp)) for b in sympy.Mul.make_args(r.base))
        }
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

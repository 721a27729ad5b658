"""Expressions as polynomials: what each operation is in terms of atoms."""

from __future__ import annotations

from gradgen.checks.arrays.polynomials import MOST_TESTS, ONE, Poly, Polynomials, TooLarge, exact, raised, rank


class Algebra(Polynomials):
    """The polynomials of one graph's nodes."""

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
        flipped = a[max(a, key=rank)] < 0
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
        lead = rest[max(rest, key=rank)]
        reciprocal = raised(lead, -1)
        inside = frozenset((m, exact(c * reciprocal)) for m, c in rest.items())
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
        reciprocal = raised(abs(d[max(d, key=rank)]), -1)
        key = frozenset((m, exact(c * reciprocal)) for m, c in d.items())
        if self.generic and ("test", opposite := frozenset((m, -c) for m, c in key)) in self.index and free:
            return self.plus(ONE, self.single("test", opposite), -1)
        return self.single("test", key)

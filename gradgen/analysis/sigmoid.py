"""Chains with a sigmoid or an exponential as a factor, and the cross entropy of a sigmoid."""

from __future__ import annotations

from gradgen.analysis.links import Links
from gradgen.ir.nodes import Call, Const, Expr, Var
from gradgen.rules.constants import is_constant, value_of
from gradgen.rules.rule import canonical, find


class Sigmoids(Links):
    """Products with a sigmoid or an exponential, and the loss of a sigmoid's logarithms."""

    def sigmoid(self, h: Expr) -> Var | None:
        """z of ``1 / (1 + exp(-z))``."""
        found = find(self.meaning(h), is_constant) if isinstance(h, Var) else None
        if not _is_sigmoid(found):
            return None
        return found[1]["x"] if isinstance(found[1]["x"], Var) else None

    def silu(self, value: Expr) -> Call | None:
        """``x / (1 + exp(-x))``, or ``x * s`` with ``s = 1 / (1 + exp(-x))``."""
        match value:
            case Call("/" | "np.divide", (Var() as x, Var() as below), ()):
                found = find(Call("/", (Const("1"), self.in_full(below))), is_constant)
                if _is_sigmoid(found) and found[1]["x"] == x and self.shapes.of(below) == self.shapes.of(x):
                    return Call("gate.silu_over", (x, below))
            case Call("*" | "np.multiply", (Var(), Var()), ()):
                for x, s in (value.args, value.args[::-1]):
                    if self.sigmoid(s) == x:
                        return Call("gate.silu", (x, s))
        return None

    def log_sigmoid(self, value: Expr) -> Call | None:
        """``log(s)`` with ``s = 1 / (1 + exp(-x))``."""
        match value:
            case Call(fn, (Var() as s,), ()) if canonical(fn) in ("np.log", "math.log") and (x := self.sigmoid(s)):
                return Call("gate.log_sigmoid", (x, s)) if self.shapes.of(x) == self.shapes.of(s) else None
        return None

    def sigmoid_of_exp(self, value: Expr) -> Call | None:
        """``e / (1 + e)`` with ``e = exp(x)``."""
        top, bottom = self.quotient(value) or (None, None)
        if top is None or (x := self.exponent(top)) is None:
            return None
        match self.meaning(bottom):
            case Call("+", (Const() as one, e) | (e, Const() as one)) if value_of(one) == 1 and self.same_exponent(
                e, top, x
            ):
                return Call("gate.sigmoid", (x,))
        return None

    def times_exp(self, value: Expr) -> Call | None:
        """``x * exp(u)``, ``x / exp(u)``: u gets the product itself, and x need not be kept."""
        match value:
            case Call("*" | "np.multiply", (Var(), Var()), ()):
                for x, e in (value.args, value.args[::-1]):
                    if (u := self.exponent(e)) is not None and u != x and self.shapes.flows(x) and self.shapes.flows(u):
                        return Call("gate.times_exp", (x, u, e))
            case Call("/" | "np.divide", (Var() as x, Var() as e), ()):
                if (u := self.exponent(e)) is not None and u != x and self.shapes.flows(x) and self.shapes.flows(u):
                    return Call("gate.over_exp", (x, u, e))
        return None

    def bernoulli(self, value: Expr) -> Expr | None:
        """A value with ``y * log(h) + (1 - y) * log(1 - h)`` of a sigmoid h inside it as a gate."""
        if not isinstance(value, Call):
            return None
        if value.fn == "+" and len(value.args) == 2:
            for one, other in (value.args, value.args[::-1]):
                if (gate := self._bernoulli(one, other)) is not None:
                    return gate
        args = [self.bernoulli(a) for a in value.args]
        if all(a is None for a in args):
            return None
        return Call(value.fn, tuple(new or old for new, old in zip(args, value.args, strict=True)), value.attrs)

    def _bernoulli(self, one: Expr, other: Expr) -> Expr | None:
        (sign, name, first), (sign2, name2, second) = (_factors(self.meaning(e)) for e in (one, other))
        if (sign, name) != (sign2, name2):
            return None
        for y, log in (first, first[::-1]):
            for rest, log_rest in (second, second[::-1]):
                h = self.log_of(log)
                z = self.sigmoid(h) if h is not None else None
                if z is None or y == h or not isinstance(y, Var) or not self.is_complement(rest, y):
                    continue
                of_one_shape = one if name == "bernoulli" else y  # labels may broadcast where nothing is summed yet
                if self.is_complement(self.log_of(log_rest), h) and self.shapes.of(of_one_shape) == self.shapes.of(z):
                    gate = Call(f"gate.{name}", (z, y, h, log, log_rest))
                    return gate if sign > 0 else Call("neg", (gate,))
        return None


def _is_sigmoid(found: tuple | None) -> bool:
    """Whether a row that was found is that of ``1 / (1 + exp(-x))``."""
    return found is not None and found[0].name == "sigmoid" and dict(found[0].adjoints)["x"] == "(1 - s) * s * ds"


def _factors(expr: Expr) -> tuple[int, str, tuple[Expr, Expr]]:
    """The sign of a product of two, which gate a sum of two such is, and its factors."""
    match expr:
        case Call("neg", (inner,)):
            sign, name, factors = _factors(inner)
            return -sign, name, factors
        case Call("*" | "np.multiply", (Call("neg", (left,)), right)):
            return -1, "bernoulli", (left, right)
        case Call("*" | "np.multiply", (left, right)):
            return 1, "bernoulli", (left, right)
        case Call("np.dot" | ".dot" | "@", (left, right)):
            return 1, "bernoulli_sum", (left, right)
    return 0, "", (expr, expr)

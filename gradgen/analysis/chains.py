"""Chains of stages that make up one gate: a softmax, its log, a normalization, the cross entropy of a sigmoid."""

from __future__ import annotations

from collections.abc import Sequence

from gradgen.analysis.dims import reduced_axis
from gradgen.analysis.distinct import distinct
from gradgen.analysis.shapes import Shapes
from gradgen.ir.nodes import Call, Const, Expr, Let, Stmt, Var
from gradgen.ir.walk import statements
from gradgen.rules.constants import is_constant, value_of
from gradgen.rules.rule import canonical, find
from gradgen.rules.site import Site

FORMS = ("np.reshape", "np.expand_dims", "[]")  # what puts a summed axis back


class Chains:
    """What the stages behind a value make up."""

    def __init__(self, body: Sequence[Stmt], shapes: Shapes):
        self.shapes = shapes
        self.made = {s.target: s.value for s in statements(body) if isinstance(s, Let)}

    def meaning(self, expr: Expr) -> Expr:
        """The stage behind a name."""
        while isinstance(expr, Var) and expr.name in self.made:
            expr = self.made[expr.name]
        return expr

    def softmax(self, value: Expr) -> Call | None:
        """``exp(x) / sum(exp(x))``."""
        if not isinstance(value, Call) or value.fn not in ("/", "np.divide"):
            return None
        top, bottom = value.args
        x = self.exponent(top)
        summed = x is not None and self.sum_of(bottom, lambda e: self.same_exponent(e, top, x))
        return self.gate("gate.softmax", x, summed, bottom) if summed else None

    def log_softmax(self, value: Expr) -> Call | None:
        """``x - log(sum(exp(x)))``, also ``x - m - log(sum(exp(x - m)))``."""
        if not isinstance(value, Call) or value.fn != "+" or len(value.args) < 2:
            return None
        *terms, other = value.args
        log = self.meaning(other.args[0]) if isinstance(other, Call) and other.fn == "neg" else None
        if not (isinstance(log, Call) and canonical(log.fn) == "np.log" and isinstance(terms[0], Var)):
            return None
        if len(terms) == 1:
            summed = self.sum_of(log.args[0], lambda e: self.exponent(e) == terms[0])
            return self.gate("gate.log_softmax", terms[0], summed, other.args[0]) if summed else None
        whole = Call("+", tuple(terms))
        summed = self.sum_of(log.args[0], lambda e: self.exponent_meant(e) == whole)
        if summed is None or len(terms) != 2 or not isinstance(terms[1], Call) or terms[1].fn != "neg":
            return None
        x, shift = terms[0], terms[1].args[0]
        same = self.shapes.of(x) == self.shapes.of(value) and self.is_constant_along(shift, x, summed)
        return self.gate("gate.log_softmax", x, summed, other.args[0]) if same else None

    def exponent_meant(self, expr: Expr) -> Expr | None:
        """The stage behind x of ``exp(x)``."""
        meant = self.meaning(expr)
        return self.meaning(meant.args[0]) if isinstance(meant, Call) and canonical(meant.fn) == "np.exp" else None

    def log_pick(self, value: Expr, found: dict[str, Call]) -> Call | None:
        """``log(p[np.arange(N), y])`` of a softmax p along the rows, or ``logp[np.arange(N), y]`` of its logarithm."""
        if not isinstance(value, Call):
            return None
        if canonical(value.fn) == "np.log":
            return self.picked(self.meaning(value.args[0]), found, "gate.softmax", lambda p: p)
        return self.picked(value, found, "gate.log_softmax", lambda p: Call("np.exp", (p,)))

    def log_of_softmax(self, value: Expr, found: dict[str, Expr]) -> Call | None:
        """``log(p)`` of a softmax p."""
        match value:
            case Call(fn, (Var(p),), ()) if canonical(fn) == "np.log" and _is_gate(found.get(p), "gate.softmax"):
                return Call("gate.log_of_softmax", (found[p].args[0], Var(p), *found[p].args[1:]), found[p].attrs)
        return None

    def logsumexp(self, value: Expr) -> Call | None:
        """``m + log(sum(exp(x - m)))``, whatever m is."""
        if not isinstance(value, Call) or value.fn != "+" or len(value.args) != 2:
            return None
        for shift, other in (value.args, value.args[::-1]):
            log = self.meaning(other)
            if not (isinstance(log, Call) and canonical(log.fn) == "np.log" and isinstance(log.args[0], Var)):
                continue
            summed = self.sum_of(log.args[0], lambda e: isinstance(e, Var) and self.exponent(e) is not None)
            if summed is None or not isinstance(shift, Var):
                continue
            exps = summed.found["x"]
            shifted = self.meaning(self.exponent(exps))
            match shifted:
                case Call("+", (Var() as x, Call("neg", (taken,)))) if (
                    self.without_axes(taken) == shift
                    and self.shapes.of(x) == self.shapes.of(exps)
                    and self.shapes.of(shift) == self.shapes.of(log.args[0]) == self.shapes.of(value)
                    and self.is_constant_along(taken, x, summed)
                ):
                    if not summed.given("axis"):
                        return Call("gate.logsumexp", (x, exps, log.args[0]))
                    if summed.is_literal("keepdims"):
                        options = (summed.found["axis"], summed.found["keepdims"])
                        return Call(
                            "gate.logsumexp", (x, exps, log.args[0], *options), (("keywords", ("axis", "keepdims")),)
                        )
        return None

    def without_axes(self, expr: Expr) -> Expr:
        """The value behind an expression that puts axes back: ``m`` of ``m[:, None]``."""
        while self.is_form(inner := self.meaning(expr) if isinstance(expr, Var) else expr):
            expr = inner.args[0]
        return expr

    def is_form(self, expr: Expr) -> bool:
        """Whether an expression only puts axes back."""
        if not isinstance(expr, Call) or canonical(expr.fn) not in FORMS:
            return False
        return expr.fn != "[]" or {self.shapes.index_kind(i) for i in expr.args[1:]} <= {"all", "new", "..."}

    def picked(self, value: Expr, found: dict[str, Call], name: str, share) -> Call | None:
        """The gate for one entry of each row of ``name``'s value; ``share`` makes the softmax of it."""
        if (
            not isinstance(value, Call)
            or value.fn != "[]"
            or len(value.args) != 3
            or not isinstance(value.args[0], Var)
        ):
            return None
        p, *index = value.args
        gate = found.get(p.name)
        if gate is None or gate.fn != name or self.shapes.index_kind(index[1]) not in ("array", "?"):
            return None
        whole, axis = self.shapes.of(p), value_of(gate.args[-1])
        rows = (
            isinstance(whole, tuple)
            and len(whole) == 2
            and axis in (1, -1)
            and distinct(index, self.shapes, self.shapes.function)
        )
        return Call("gate.log_pick", (gate.args[0], share(p), Call("tuple", tuple(index)))) if rows else None

    def normalized(self, value: Expr) -> Call | None:
        """``(x - mean(x)) / sqrt(var(x) + eps)``, also over ``std(x)``."""
        if not isinstance(value, Call) or value.fn not in ("/", "np.divide") or not isinstance(value.args[1], Var):
            return None
        x, mean = self.centred(value.args[0])
        if x is None or not self.is_constant_along(value.args[1], x, mean):
            return None
        if not self.is_deviation(self.meaning(value.args[1]), x, mean):
            return None
        if not mean.given("axis"):
            return Call("gate.normalized", (x, value.args[1]))
        return Call("gate.normalized", (x, value.args[1], mean.found["axis"]), (("keywords", ("axis",)),))

    def is_deviation(self, root: Expr, x: Expr, mean: Site) -> bool:
        """Whether a value is ``std(x)``, or the root of the variance of ``x`` plus a constant."""
        match root:
            case Call(fn) if canonical(fn) == "np.std":
                return self.is_spread(root, x, mean)
            case Call("**", (power, Const("0.5"))):
                inside = self.meaning(power)
            case Call(fn, (under,), ()) if canonical(fn) == "np.sqrt":
                inside = self.meaning(under)
            case _:
                return False
        if self.is_variance(inside, x, mean):
            return True
        if not isinstance(inside, Call) or inside.fn != "+" or len(inside.args) != 2:
            return False
        pairs = (inside.args, inside.args[::-1])
        return any(self.is_variance(part, x, mean) and not self.shapes.flows(eps) for part, eps in pairs)

    def is_spread(self, call: Call, x: Expr, mean: Site) -> bool:
        """Whether a call of var or std is about ``x``, along the axis of its mean, over n entries."""
        found = find(call, is_constant)
        if found is None:
            return False
        given = found[1]
        return given["x"] == x and given["axis"] == mean.found["axis"] and value_of(given["ddof"]) == 0

    def centred(self, expr: Expr) -> tuple[Expr | None, Site | None]:
        """(x, its mean's call) of ``x - mean(x)``."""
        meant = self.meaning(expr)
        if (
            isinstance(meant, Call)
            and meant.fn == "+"
            and len(meant.args) == 2
            and isinstance(meant.args[1], Call)
            and meant.args[1].fn == "neg"
        ):
            x, mean = meant.args[0], self.mean_of(meant.args[1].args[0])
            if (
                mean is not None
                and mean.found["x"] == x
                and isinstance(x, Var)
                and self.is_constant_along(meant.args[1].args[0], x, mean)
            ):
                return x, mean
        return None, None

    def mean_of(self, expr: Expr) -> Site | None:
        """The call behind ``np.mean(x, axis)``, also as a sum over a size."""
        meant = self.meaning(expr)
        while self.is_form(meant):
            meant = self.meaning(meant.args[0])
        if isinstance(meant, Call) and canonical(meant.fn) == "np.mean":
            found = find(meant, is_constant)
            return Site(found[1], self.shapes) if found else None
        if isinstance(meant, Call) and meant.fn == "/" and (summed := self.sum_of(meant.args[0], lambda x: True)):
            whole, axes = self.shapes.of(summed.found["x"]), None
            if isinstance(whole, tuple):
                axes = summed.axes("axis", len(whole))
            if (
                axes is not None
                and len(axes) == 1
                and self.shapes.value(meant.args[1]) == self.shapes.dim(whole[axes[0]])
            ):
                return summed
        return None

    def is_variance(self, expr: Expr, x: Expr, mean: Site) -> bool:
        """Whether a value is the variance of ``x`` along the axis of its mean."""
        meant = self.meaning(expr)
        if isinstance(meant, Call) and canonical(meant.fn) == "np.var":
            return self.is_spread(meant, x, mean)
        squares = self.mean_of(expr)
        if squares is None or squares.found["axis"] != mean.found["axis"]:
            return False
        square = self.meaning(squares.found["x"])
        if not isinstance(square, Call):
            return False
        base = (
            square.args[0]
            if square.fn == "**" and value_of(square.args[1]) == 2 or canonical(square.fn) == "np.square"
            else None
        )
        if square.fn == "*" and square.args[0] == square.args[1]:
            base = square.args[0]
        return base is not None and self.centred(base) == (x, mean)

    def exponent(self, expr: Expr) -> Expr | None:
        """x of ``exp(x)``."""
        meant = self.meaning(expr)
        if isinstance(meant, Call) and canonical(meant.fn) == "np.exp" and isinstance(meant.args[0], Var):
            return meant.args[0]
        return None

    def same_exponent(self, expr: Expr, top: Expr, x: Expr) -> bool:
        return expr == top or self.exponent(expr) == x

    def sum_of(self, expr: Expr, wanted) -> Site | None:
        """The sum behind an expression, through what only puts the summed axis back, if it sums what is wanted."""
        meant = self.meaning(expr)
        while self.is_form(meant):
            meant = self.meaning(meant.args[0])
        if not isinstance(meant, Call) or canonical(meant.fn) != "np.sum":
            return None
        found = find(meant, is_constant)
        return Site(found[1], self.shapes) if found and wanted(found[1]["x"]) else None

    def gate(self, name: str, x: Expr, summed: Site, bottom: Expr) -> Call | None:
        """The gate, if the sum lies along its axis beside ``x``; a shift of ``x`` that is constant along the axis is seen through."""
        if not self.is_constant_along(bottom, x, summed):
            return None
        meant = self.meaning(x)
        if (
            isinstance(meant, Call)
            and meant.fn == "+"
            and len(meant.args) == 2
            and isinstance(meant.args[1], Call)
            and meant.args[1].fn == "neg"
        ):
            inner, shift = meant.args[0], meant.args[1].args[0]
            if (
                isinstance(inner, Var)
                and self.shapes.of(inner) == self.shapes.of(x)
                and self.is_constant_along(shift, x, summed)
            ):
                x = inner
        axis = summed.found["axis"]
        return Call(name, (x, axis), (("keywords", ("axis",)),)) if summed.given("axis") else Call(name, (x,))

    def is_constant_along(self, value: Expr, x: Expr, summed: Site) -> bool:
        """Whether a value broadcasts against ``x`` with one entry along the summed axis."""
        whole, shape = self.shapes.of(x), self.shapes.of(value)
        if not summed.given("axis"):
            return shape == ()
        if isinstance(whole, str) and shape == ():
            return True
        if isinstance(whole, str):
            return (found := reduced_axis(shape, whole)) is not None and found[0] == summed.integer("axis")
        axes = summed.axes("axis", len(whole))
        if axes is None or isinstance(shape, str):
            return False
        missing = len(whole) - len(shape)
        return all(a < missing or shape[a - missing] == "1" for a in axes) and all(
            d in ("1", w) for d, w in zip(shape, whole[missing:], strict=True)
        )

    # -- the sigmoid's cross entropy ------------------------------------------------------------------------------------

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
                if self.is_complement(self.log_of(log_rest), h) and self.shapes.of(y) == self.shapes.of(z):
                    gate = Call(f"gate.{name}", (z, y, h, log, log_rest))
                    return gate if sign > 0 else Call("neg", (gate,))
        return None

    def log_of(self, expr: Expr) -> Expr | None:
        """h of ``log(h)``."""
        meant = self.meaning(expr)
        return meant.args[0] if isinstance(meant, Call) and canonical(meant.fn) == "np.log" else None

    def sigmoid(self, h: Expr) -> Var | None:
        """z of ``1 / (1 + exp(-z))``."""
        found = find(self.meaning(h), is_constant) if isinstance(h, Var) else None
        if found is None or found[0].name != "sigmoid" or dict(found[0].adjoints)["x"] != "(1 - s) * s * ds":
            return None
        return found[1]["x"] if isinstance(found[1]["x"], Var) else None

    def is_complement(self, expr: Expr | None, of: Expr) -> bool:
        """Whether an expression is ``1 - of``."""
        match self.meaning(expr) if expr is not None else None:
            case Call("+", (Const(one), Call("neg", (part,)))):
                return float(one) == 1 and part == of
        return False


def _is_gate(gate: Expr | None, name: str) -> bool:
    return isinstance(gate, Call) and gate.fn == name


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

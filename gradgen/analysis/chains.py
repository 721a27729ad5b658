"""Chains of stages that make up one gate: a softmax, its log, a normalization, the cross entropy of a sigmoid."""

from __future__ import annotations

from collections.abc import Sequence

from gradgen.analysis.dims import reduced_axis
from gradgen.analysis.distinct import distinct
from gradgen.analysis.shapes import Shapes
from gradgen.analysis.subscripts import FULL
from gradgen.ir.nodes import Call, Const, Expr, Let, Stmt, Var
from gradgen.ir.walk import statements
from gradgen.rules.constants import is_constant, value_of
from gradgen.rules.rule import canonical, find
from gradgen.rules.site import NONE, Site

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
        """``exp(x) / sum(exp(x))``, also times ``sum(exp(x)) ** -1``."""
        top, bottom = self.quotient(value) or (None, None)
        x = self.exponent(top) if top is not None else None
        summed = x is not None and self.sum_of(bottom, lambda e: self.same_exponent(e, top, x))
        return self.gate("gate.softmax", x, summed, bottom) if summed else None

    def quotient(self, value: Expr) -> tuple[Expr, Expr] | None:
        """What a value divides by what, also as a product with ``1 / b`` or ``b ** -1``."""
        match value:
            case Call("/" | "np.divide", (top, bottom), ()):
                return top, bottom
            case Call("*" | "np.multiply", (left, right), ()):
                for top, factor in ((left, right), (right, left)):
                    if (bottom := self.inverted(factor)) is not None:
                        return top, bottom
        return None

    def inverted(self, expr: Expr) -> Expr | None:
        """b of ``1 / b`` or ``b ** -1``."""
        match self.meaning(expr):
            case Call("/" | "np.divide", (Const(one), bottom), ()) if value_of(Const(one)) == 1:
                return bottom
            case Call("**", (bottom, power)) if value_of(power) == -1:
                return bottom
            case Call("np.reciprocal", (bottom,), ()):
                return bottom
        return None

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

    def unit(self, value: Expr) -> Call | None:
        """``x / sqrt(mean(x**2) + eps)``, also with the sum."""
        match value:
            case Call("/" | "np.divide", (Var() as x, Var() as size), ()):
                root = self.meaning(size)
            case _:
                return None
        if not (isinstance(root, Call) and canonical(root.fn) == "np.sqrt" and self.shapes.flows(x)):
            return None
        under = self.meaning(root.args[0])
        inside = [under]
        if isinstance(under, Call) and under.fn == "+" and len(under.args) == 2:
            inside = [a for a, eps in (under.args, under.args[::-1]) if not self.shapes.flows(eps)]
        for squares in inside:
            mean = self.mean_of(squares)
            summed = mean or self.sum_of(squares, lambda e: True)
            if summed is None or self.squared(summed.found["x"]) != x or not self.is_constant_along(size, x, summed):
                continue
            options = {"axis": summed.found["axis"]} if summed.given("axis") else {}
            options |= {} if mean else {"total": Const("True")}
            return Call("gate.unit", (x, size, *options.values()), (("keywords", tuple(options)),) if options else ())
        return None

    def squared(self, expr: Expr) -> Expr | None:
        """x of ``x ** 2``, ``x * x`` or ``np.square(x)``."""
        match self.meaning(expr):
            case Call("**", (x, power)) if value_of(power) == 2:
                return x
            case Call("*" | "np.multiply", (x, again), ()) if x == again:
                return x
            case Call(fn, (x,), ()) if canonical(fn) == "np.square":
                return x
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

    def in_full(self, expr: Expr) -> Expr:
        """An expression with the exponentials and signs behind its operands written out: ``1 + e`` as ``1 + exp(-x)``."""
        meant = self.meaning(expr)
        if isinstance(meant, Call) and (meant.fn in ("+", "neg") or canonical(meant.fn) == "np.exp"):
            return Call(meant.fn, tuple(self.in_full(a) for a in meant.args), meant.attrs)
        return expr

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
        return self.picked(value, found, "gate.log_softmax", lambda p: Call("np.exp", (p,))) or self.picked(
            value, found, "gate.log_of_softmax", lambda p: found[p.name].args[1]
        )

    def log_entry(self, value: Expr, found: dict[str, Expr]) -> Expr | None:
        """A value with ``log(p[y])`` of one entry of a softmax p inside it as a gate."""
        if not isinstance(value, Call):
            return None
        if canonical(value.fn) == "np.log":
            match self.meaning(value.args[0]):
                case Call("[]", (Var(name) as p, *index)) if _is_gate(gate := found.get(name), "gate.softmax"):
                    whole = self.shapes.of(p)
                    one = isinstance(whole, tuple) and len(whole) == len(index)
                    if one and len(gate.args) == 1 and all(self.shapes.index_kind(i) == "int" for i in index):
                        return Call("gate.log_entry", (gate.args[0], p, Call("tuple", tuple(index))))
        if value.fn not in ("+", "neg", "*", "/"):
            return None
        args = [self.log_entry(a, found) for a in value.args]
        if all(a is None for a in args):
            return None
        return Call(value.fn, tuple(new or old for new, old in zip(args, value.args, strict=True)), value.attrs)

    def cross_entropy(self, value: Expr) -> Expr | None:
        """A value with ``log(sum(exp(x))) - x[np.arange(N), y]`` inside it as a gate, whatever constant along the rows x was shifted by."""
        if not isinstance(value, Call):
            return None
        if value.fn == "+" and len(value.args) == 2:
            for one, other in (value.args, value.args[::-1]):
                match one, other:
                    case Call("neg", (pick,)), log:
                        gate = self._cross_entropy(pick, log, value)
                    case pick, Call("neg", (log,)):
                        gate = self._cross_entropy(pick, log, value)
                    case _:
                        continue
                if gate is not None:
                    return gate if pick == one else Call("neg", (gate,))
        args = [self.cross_entropy(a) for a in value.args]
        if all(a is None for a in args):
            return None
        return Call(value.fn, tuple(new or old for new, old in zip(args, value.args, strict=True)), value.attrs)

    def _cross_entropy(self, pick: Expr, log: Expr, value: Expr) -> Call | None:
        log = self.meaning(log)
        if not (isinstance(log, Call) and canonical(log.fn) == "np.log" and isinstance(total := log.args[0], Var)):
            return None
        summed = self.sum_of(total, lambda e: isinstance(e, Var) and self.exponent(e) is not None)
        if summed is None:
            return None
        exps = summed.found["x"]
        x = self.exponent(exps)
        whole, rows = self.shapes.of(x), self.shapes.of(value)
        if not isinstance(whole, tuple) or len(whole) != 2 or summed.integer("axis") not in (1, -1):
            return None
        index = self.index_of_pick(pick, x)
        if index is None or not rows == self.shapes.of(total) == whole[:1]:
            return None
        share = Call("/", (exps, Call("[]", (total, FULL, Const("None")))))
        return Call("gate.log_pick", (self.unshifted(x, summed), share, Call("tuple", index)))

    def index_of_pick(self, pick: Expr, x: Expr) -> tuple[Expr, ...] | None:
        """The index of one entry of each row of x, also as ``np.choose(y, x.T)``."""
        match self.meaning(pick):
            case Call("[]", (base, first, second)) if base == x and self.shapes.index_kind(second) in ("array", "?"):
                index = (first, second)
            case Call("np.choose", (y, columns), ()) if self.meaning(columns) == Call(".T", (x,)):
                index = (Call("np.arange", (Call("len", (y,)),)), y)
            case _:
                return None
        return index if distinct(index, self.shapes, self.shapes.function) else None

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
        """``(x - mean(x)) / sqrt(var(x) + eps)``, also over ``std(x)``, and times the inverse of either."""
        match value:
            case Call("/" | "np.divide", (top, Var() as by), ()):
                options = self.spread_over(top, by, self.meaning(by))
                return options and self._normalized(by, options)
            case Call("*" | "np.multiply", (Var(), Var()), ()):
                for top, by in (value.args, value.args[::-1]):
                    match self.meaning(by):
                        case Call("**", (inside, Const("-0.5") | Call("neg", (Const("0.5"),)))):
                            root = Call("**", (inside, Const("0.5")))
                        case _ if (below := self.inverted(by)) is not None:
                            root = self.meaning(below)
                        case _:
                            continue
                    if (options := self.spread_over(top, by, root)) is not None:
                        return self._normalized(by, options | {"times": Const("True")})
        return None

    def _normalized(self, by: Expr, options: dict[str, Expr]) -> Call:
        x = options.pop("x")
        return Call("gate.normalized", (x, by, *options.values()), (("keywords", tuple(options)),) if options else ())

    def spread_over(self, top: Expr, by: Expr, root: Expr) -> dict[str, Expr] | None:
        """What a normalization is along, if ``top`` is ``x - mean(x)`` and ``root`` the deviation of x: x, the axis, and what the
        sum of squares is multiplied by (None: averaged)."""
        x, mean = self.centred(top)
        if x is None or not self.is_constant_along(by, x, mean):
            return None
        share = self.deviation(root, x, mean)
        if share is None:
            return None
        options = {"x": x}
        if mean.given("axis"):
            options["axis"] = mean.found["axis"]
        return options if share == NONE else options | {"share": share}

    def deviation(self, root: Expr, x: Expr, mean: Site) -> Expr | None:
        """The share of a sum of squares (see `variance`), of a value that is ``std(x)`` or the root of the variance of ``x`` plus a constant."""
        match root:
            case Call(fn) if canonical(fn) == "np.std":
                return self.spread(root, x, mean)
            case Call("**", (power, Const("0.5"))):
                inside = self.meaning(power)
            case Call(fn, (under,), ()) if canonical(fn) == "np.sqrt":
                inside = self.meaning(under)
            case _:
                return None
        if (share := self.variance(inside, x, mean)) is not None:
            return share
        if not isinstance(inside, Call) or inside.fn != "+" or len(inside.args) != 2:
            return None
        for part, eps in (inside.args, inside.args[::-1]):
            if not self.shapes.flows(eps) and (share := self.variance(part, x, mean)) is not None:
                return share
        return None

    def spread(self, call: Call, x: Expr, mean: Site) -> Expr | None:
        """The same of a call of var or std about ``x``, along the axis of its mean."""
        found = find(call, is_constant)
        if found is None or found[1]["x"] != x or found[1]["axis"] != mean.found["axis"]:
            return None
        ddof, shape, axis = value_of(found[1]["ddof"]), self.shapes.of(x), value_of(found[1]["axis"])
        if ddof == 0:
            return NONE
        if type(ddof) is int and isinstance(shape, tuple) and type(axis) is int and -len(shape) <= axis < len(shape):
            size = Call("[]", (Call(".shape", (x,)), Const(repr(axis % len(shape)))))
            return Call("/", (Const("1"), Call("+", (size, Call("neg", (found[1]["ddof"],))))))
        return None

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
        """The call behind ``np.mean(x, axis)``, also as a sum over a size, or times one over it."""
        meant = self.without_form(expr)
        if isinstance(meant, Call) and canonical(meant.fn) == "np.mean":
            found = find(meant, is_constant)
            return Site(found[1], self.shapes) if found else None
        summed, share = self.share_of_sum(meant)
        return summed if share == NONE else None

    def without_form(self, expr: Expr) -> Expr:
        """The stage behind an expression that puts summed axes back."""
        meant = self.meaning(expr)
        while self.is_form(meant):
            meant = self.meaning(meant.args[0])
        return meant

    def share_of_sum(self, value: Expr) -> tuple[Site | None, Expr | None]:
        """(The sum, what it is multiplied by: a name, ``1 / c``, or None for one over the size of the axis)."""
        match value:
            case Call("/", (top, below)) if (summed := self.sum_of(top, lambda x: True)) is not None:
                return summed, NONE if self.is_size_summed(below, summed) else Call("/", (Const("1"), below))
            case Call("*", (left, right)):
                for factor, rest in ((left, right), (right, left)):
                    if (summed := self.sum_of(rest, lambda x: True)) is not None:
                        below = self.inverted(factor)
                        mean = below is not None and self.is_size_summed(below, summed)
                        return summed, NONE if mean else factor
        return None, None

    def is_size_summed(self, expr: Expr, summed: Site) -> bool:
        """Whether a value is the size of the one axis that is summed."""
        whole = self.shapes.of(summed.found["x"])
        axes = summed.axes("axis", len(whole)) if isinstance(whole, tuple) else None
        return axes is not None and len(axes) == 1 and self.shapes.value(expr) == self.shapes.dim(whole[axes[0]])

    def variance(self, expr: Expr, x: Expr, mean: Site) -> Expr | None:
        """What a sum of squares is multiplied by (None in the text: averaged) to be this spread of ``x`` along the axis of its mean."""
        meant = self.without_form(expr)
        if isinstance(meant, Call) and canonical(meant.fn) == "np.var":
            return self.spread(meant, x, mean)
        squares = self.mean_of(expr)
        summed, share = (squares, NONE) if squares is not None else self.share_of_sum(meant)
        if summed is None or summed.found["axis"] != mean.found["axis"] or share is None:
            return None
        if share != NONE and (self.shapes.of(share) != () or self.shapes.flows(share)):
            return None
        base = self.squared(summed.found["x"])
        return share if base is not None and self.centred(base) == (x, mean) else None

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
        x = self.unshifted(x, summed)
        axis = summed.found["axis"]
        return Call(name, (x, axis), (("keywords", ("axis",)),)) if summed.given("axis") else Call(name, (x,))

    def unshifted(self, x: Expr, summed: Site) -> Expr:
        """What x is but for a shift that is constant along the axis of a sum."""
        match self.meaning(x):
            case Call("+", (Var() as inner, Call("neg", (shift,)))) if self.shapes.of(inner) == self.shapes.of(
                x
            ) and self.is_constant_along(shift, x, summed):
                return inner
        return x

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
                of_one_shape = one if name == "bernoulli" else y  # labels may broadcast where nothing is summed yet
                if self.is_complement(self.log_of(log_rest), h) and self.shapes.of(of_one_shape) == self.shapes.of(z):
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
        if not _is_sigmoid(found):
            return None
        return found[1]["x"] if isinstance(found[1]["x"], Var) else None

    def is_complement(self, expr: Expr | None, of: Expr) -> bool:
        """Whether an expression is ``1 - of``."""
        match self.meaning(expr) if expr is not None else None:
            case Call("+", (Const(one), Call("neg", (part,)))):
                return float(one) == 1 and part == of
        return False


def _is_sigmoid(found: tuple | None) -> bool:
    """Whether a row that was found is that of ``1 / (1 + exp(-x))``."""
    return found is not None and found[0].name == "sigmoid" and dict(found[0].adjoints)["x"] == "(1 - s) * s * ds"


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

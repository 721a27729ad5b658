"""Gates along chains of stages: a softmax is one, however many lines its author gave it.

Matched along definitions, not within one expression; other uses of the stages on the way are not touched.
"""

from __future__ import annotations

from collections.abc import Sequence

from gradgen.analysis.distinct import distinct
from gradgen.analysis.dims import reduced_axis
from gradgen.analysis.shapes import Shapes
from gradgen.ir.nodes import Call, Expr, Function, Let, Stmt, Var
from gradgen.ir.walk import statements
from gradgen.rules.constants import is_constant, value_of
from gradgen.rules.rule import canonical, find
from gradgen.rules.site import Site

FORMS = ("np.reshape", "np.expand_dims", "[]")  # what puts a summed axis back


def gates(function: Function, shapes: Shapes) -> dict[str, Call]:
    """The values of a function that are gates of whole chains: name -> the gate to reverse instead of the stage."""
    finder = _Finder(function.body, shapes)
    found = {}
    for s in statements(function.body):
        if isinstance(s, Let) and (
            gate := finder.softmax(s.value)
            or finder.log_softmax(s.value)
            or finder.log_pick(s.value, found)
            or finder.normalized(s.value)
        ):
            found[s.target] = gate
    return found


class _Finder:
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
        """``x - log(sum(exp(x)))``."""
        if not isinstance(value, Call) or value.fn != "+" or len(value.args) != 2:
            return None
        x, other = value.args
        log = self.meaning(other.args[0]) if isinstance(other, Call) and other.fn == "neg" else None
        if not (isinstance(log, Call) and canonical(log.fn) == "np.log" and isinstance(x, Var)):
            return None
        summed = self.sum_of(log.args[0], lambda e: self.exponent(e) == x)
        return self.gate("gate.log_softmax", x, summed, other.args[0]) if summed else None

    def log_pick(self, value: Expr, found: dict[str, Call]) -> Call | None:
        """``log(p[np.arange(N), y])`` of a softmax p along the rows, or ``logp[np.arange(N), y]`` of its logarithm."""
        if not isinstance(value, Call):
            return None
        if canonical(value.fn) == "np.log":
            return self.picked(self.meaning(value.args[0]), found, "gate.softmax", lambda p: p)
        return self.picked(value, found, "gate.log_softmax", lambda p: Call("np.exp", (p,)))

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
        """``(x - mean(x)) / sqrt(var(x) + eps)``."""
        if not isinstance(value, Call) or value.fn not in ("/", "np.divide") or not isinstance(value.args[1], Var):
            return None
        x, mean = self.centred(value.args[0])
        root = self.meaning(value.args[1])
        if x is None or not isinstance(root, Call) or canonical(root.fn) != "np.sqrt":
            return None
        inside = self.meaning(root.args[0])
        if not isinstance(inside, Call) or inside.fn != "+" or len(inside.args) != 2:
            return None
        for variance, eps in (inside.args, inside.args[::-1]):
            if (
                self.is_variance(variance, x, mean)
                and not self.shapes.flows(eps)
                and self.is_constant_along(value.args[1], x, mean)
            ):
                axis = mean.found["axis"]
                return (
                    Call("gate.normalized", (x, value.args[1], axis), (("keywords", ("axis",)),))
                    if mean.given("axis")
                    else Call("gate.normalized", (x, value.args[1]))
                )
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
        """The call behind ``np.mean(x, axis)``, also as a sum over a size."""
        meant = self.meaning(expr)
        while isinstance(meant, Call) and canonical(meant.fn) in FORMS:
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
            found = find(meant, is_constant)[1]
            return found["x"] == x and found["axis"] == mean.found["axis"] and value_of(found["ddof"]) == 0
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
        while isinstance(meant, Call) and canonical(meant.fn) in FORMS:
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
        if isinstance(whole, str):
            return (found := reduced_axis(shape, whole)) is not None and found[0] == summed.integer("axis")
        axes = summed.axes("axis", len(whole))
        if axes is None or isinstance(shape, str):
            return False
        missing = len(whole) - len(shape)
        return all(a < missing or shape[a - missing] == "1" for a in axes) and all(
            d in ("1", w) for d, w in zip(shape, whole[missing:], strict=True)
        )

"""The stages behind a value: what a name was given, what is summed, averaged, divided by, exponentiated."""

from __future__ import annotations

from collections.abc import Sequence

from gradgen.analysis.dims import reduced_axis
from gradgen.analysis.shapes import Shapes
from gradgen.ir.nodes import Call, Const, Expr, Let, Stmt, Var
from gradgen.ir.walk import statements
from gradgen.rules.constants import is_constant, value_of
from gradgen.rules.rule import canonical, find
from gradgen.rules.site import NONE, Site

FORMS = ("np.reshape", "np.expand_dims", "[]")  # what puts a summed axis back


class Links:
    """What the stages behind a value are, one link of a chain at a time."""

    def __init__(self, body: Sequence[Stmt], shapes: Shapes):
        self.shapes = shapes
        self.made = {s.target: s.value for s in statements(body) if isinstance(s, Let)}

    def meaning(self, expr: Expr) -> Expr:
        """The stage behind a name."""
        while isinstance(expr, Var) and expr.name in self.made:
            expr = self.made[expr.name]
        return expr

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

    def exponent(self, expr: Expr) -> Expr | None:
        """x of ``exp(x)``."""
        meant = self.meaning(expr)
        if isinstance(meant, Call) and canonical(meant.fn) == "np.exp" and isinstance(meant.args[0], Var):
            return meant.args[0]
        return None

    def exponent_meant(self, expr: Expr) -> Expr | None:
        """The stage behind x of ``exp(x)``."""
        meant = self.meaning(expr)
        return self.meaning(meant.args[0]) if isinstance(meant, Call) and canonical(meant.fn) == "np.exp" else None

    def same_exponent(self, expr: Expr, top: Expr, x: Expr) -> bool:
        return expr == top or self.exponent(expr) == x

    def in_full(self, expr: Expr) -> Expr:
        """An expression with the exponentials and signs behind its operands written out: ``1 + e`` as ``1 + exp(-x)``."""
        meant = self.meaning(expr)
        if isinstance(meant, Call) and (meant.fn in ("+", "neg") or canonical(meant.fn) == "np.exp"):
            return Call(meant.fn, tuple(self.in_full(a) for a in meant.args), meant.attrs)
        return expr

    def log_of(self, expr: Expr) -> Expr | None:
        """h of ``log(h)``."""
        meant = self.meaning(expr)
        return meant.args[0] if isinstance(meant, Call) and canonical(meant.fn) == "np.log" else None

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

    def without_form(self, expr: Expr) -> Expr:
        """The stage behind an expression that puts summed axes back."""
        meant = self.meaning(expr)
        while self.is_form(meant):
            meant = self.meaning(meant.args[0])
        return meant

    def sum_of(self, expr: Expr, wanted) -> Site | None:
        """The sum behind an expression, through what only puts the summed axis back, if it sums what is wanted."""
        meant = self.meaning(expr)
        while self.is_form(meant):
            meant = self.meaning(meant.args[0])
        if not isinstance(meant, Call) or canonical(meant.fn) != "np.sum":
            return None
        found = find(meant, is_constant)
        return Site(found[1], self.shapes) if found and wanted(found[1]["x"]) else None

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

    def mean_of(self, expr: Expr) -> Site | None:
        """The call behind ``np.mean(x, axis)``, also as a sum over a size, or times one over it."""
        meant = self.without_form(expr)
        if isinstance(meant, Call) and canonical(meant.fn) == "np.mean":
            found = find(meant, is_constant)
            return Site(found[1], self.shapes) if found else None
        summed, share = self.share_of_sum(meant)
        return summed if share == NONE else None

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

    def is_complement(self, expr: Expr | None, of: Expr) -> bool:
        """Whether an expression is ``1 - of``."""
        match self.meaning(expr) if expr is not None else None:
            case Call("+", (Const(one), Call("neg", (part,)))):
                return float(one) == 1 and part == of
        return False


def is_gate(gate: Expr | None, name: str) -> bool:
    """Whether a stage was found to be this gate."""
    return isinstance(gate, Call) and gate.fn == name

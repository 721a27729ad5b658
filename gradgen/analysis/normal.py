"""Chains that normalize: by mean and deviation, by length."""

from __future__ import annotations

from gradgen.analysis.links import Links
from gradgen.ir.nodes import Call, Const, Expr, Var
from gradgen.rules.constants import is_constant, value_of
from gradgen.rules.rule import canonical, find
from gradgen.rules.site import NONE, Site


class Normalizations(Links):
    """Batch and layer normalization, and division by a length."""

    def unit(self, value: Expr) -> Call | None:
        """``x / sqrt(mean(x**2) + eps)``, also with the sum, and ``x / np.linalg.norm(x)``."""
        match value:
            case Call("/" | "np.divide", (Var() as x, size), ()) if self.shapes.flows(x):
                summed, total = self.length(size, x) or (None, False)
            case _:
                return None
        if summed is None or not self.is_constant_along(size, x, summed):
            return None
        options = {"axis": summed.found["axis"]} if summed.given("axis") else {}
        options |= {"total": Const("True")} if total else {}
        return Call("gate.unit", (x, size, *options.values()), (("keywords", tuple(options)),) if options else ())

    def length(self, size: Expr, x: Expr) -> tuple[Site, bool] | None:
        """(what the squares of x are summed along, whether they are not averaged), if a value is the length of x."""
        root = self.without_form(size)
        if not isinstance(root, Call):
            return None
        if canonical(root.fn) == "np.linalg.norm":
            found = find(root, is_constant)
            return (Site(found[1], self.shapes), True) if found and self.is_euclidean(found[1], x) else None
        if canonical(root.fn) != "np.sqrt":
            return None
        under = self.meaning(root.args[0])
        inside = [under]
        if isinstance(under, Call) and under.fn == "+" and len(under.args) == 2:
            inside = [a for a, eps in (under.args, under.args[::-1]) if not self.shapes.flows(eps)]
        for squares in inside:
            mean = self.mean_of(squares)
            summed = mean or self.sum_of(squares, lambda e: True)
            if summed is not None and self.squared(summed.found["x"]) == x:
                return summed, mean is None
        return None

    def is_euclidean(self, found: dict[str, Expr], x: Expr) -> bool:
        """Whether a norm is the root of the sum of the squares of x: ord 2 is that of vectors only."""
        rank = Site(found, self.shapes).rank("x")
        vectors = rank == 1 or type(value_of(found["axis"])) is int
        return found["x"] == x and (found["ord"] == NONE or found["ord"] == Const("2") and vectors)

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

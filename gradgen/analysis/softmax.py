"""Chains that are a softmax: its logarithm, the logarithm of its sum, one entry of each row."""

from __future__ import annotations

from gradgen.analysis.distinct import distinct
from gradgen.analysis.links import Links, is_gate
from gradgen.analysis.subscripts import FULL
from gradgen.ir.nodes import Call, Const, Expr, Var
from gradgen.rules.constants import is_constant, value_of
from gradgen.rules.rule import canonical, find
from gradgen.rules.site import Site


class Softmaxes(Links):
    """The softmax along an axis, and the losses made of it."""

    def softmax(self, value: Expr) -> Call | None:
        """``exp(x) / sum(exp(x))``, also times ``sum(exp(x)) ** -1``."""
        top, bottom = self.quotient(value) or (None, None)
        x = self.exponent(top) if top is not None else None
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

    def log_of_softmax(self, value: Expr, found: dict[str, Expr]) -> Call | None:
        """``log(p)`` of a softmax p."""
        match value:
            case Call(fn, (Var(p),), ()) if canonical(fn) == "np.log" and is_gate(found.get(p), "gate.softmax"):
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
                    self.is_one_value(taken, shift)
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

    def is_one_value(self, taken: Expr, shift: Expr) -> bool:
        """Whether what is taken off before is what is put back behind, but for axes of size 1: one stage, or one maximum asked for twice."""
        if self.without_axes(taken) == shift:
            return True
        twice = [find(self.without_form(e), is_constant) for e in (taken, shift)]
        if not all(found and found[0].name in ("max", "min") for found in twice):
            return False
        return len({(row.name, found["x"], found["axis"]) for row, found in twice}) == 1

    def gate(self, name: str, x: Expr, summed: Site, bottom: Expr) -> Call | None:
        """The gate, if the sum lies along its axis beside ``x``; a shift of ``x`` that is constant along the axis is seen through."""
        if not self.is_constant_along(bottom, x, summed):
            return None
        x = self.unshifted(x, summed)
        axis = summed.found["axis"]
        return Call(name, (x, axis), (("keywords", ("axis",)),)) if summed.given("axis") else Call(name, (x,))

    def log_pick(self, value: Expr, found: dict[str, Call]) -> Call | None:
        """``log(p[np.arange(N), y])`` of a softmax p along the rows, or ``logp[np.arange(N), y]`` of its logarithm."""
        if not isinstance(value, Call):
            return None
        if canonical(value.fn) == "np.log":
            return self.picked(self.meaning(value.args[0]), found, "gate.softmax", lambda p: p)
        return self.picked(value, found, "gate.log_softmax", lambda p: Call("np.exp", (p,))) or self.picked(
            value, found, "gate.log_of_softmax", lambda p: found[p.name].args[1]
        )

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
            and self.shapes.of(value) == whole[:1]  # of each row one
            and distinct(index, self.shapes, self.shapes.function)
        )
        return Call("gate.log_pick", (gate.args[0], share(p), Call("tuple", tuple(index)))) if rows else None

    def log_entry(self, value: Expr, found: dict[str, Expr]) -> Expr | None:
        """A value with ``log(p[y])`` of one entry of a softmax p inside it as a gate."""
        if not isinstance(value, Call):
            return None
        if canonical(value.fn) == "np.log":
            match self.meaning(value.args[0]):
                case Call("[]", (Var(name) as p, *index)) if is_gate(gate := found.get(name), "gate.softmax"):
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

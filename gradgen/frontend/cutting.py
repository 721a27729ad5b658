"""Expressions cut into stages: one rule's form over names each, or a sum of products."""

from __future__ import annotations

from gradgen.frontend.values import is_atom
from gradgen.ir.names import suggest
from gradgen.ir.nodes import Call, Expr, Let, Var, substitute
from gradgen.rules.constants import is_constant
from gradgen.rules.rule import find

CHEAP = ("<", "<=", ">", ">=", "==", "!=", "not", "compare", "neg")
ARITHMETIC = ("+", "*", "/", "//", "%", "**", "neg", "pos")  # named after their operands
FACTORS = {"root": 3, "term": 2}  # how many active factors a product may have on its own, and inside a sum


class Stages:
    """The part of the stager that cuts expressions into stages."""

    def let(self, target: str, expr: Expr) -> Var:
        """Emit the stage ``target = expr`` (its operands first) and give its name."""
        expr = self.reduce(expr)
        self.emit(Let(target, expr, self.take_origin()))
        self.mark(target, expr)
        return Var(target)

    def atom(self, expr: Expr, role: str = "") -> Expr:
        """A name (or literal) for an expression, staging it under a made-up name if it has none."""
        if is_atom(expr) or not self.flows(expr) and self.is_cheap(expr):
            return expr
        expr = self.reduce(expr)
        return self.let_ready(expr, role)

    def let_ready(self, expr: Expr, role: str = "") -> Var:
        """The stage that computes a reduced expression: an earlier one if there is one, else a new one."""
        if expr in self.stage_of:
            if self.flows(expr) or not self.arrays:
                self.made_up.discard(self.stage_of[expr].name)  # two places read it: it keeps its name
            return self.stage_of[expr]
        row = find(expr, is_constant, self.deepest)
        role = role if isinstance(expr, Call) and expr.fn in ("+", "*", "/", "neg") else ""
        stem = (
            row[0].stem
            if row and (row[0].depth > 1 or row[0].name.isidentifier() and expr.fn not in ARITHMETIC)
            else ""
        )
        called = {slot: Var(name) for slot, name in self.unpacked.items()}
        name = self.names.fresh(suggest(substitute(expr, called) if called else expr, stem, role))
        self.made_up.add(name)
        self.emit(Let(name, expr, self.take_origin()))
        self.mark(name, expr)
        self.stage_of[expr] = Var(name)
        return Var(name)

    def is_cheap(self, expr: Expr) -> bool:
        """Inactive expressions that a person would write again rather than name: constants, bare comparisons."""
        return is_constant(expr) or isinstance(expr, Call) and all(is_atom(a) for a in expr.args) and expr.fn in CHEAP

    def reduce(self, expr: Expr) -> Expr:
        """The expression as one stage: its operands are staged first, left to right."""
        if is_atom(expr) or not self.flows(expr):
            return expr
        if expr.fn == "if":
            return expr
        if expr.fn == "+" and not self.whole_form(expr):
            return self.reduce_sum(expr)
        if expr.fn in ("*", "neg") or expr.fn == "/" and not self.flows(expr.args[1]):
            if not self.whole_form(expr):
                return self.product(expr, FACTORS["root"])
        match = find(expr, is_constant, self.deepest)
        if match is None:
            self.fail("GG105", "cannot differentiate through this expression", self.return_node or self.node)
        row, found = match
        roles = (
            dict(zip(found, ("numerator", "denominator"), strict=False)) if expr.fn == "/" and len(found) == 2 else {}
        )
        if row.name == "reciprocal":
            roles = {"x": "denominator"}
        if expr.fn == "/" and row.depth > 1:
            roles = {}
        parts: dict[int, Expr] = {}
        for hole, part in found.items():
            if row.shape and (hole in row.blocks or not self.flows(part)):
                continue  # an axis, an index, a mask: written in place
            for operand in (part.args if isinstance(part, Call) and part.fn in ("list", "tuple") else (part,)):
                if not is_atom(operand):
                    parts[id(operand)] = self.atom(operand, roles.get(hole, ""))
        return rebuilt(expr, parts)

    def whole_form(self, expr: Expr) -> bool:
        """Whether a whole-expression gate has this form."""
        row = find(expr, is_constant, self.deepest)
        return row is not None and row[0].depth > 1

    def reduce_sum(self, expr: Call) -> Expr:
        if self.deepest == 1:
            first, *others = expr.args
            left = self.atom(first)
            for term in others[:-1]:
                left = self.let_ready(Call("+", (left, self.signed_atom(term))))
            return Call("+", (left, self.signed_atom(others[-1])))
        return Call("+", tuple(self.term(t) for t in expr.args))

    def signed_atom(self, term: Expr) -> Expr:
        if isinstance(term, Call) and term.fn == "neg":
            return Call("neg", (self.atom(term.args[0]),))
        return self.atom(term)

    def term(self, term: Expr) -> Expr:
        """A term of a sum: a product of at most two active factors stays in place, anything else gets a name."""
        if isinstance(term, Call) and term.fn == "neg" and not self.flows(term):
            return Call("neg", (self.atom(term.args[0]),))
        if isinstance(term, Call) and (term.fn in ("*", "neg") or term.fn == "/" and not self.flows(term.args[1])):
            return self.product(term, FACTORS["term"])
        return self.atom(term)

    def product(self, expr: Expr, limit: int) -> Expr:
        """A product chain over names; what goes beyond ``limit`` active factors is staged first."""
        if self.deepest == 1:
            limit = 2
            if isinstance(expr, Call) and expr.fn in ("*", "/", "neg"):
                return Call(expr.fn, tuple(self.atom(a) for a in expr.args))
        if not isinstance(expr, Call) or not self.flows(expr):
            return self.atom(expr)
        if expr.fn == "neg":
            return Call("neg", (self.product(expr.args[0], limit),))
        if expr.fn == "/" and not self.flows(expr.args[1]):
            return Call("/", (self.product(expr.args[0], limit), self.atom(expr.args[1])))
        if expr.fn != "*" or self.whole_form(expr):
            return self.atom(expr)
        left, right = self.product(expr.args[0], limit), self.atom(expr.args[1])
        if self.factors(left) + self.factors(right) > limit and not is_atom(left):
            left = self.let_ready(left)
        return Call("*", (left, right))

    def factors(self, expr: Expr) -> int:
        if isinstance(expr, Var):
            return int(self.is_active(expr.name))
        return sum(self.factors(a) for a in expr.args) if isinstance(expr, Call) else 0


def rebuilt(expr: Expr, parts: dict[int, Expr]) -> Expr:
    """The expression with some sub-expressions (by identity) replaced."""
    if id(expr) in parts:
        return parts[id(expr)]
    if isinstance(expr, Call) and expr.args:
        return Call(expr.fn, tuple(rebuilt(a, parts) for a in expr.args), expr.attrs)
    return expr

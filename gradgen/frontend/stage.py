"""The stager: a function's syntax tree becomes single-assignment stages, each small enough to differentiate at sight.

A stage is one rule's form over names (the largest that fits: a whole sigmoid is one stage), or a sum of products
such as ``w[0] * x[0] + w[1] * x[1] + b``, as an expert would leave it.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import replace

from gradgen.analysis.dims import Contradiction
from gradgen.analysis.shapes import Shapes
from gradgen.frontend.arrays import SILENT
from gradgen.frontend.bindings import Bindings
from gradgen.frontend.branches import DONE, RETURN, Branches
from gradgen.frontend.comments import comments_of
from gradgen.frontend.convert import Converter
from gradgen.frontend.cutting import Stages
from gradgen.frontend.exits import may_return
from gradgen.frontend.keyed import Kept
from gradgen.frontend.lists import appended
from gradgen.frontend.loops import Loops
from gradgen.frontend.results import split_results
from gradgen.frontend.values import Filled, Items, Slots, Value, is_atom
from gradgen.ir.names import RESERVED
from gradgen.ir.nodes import (
    Call,
    CallPair,
    Const,
    Expr,
    For,
    Function,
    If,
    Keep,
    Let,
    Origin,
    Param,
    Stmt,
    Store,
    Var,
    variables,
)
from gradgen.ir.walk import all_reads, blocks, reads, with_blocks


class Stager(Bindings, Branches, Stages, Loops, Converter):
    """Stages one function.  ``program`` answers for the other functions of the file."""

    def stage(self) -> Function:
        """The staged function.  Raises `GradgenError` for what it cannot take."""
        exits = self.block(self.node.body)
        if RETURN not in self.env:
            self.fail("GG113", "the function never returns a value", self.node, help="end it with `return ...`")
        if not exits:
            self.fail(
                "GG113", "a path through the function returns nothing", self.node, help="return a value on every path"
            )
        return self.finish()

    # -- statements ---------------------------------------------------------------------------------------------------

    def block(self, statements: Sequence[ast.stmt]) -> bool:
        """Stage statements in order; True if no path goes on after them."""
        for position, statement in enumerate(statements):
            rest = statements[position + 1 :]
            if isinstance(statement, ast.If) and may_return(statement):
                return self.branch_that_returns(statement, rest)
            if self.statement(statement):
                return True
        return False

    def statement(self, node: ast.stmt) -> bool:
        self.at = Origin(line=node.lineno, comments=comments_of(self.source, node))
        if getattr(node, "silent", False):
            self.at = Origin(line=SILENT)
        self.current = node
        match node:
            case ast.Assign(targets=[target], value=value):
                self.assign(target, value)
            case ast.Assign(targets=targets, value=value):
                self.assign_all(targets, value)
            case ast.AnnAssign(target=target, value=value):
                if value is not None:
                    self.assign(target, value)
            case ast.AugAssign(target=target, op=op, value=value):
                self.augment(node, target, op, value)
            case ast.Return(value=value):
                self.returns(node, value)
                return True
            case ast.If():
                return self.branch(node, node.body, node.orelse)
            case Kept():
                for name in node.names:
                    self.fill(name)
            case ast.For() | ast.While():
                self.loop(node)
            case ast.Break():
                self.keep("break", [])
            case ast.Expr(value=value):
                self.effect(value)
            case ast.Assert(test=test, msg=msg):
                self.keep("assert", [self.test(test), *([self.loose(msg)] if msg else [])])
            case ast.Raise(exc=exc):
                self.keep("raise", [self.loose(exc)] if exc else [])
                return True
        return False

    def effect(self, node: ast.expr) -> None:
        if isinstance(node, ast.Call) and self.resolve(node.func) == ("rule", "np.random.seed"):
            self.keep("expr", [Call("np.random.seed", tuple(self.loose(a) for a in node.args))])
        elif isinstance(node, ast.Call) and self.resolve(node.func) == ("builtin", "print"):
            self.keep("expr", [self.loose(node)])
        elif (listed := appended(node)) and (listed in self.grown or isinstance(self.env.get(listed), (Items, Filled))):
            self.append(listed, node.args[0], node)
        elif isinstance(node, ast.Call):
            self.fail(
                "GG104",
                f"`{ast.unparse(node.func)}` is called for its effect only, and gradgen cannot see what that is",
                node,
                help="assign its result, or take the line out",
            )

    def keep(self, kind: str, args: list[Expr]) -> None:
        self.emit(Keep(kind, tuple(args), self.take_origin()))

    # -- results ------------------------------------------------------------------------------------------------------

    def returns(self, node: ast.Return, value: ast.expr | None) -> None:
        if value is None or isinstance(value, ast.Constant) and value.value is None:
            self.fail("GG113", "this path returns nothing", node, help="return a number on every path")
        self.return_node = value
        result = self.value(value, (self.result_base,))
        if self.is_text(result):
            self.fail("GG202", "this path returns text, not a number", value, help="return a number on every path")
        self.env[RETURN] = self.result(result, self.result_base)
        if DONE in self.env:
            self.env[DONE] = self.let(self.version(self.flag), Const("True"))

    def result(self, value: Value, name: str) -> Value:
        if isinstance(value, Var) and value.name in self.landed:
            self.landed.discard(value.name)
            return value
        if not self.is_number(value) or is_atom(value):
            return self.result_part(value)
        return self.let(self.version(name) if self.many_returns else self.names.fresh(name), value)

    def result_part(self, value: Value) -> Value:
        if isinstance(value, Items):
            return replace(value, values=tuple(self.result_part(v) for v in value.values))
        return self.atom(value) if self.is_number(value) else value

    def finish(self) -> Function:
        rule = self.result_rule
        if (
            self.arrays
            and rule.has_aux is None
            and not rule.outputs
            and isinstance(self.env[RETURN], Items)
            and not self.first_is_number()
        ):
            rule = replace(rule, every=True)
        outputs, aux, notes = split_results(self.env[RETURN], rule, self.is_text, self.own_cache())
        adopts = self.cache_name() if aux and self.own_cache() and self.result_rule.has_aux is not False else ""
        self.names.taken.discard(adopts)
        called = {v.name.partition("#")[0] for v in outputs if isinstance(v, Var)}
        if missing := [name for name in self.result_rule.outputs if name not in called]:
            self.fail(
                "GG004",
                f"no result is called {', '.join(missing)}",
                self.return_node,
                help="name variables that the function returns",
            )
        results = tuple(self.output(v) for v in outputs)
        if not results:
            self.fail(
                "GG202",
                "nothing that is returned is a number",
                self.return_node,
                help="return the number to differentiate first",
            )
        extra = tuple(self.written(v, self.return_node) for v in aux)
        whole = (extra[0] if len(extra) == 1 else Call("tuple", extra)) if extra else None
        read = {n for e in (*results, *extra) for n in variables(e)}
        body = without_idle_joins(self.out, read, self.handed)
        return Function(
            self.node.name, tuple(self.finished_param(p) for p in self.params), numbered(body, self.is_active), results, whole,
            frozenset(self.active), tuple(self.constants.items()), (*self.notes, *notes), tuple(self.unpacked.items()),
            frozenset(self.names.taken - RESERVED), self.arrays, frozenset(self.made_up), adopts,
        )  # fmt: skip

    def first_is_number(self) -> bool:
        """Whether the first of several results is a number, as far as the text tells."""
        first = self.env[RETURN].values[0]
        so_far = Function(
            self.node.name, tuple(self.finished_param(p) for p in self.params), tuple(self.out), (), arrays=True
        )
        try:
            return not self.is_number(first) or Shapes(so_far).of(first) == ()
        except Contradiction:
            return True  # said where the shapes are inferred

    def own_cache(self) -> bool:
        """Whether the last result is the author's cache: called so, or the second of an ``X_forward``."""
        pair = self.return_node
        if not self.arrays or not isinstance(pair, ast.Tuple) or len(pair.elts) < 2:
            return False
        called = isinstance(pair.elts[-1], ast.Name) and pair.elts[-1].id == "cache"
        return (
            called
            or len(pair.elts) == 2
            and (self.node.name.endswith("_forward") or self.node.name.startswith("forward_"))
        )

    def cache_name(self) -> str:
        """What the author calls their cache."""
        second = self.return_node.elts[-1]
        return second.id if isinstance(second, ast.Name) and second.id not in self.versions else "cache"

    def output(self, value: Value) -> Expr:
        if (
            isinstance(value, Items)
            or self.is_text(value)
            or isinstance(self.literal(value) if self.is_number(value) else None, bool)
        ):
            what = f"a {value.kind}" if isinstance(value, Items) else "text, a truth value or None"
            self.fail(
                "GG202",
                f"the result is {what}, not a number",
                self.return_node,
                help="return the number to differentiate",
            )
        return self.as_number(value, self.return_node)

    def finished_param(self, param: Param) -> Param:
        slots = tuple((Slots(param.name, path).name, path) for path in self.slots.get(param.name, ()))
        stated = tuple((name, self.dims[name]) for name, _ in slots if name in self.dims)
        count = param.name in self.counts
        return replace(param, slots=slots, opaque=count or param.name in self.opaque, slot_dims=stated, count=count)


def without_idle_joins(body: Sequence[Stmt], read: set[str], handed: set[str]) -> list[Stmt]:
    """The statements without the joins that nothing reads afterwards, and without the lines made for them."""
    out: list[Stmt] = []
    for s in reversed(body):
        if isinstance(s, Let) and s.target in handed and s.target not in read:
            continue
        if isinstance(s, If):
            joins = tuple(j for j in s.joins if j.target in read)
            read |= {n for j in joins for n in (j.then, j.orelse) if n}
            then, orelse = without_idle_joins(s.then, read, handed), without_idle_joins(s.orelse, read, handed)
            s = replace(s, then=tuple(then), orelse=tuple(orelse), joins=joins)
        if isinstance(s, For):
            s = without_idle_carries(s, read, handed)
            read |= set(all_reads(s.body))
        read.update(reads(s))
        out.append(s)
    return out[::-1]


def without_idle_carries(s: For, read: set[str], handed: set[str]) -> For:
    """The loop without the values that are handed on and never read, by a trip or after the loop."""
    carries = tuple(c for c in s.carries if c.name in read)
    while True:
        body = without_idle_joins(s.body, read | {c.step for c in carries}, handed)
        wanted = read | set(all_reads(body))
        more = tuple(c for c in s.carries if c.name in wanted)
        if more == carries:
            return replace(s, body=tuple(body), carries=carries)
        carries = more


def numbered(body: Sequence[Stmt], active: Callable[[str], bool]) -> tuple[Stmt, ...]:
    """The statements with stage numbers, in the order in which they are printed."""
    count = iter(range(1, 10**9))

    def number(statements: Sequence[Stmt]) -> tuple[Stmt, ...]:
        return tuple(one(s) for s in statements)

    def one(s: Stmt) -> Stmt:
        if blocks(s):
            return with_blocks(s, number)
        if isinstance(s, Let) and isinstance(s.value, Var) and "." in s.target:
            return s  # ``self.x = x``: kept, not worked out
        if isinstance(s, CallPair) or isinstance(s, (Let, Store)) and active(s.target) and s.at.line != SILENT:
            return replace(s, at=replace(s.at, stage=next(count)))
        return s

    return number(body)

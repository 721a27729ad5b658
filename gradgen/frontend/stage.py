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
from gradgen.frontend.comments import comments_of
from gradgen.frontend.convert import Converter
from gradgen.frontend.exits import always_exits, may_return
from gradgen.frontend.keyed import Kept
from gradgen.frontend.loops import Loops, appended
from gradgen.frontend.results import split_results
from gradgen.frontend.values import Filled, Items, Mixed, Slots, Value, is_atom
from gradgen.ir.names import RESERVED, suggest
from gradgen.ir.read import BINARY
from gradgen.ir.nodes import (
    Call,
    CallPair,
    Const,
    Expr,
    For,
    Function,
    If,
    Join,
    Keep,
    Let,
    Origin,
    Param,
    Stmt,
    Store,
    Var,
    substitute,
    variables,
)
from gradgen.ir.walk import all_reads, blocks, reads, with_blocks
from gradgen.rules.constants import is_constant
from gradgen.rules.rule import find

RETURN, DONE = ("return", "return?")  # what a path returned, and whether it has: no identifier is spelled so
CHEAP = ("<", "<=", ">", ">=", "==", "!=", "not", "compare", "neg")
ARITHMETIC = ("+", "*", "/", "//", "%", "**", "neg", "pos")  # named after their operands
FACTORS = {"root": 3, "term": 2}  # how many active factors a product may have on its own, and inside a sum


class Stager(Loops, Converter):
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
            case ast.Assign(targets=[first, *others], value=value):
                self.assign(first, value)
                for other in others:  # one object under several names
                    self.bind(other, self.loaded(first))
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

    def assign(self, target: ast.expr, node: ast.expr) -> None:
        if self.arrays and isinstance(target, ast.Subscript) or self.is_own_dict(target):
            self.store(target, "=", lambda: self.value(node), self.current)
            return
        if (
            isinstance(target, ast.Name)
            and target.id in self.cache_names
            and "[" not in target.id
            and isinstance(node, ast.Name)
            and node.id in self.env
        ):
            self.env[target.id] = self.read_slot(held, node) if isinstance(held := self.env[node.id], Slots) else held
            return  # ``cache = x``: the author's cache is another word for it
        if isinstance(node, ast.Name) and self.is_appended_to({node.id, *target_names(target)}):
            if (
                node.id in self.grown
                or isinstance(held := self.env.get(node.id), Filled)
                or (isinstance(held, Items) and held.kind == "list")
            ):
                self.fail("GG111", f"`{node.id}` is a list under two names", node, help="use one of them")
        wanted = target_names(target)
        value = self.value(node, wanted)
        self.bind(target, self.with_draw(value) if wanted else value, node)

    def with_draw(self, value: Value) -> Value:
        """A constant made of numbers that were drawn just now, the draw in its place: ``mask = np.random.rand(3) < p``."""
        last = self.out[-1] if self.out else None
        drawn = isinstance(last, Let) and isinstance(last.value, Call) and last.value.fn.startswith("np.random.")
        if not (drawn and isinstance(value, Call | Var)) or self.flows(value):
            return value
        if last.target in self.locals or list(variables(value)).count(last.target) != 1:
            return value
        self.at = replace(self.at, comments=last.at.comments)
        self.out.pop()
        return substitute(value, {last.target: last.value})

    def is_own_dict(self, target: ast.expr) -> bool:
        """Whether a target is an entry of a dict that the function has made, or, by a text key, of one that it was given."""
        if not (isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name)):
            return False
        held, key = self.env.get(target.value.id), getattr(target.slice, "value", None)
        return isinstance(held, Items) and held.kind == "dict" or isinstance(held, Slots) and isinstance(key, str)

    def loaded(self, target: ast.expr) -> Value:
        """What a target that was just assigned holds (for ``a = b = e``)."""
        if isinstance(target, (ast.Tuple, ast.List)):
            return Items("tuple", tuple(self.loaded(e) for e in target.elts))
        return self.env[target.id]

    def bind(self, target: ast.expr, value: Value, node: ast.expr | None = None) -> None:
        match target:
            case ast.Name(id=name):
                self.env[name] = self.named(name, value)
            case ast.Subscript() if self.arrays:
                self.store(target, "=", lambda: value, self.current)
            case ast.Tuple(elts=elts) | ast.List(elts=elts):
                self.unpack(target, elts, value, node)
            case _:
                self.fail(
                    "GG114",
                    f"cannot differentiate a store into `{ast.unparse(target)}` yet",
                    target,
                    help=f"give the new value a name of its own: {self.new_name(target)} = ...",
                )

    def new_name(self, target: ast.expr) -> str:
        return (target.value.id if isinstance(getattr(target, "value", None), ast.Name) else "value") + "_new"

    def named(self, name: str, value: Value) -> Value:
        """The value under a new version of the user's variable."""
        if isinstance(value, Items):
            parts = tuple(
                (v if not self.is_number(v) or is_atom(v) else self.let(self.names.fresh(f"{name}{i}"), v))
                for i, v in enumerate(value.values)
            )
            return replace(value, values=parts)
        if self.arrays and isinstance(value, Slots) and value.path and self.is_fresh_entry(name, value):
            return self.entry_by_name(name, value)
        if isinstance(value, Slots) and (
            name not in self.containers if value.path else value.param not in self.containers
        ):
            value = self.read_slot(value, self.node)
        if isinstance(value, (Slots, Mixed)):
            return value
        if isinstance(value, Var) and value.name in self.landed:
            self.landed.discard(value.name)  # a call has put its result under this name already
            return value
        return self.let(self.version(name), value)

    def unpack(self, target: ast.expr, elts: list[ast.expr], value: Value, node: ast.expr | None) -> None:
        if star := next((e for e in elts if isinstance(e, ast.Starred)), None):
            self.fail("GG111", "cannot differentiate a starred target yet", star, help="name every entry")
        if isinstance(value, Call) and value.fn in (".shape", "np.shape"):
            self.unpack_shape(elts, value)
            return
        if self.arrays and (self.is_number(value) or isinstance(value, Slots) and value.name in self.array_names):
            if all(isinstance(e, ast.Name) for e in elts):
                self.unpack_array(elts, self.as_number(value, node or target))
                return
        if isinstance(value, Slots):
            self.unpack_parameter(target, value)
            return
        if not isinstance(value, Items) or value.kind == "dict":
            self.fail(
                "GG111",
                "cannot tell how many values this unpacks",
                node or target,
                help="unpack a tuple whose length stands in the code",
            )
        if len(value.values) != len(elts):
            self.fail(
                "GG111",
                f"unpacks {len(value.values)} values into {len(elts)} names",
                target,
                help="name every value, and no more",
            )
        for element, part in zip(elts, value.values, strict=True):
            self.bind(element, part)

    def is_fresh_entry(self, name: str, value: Slots) -> bool:
        """Whether an entry of a parameter is read for the first time, to go by a name from here on."""
        known = self.kinds.get(value.name, "number") == "number" and value.path not in self.slots.get(value.param, {})
        return (
            known
            and name not in self.versions
            and not self.branch_depth
            and all(isinstance(k, str) for k in value.path)
        )

    def entry_by_name(self, name: str, value: Slots) -> Var:
        """``W1 = params["W1"]``: the entry goes by the name from here on."""
        var = self.read_slot(value, self.node)
        source: Expr = Var(value.param)
        for key in value.path:
            source = Call("index", (source, Const(repr(key).replace("'", '"'))))
        self.emit(Keep("unpack", (var, source), self.take_origin()))
        self.unpacked[var.name] = name
        self.versions[name] = 1
        return var

    def unpack_shape(self, elts: list[ast.expr], shape: Call) -> None:
        """``N, D = x.shape``: printed as it stands; each name is a size."""
        if not all(isinstance(e, ast.Name) for e in elts):
            self.fail("GG111", "a shape is unpacked into names", elts[0], help="name every size: N, D = x.shape")
        names = [self.version(e.id) for e in elts]
        pattern = Call("tuple", tuple(Var(n) for n in names))
        self.emit(Keep("unpack", (pattern, shape), self.take_origin()))
        for position, (element, name) in enumerate(zip(elts, names, strict=True)):
            self.emit(Let(name, Call("[]", (shape, Const(repr(position)))), Origin(line=SILENT)))
            self.env[element.id] = Var(name)

    def unpack_array(self, elts: list[ast.expr], value: Expr) -> None:
        """``x, y = state``: printed as it stands; each name is an entry along the first axis."""
        whole = self.atom(value)
        names = [self.version(e.id) for e in elts]
        self.emit(Keep("unpack", (Call("tuple", tuple(Var(n) for n in names)), whole), self.take_origin()))
        for position, (element, name) in enumerate(zip(elts, names, strict=True)):
            entry = Call("[]", (whole, Const(repr(position))))
            self.emit(Let(name, entry, Origin(line=SILENT)))
            self.mark(name, entry)
            self.env[element.id] = Var(name)

    def unpack_parameter(self, target: ast.expr, slots: Slots) -> None:
        """``a, b = w``: the entries of the parameter go by the names ``a``, ``b`` from here on."""
        self.claim(slots, "list", target)
        copies: list[Let] = []
        pattern = self.slot_pattern(target, slots, copies)
        self.emit(Keep("unpack", (pattern, Var(slots.name)), self.take_origin()))
        for copy in copies:
            self.emit(copy)

    def slot_pattern(self, target: ast.expr, slots: Slots, copies: list[Let]) -> Expr:
        if isinstance(target, (ast.Tuple, ast.List)):
            parts = [
                self.slot_pattern(e, replace(slots, path=(*slots.path, i)), copies) for i, e in enumerate(target.elts)
            ]
            return Call("tuple", tuple(parts))
        if not isinstance(target, ast.Name):
            self.fail("GG114", f"cannot differentiate a store into `{ast.unparse(target)}` yet", target)
        fresh = (
            slots.path not in self.slots.get(slots.param, {})
            and target.id not in self.versions
            and not self.branch_depth
        )
        value = self.read_slot(slots, target)
        if fresh:
            self.unpacked[value.name] = target.id
            self.versions[target.id] = 1
            self.env[target.id] = value
            return value
        name = self.version(target.id)  # an entry in use, or a name: a version of its own, printed by the unpacking
        copies.append(Let(name, value, Origin(line=SILENT)))
        self.mark(name, value)
        self.env[target.id] = Var(name)
        return Var(name)

    def augment(self, node: ast.AugAssign, target: ast.expr, op: ast.operator, value: ast.expr) -> None:
        sign = f"{BINARY[type(op)] if not isinstance(op, ast.Sub) else '-'}="
        if self.arrays and isinstance(target, ast.Subscript):
            self.store(target, sign, lambda: self.value(value), node)
            return
        if not isinstance(target, ast.Name):
            self.bind(target, Const("0"))
        if self.arrays and (slot := self.viewed(target.id, node)):
            base, view = slot
            self.store_into(base, lambda: view.args[1:], sign, lambda: self.number(value), node, target)
            return
        held = self.env.get(target.id)
        shared = self.augmented_in_place(target, node) if self.arrays else None
        self.at = replace(self.at, augmented=True)
        load = ast.copy_location(ast.Name(target.id, ast.Load()), target)
        self.assign(target, ast.copy_location(ast.BinOp(load, op, value), node))
        if shared is not None and isinstance(
            new := self.env[target.id], Var
        ):  # written in place: the same memory as before
            self.rebind(target.id, shared, self.as_number(held, node), new)

    def augmented_in_place(self, target: ast.Name, node: ast.AugAssign) -> list[str] | None:
        """``h += x`` writes into an array, and gives a number a new value: the other names that see an array's change; None for a number."""
        held = self.env.get(target.id)
        shape = self.shape_so_far(held)
        if shape == () or not self.is_number(held) and not isinstance(held, Slots):
            return None
        if (
            shape is None
            and any(self.is_read_after(other, node) for other in self.sharing(target.id))
            and self.is_number(held)
        ):
            self.emit(
                Keep("assert", (Call(">", (Call("np.ndim", (held,)), Const("0"))),))
            )  # a number would get a new value instead
        return self.check_write(target.id, node)

    # -- branches -----------------------------------------------------------------------------------------------------

    def branch(self, node: ast.If, body: Sequence[ast.stmt], orelse: Sequence[ast.stmt]) -> bool:
        origin = self.take_origin()
        test = self.test(node.test)
        then, env_then, then_exits = self.captured(lambda: self.block(body))
        other, env_other, other_exits = self.captured(lambda: self.block(orelse))
        joins = self.join(env_then, then, env_other, other, then_exits, other_exits)
        self.emit(If(test, tuple(then), tuple(other), tuple(joins), origin))
        return then_exits and other_exits

    def branch_that_returns(self, node: ast.If, rest: Sequence[ast.stmt]) -> bool:
        """An ``if`` with a return inside: what follows it belongs to the paths that did not return."""
        self.at = Origin(line=node.lineno, comments=comments_of(self.source, node))
        if always_exits(node.body):
            return self.branch(node, node.body, [*node.orelse, *rest])
        if always_exits(node.orelse):
            return self.branch(node, [*node.body, *rest], node.orelse)
        if not rest:
            return self.branch(node, node.body, node.orelse)
        return self.branch_that_may_return(node, rest)

    def branch_that_may_return(self, node: ast.If, rest: Sequence[ast.stmt]) -> bool:
        """Some path inside returns and some does not: a flag remembers which."""
        outermost = DONE not in self.env
        if outermost:
            self.flag = self.flag or self.names.fresh("done")
            self.env[DONE] = self.let(self.version(self.flag), Const("False"))
        if self.branch(node, node.body, node.orelse):
            return True
        flag = self.env[DONE]
        if outermost:
            del self.env[DONE]
        then, env_then, then_exits = self.captured(lambda: self.not_returned(rest))
        other, env_other, _ = self.captured(lambda: True)
        joins = self.join(env_then, then, env_other, other, False, False)
        self.emit(If(Call("not", (flag,)), tuple(then), tuple(other), tuple(joins)))
        return then_exits

    def not_returned(self, rest: Sequence[ast.stmt]) -> bool:
        """Stage what follows on the paths that have returned nothing yet."""
        self.env.pop(RETURN, None)
        return self.block(rest)

    def captured(
        self, work: Callable[[], bool], given: Sequence[Let] = ()
    ) -> tuple[list[Stmt], dict[str, Value], bool]:
        """Do some staging aside: the statements it made, the names as it left them, and its answer.

        ``given`` says what stands for values that no statement makes.
        """
        env, out, stage_of, above = dict(self.env), self.out, dict(self.stage_of), self.above
        self.above, self.out = [*above, *out, *given], []
        self.branch_depth += 1
        answer = work()
        self.branch_depth -= 1
        made, after = self.out, self.env
        self.env, self.out, self.stage_of, self.above = env, out, stage_of, above
        return made, after, answer

    def join(
        self, env_then, then: list[Stmt], env_other, other: list[Stmt], then_exits: bool, other_exits: bool
    ) -> list[Join]:
        """Merge the names that two paths left; an exit's only trace is what it returned."""
        joins: list[Join] = []
        for name in dict.fromkeys([*env_then, *env_other]):
            a, b = env_then.get(name), env_other.get(name)
            if '["' in name and not (then_exits or other_exits) and a != b:  # an entry of the caller's dict
                self.env[name] = Mixed(f"`{name}` is another value on one path")
                continue
            if name not in (RETURN, DONE) and (then_exits or other_exits):
                if then_exits and other_exits or (b if then_exits else a) in (None, self.env.get(name)):
                    continue
                a, b = (None, b) if then_exits else (a, None)
            self.env[name] = self.merge(name, a, then, b, other, joins)
            if self.env[name] is None:
                del self.env[name]
        return joins

    def merge(
        self, name: str, a: Value | None, then: list[Stmt], b: Value | None, other: list[Stmt], joins: list[Join]
    ) -> Value | None:
        if a == b:
            return a
        a, b = (
            (
                self.read_slot(v, self.node)
                if isinstance(v, Slots) and self.kinds.get(v.name, "number") == "number"
                else v
            )
            for v in (a, b)
        )
        if (
            isinstance(a, Items)
            and isinstance(b, Items)
            and (a.kind, len(a.values), a.keys) == (b.kind, len(b.values), b.keys)
        ):
            pairs = zip(a.values, b.values, strict=True)
            return replace(
                a, values=tuple(self.merge(f"{name}{i}", p, then, q, other, joins) for i, (p, q) in enumerate(pairs))
            )
        if isinstance(a or b, Items) and (a is None or b is None):
            whole = a or b
            return replace(
                whole,
                values=tuple(
                    self.merge(f"{name}{i}", a and v, then, b and v, other, joins) for i, v in enumerate(whole.values)
                ),
            )
        if all(isinstance(v, (Items, Filled)) or self.is_none(v) for v in (a, b)) and not (
            self.is_none(a) and self.is_none(b)
        ):
            return self.handed_along(name, a, then, b, other, joins)
        if any(isinstance(v, (Items, Slots, Mixed, Filled)) for v in (a, b)):
            return Mixed(f"`{name}` is a container on one path only")
        target = self.joined_name(name)
        arms = self.arm_name(target, a, then), self.arm_name(target, b, other)
        joins.append(Join(target, *arms))
        self.mark(target, Call("tuple", tuple(Var(arm) for arm in arms if arm)))
        return Var(target)

    def is_none(self, value: Value | None) -> bool:
        """Whether a value is None for certain."""
        return value == Const("None") or isinstance(value, Var) and value.name in self.nones

    def handed_along(
        self, name: str, a: Value, then: list[Stmt], b: Value, other: list[Stmt], joins: list[Join]
    ) -> Filled:
        """A container on one path and None, or another one, on the other: it can be handed along as it is."""
        arms = []
        for value, arm in ((a, then), (b, other)):
            made = self.written(value, self.node)
            if isinstance(made, Var) and made.name.partition("#")[0] == name:
                arms.append(made.name)
                continue
            arms.append(self.version(name))
            arm.append(Let(arms[-1], made))
        target = self.version(name)
        joins.append(Join(target, *arms))
        return Filled(target)

    def joined_name(self, name: str) -> str:
        if name == DONE:
            return self.version(self.flag)
        return self.version(self.result_base + name[len(RETURN) :] if name.startswith(RETURN) else name)

    def arm_name(self, target: str, value: Value | None, arm: list[Stmt]) -> str | None:
        """The version that one arm hands to a join; a bare constant gets a line of its own there."""
        if value is None or isinstance(value, Var) and (value.name.partition("#")[0] == target.partition("#")[0]):
            return value.name if value is not None else None
        version = self.version(target.partition("#")[0])
        self.handed.add(version)
        if isinstance(value, Var) and self.rename_last(arm, value.name, version):
            return version
        arm.append(Let(version, value))
        self.mark(version, value)
        return version

    def rename_last(self, arm: list[Stmt], old: str, new: str) -> bool:
        """Let the stage that an arm made last carry the join's name, if its own was made up."""
        if arm and isinstance(arm[-1], Let) and arm[-1].target == old and old in self.made_up:
            arm[-1] = replace(arm[-1], target=new)
            self.mark(new, Var(old))
            return True
        return False

    # -- stages -------------------------------------------------------------------------------------------------------

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


def rebuilt(expr: Expr, parts: dict[int, Expr]) -> Expr:
    """The expression with some sub-expressions (by identity) replaced."""
    if id(expr) in parts:
        return parts[id(expr)]
    if isinstance(expr, Call) and expr.args:
        return Call(expr.fn, tuple(rebuilt(a, parts) for a in expr.args), expr.attrs)
    return expr


def target_names(target: ast.expr) -> tuple[str, ...]:
    """The names that a flat target binds; empty for anything else."""
    if isinstance(target, ast.Name):
        return (target.id,)
    if isinstance(target, (ast.Tuple, ast.List)) and all(isinstance(e, ast.Name) for e in target.elts):
        return tuple(e.id for e in target.elts)
    return ()


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

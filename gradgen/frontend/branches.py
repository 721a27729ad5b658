"""Branches: both arms staged, and what they give joined."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import replace

from gradgen.frontend.comments import comments_of
from gradgen.frontend.exits import always_exits
from gradgen.frontend.values import Filled, Items, Mixed, Slots, Value
from gradgen.ir.nodes import Call, Const, If, Join, Let, Origin, Stmt, Var

RETURN, DONE = ("return", "return?")  # what a path returned, and whether it has: no identifier is spelled so


class Branches:
    """The part of the stager that stages both arms of a branch, and joins what they give."""

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

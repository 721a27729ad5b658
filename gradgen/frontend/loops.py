"""Loops: what a trip hands to the next one is a value of its own, made anew at the head of every trip."""

from __future__ import annotations

import ast
from copy import copy

from gradgen.frontend.lists import Lists, filled
from gradgen.frontend.liveness import is_live_before, is_live_behind
from gradgen.frontend.values import Grown, Items, Mixed, Slots, Value
from gradgen.frontend.walks import assigned, by_index, is_load, may_end_early, over_named, stored_into, with_iterable
from gradgen.ir.names import Names
from gradgen.ir.nodes import Call, Carry, Const, For, Let, Origin, Stmt, Var

UNROLL = "write the few steps out, one line each"
MAYBE = "gets its value in a loop, which may make no trip"


class Loops(Lists):
    """The part of a stager that stages loops."""

    def loop(self, node: ast.For | ast.While) -> None:
        """``for i in range(...)``, or a ``while``: the body is staged once, on the values at the head of a trip."""
        origin, own = self.take_origin(), node
        if isinstance(node, ast.While):
            variable, over = self.names.fresh("k"), Call("while", ())
        else:
            node, over = self.counted(node)
            variable = node.target.id
        count = self.version(self.names.fresh("n_iter")) if may_end_early(node) else ""
        for name in filled(node):
            if isinstance(held := self.env.get(name), Items) and held.kind == "list":
                self.fill(name)
        grown = [g for g in filled(node) if g in self.grown]
        lasts = {self.grown[g].last for g in grown} | {self.lasts[g] for g in filled(node) if g in self.lasts}
        changed = assigned(node) | {*grown} | lasts
        if variable in changed:
            help = f"give it another name there: {variable}_new = ..."
            self.fail("GG101", f"the loop over `{variable}` gives `{variable}` another value inside", node, help=help)
        for name in (changed - lasts) & {*self.env}:
            if not is_live_before(name, self.node.body, own):
                self.env[name] = Mixed(f"`{name}` {MAYBE}")
        names = [n for n in self.env if n in changed and not isinstance(self.env[n], Mixed)]
        starts = {name: self.start_of(name, node) for name in names}
        starts |= {name: self.nothing_yet(name) for name in lasts - {*names}}
        starts |= {name: self.nothing_yet(name) for name in self.left(own, (changed | {variable}) - {*starts})}
        names = list(starts)
        before = {key: copy(value) for key, value in self.__dict__.items() if isinstance(value, (dict, set, list))}
        taken = set(self.names.taken)
        flowing: set[str] = {n for n in names if self.is_active(starts[n])}
        while True:  # until a derivative reaches no further name by way of the trip before
            made, carries, index = self.trip(node, variable, over, names, starts, flowing)
            more = {c.name.partition("#")[0] for c in carries if self.is_active(c.step)} - flowing
            if not more:
                break
            flowing |= more
            self.__dict__.update({key: copy(value) for key, value in before.items()})
            self.names = Names(set(taken))
        self.emit(For(index, over, tuple(made), tuple(carries), origin, count))
        if count:
            self.mark(count, Const("0"))
            self.literals.pop(count, None)

    def counted(self, node: ast.For) -> tuple[ast.For, Call]:
        """A loop over a range, or numbers, under a name of its own, and what it runs over."""
        if walked := self.is_plain(node.iter) and by_index(self.over_names(node), self.names):
            node = walked
        if (
            isinstance(node.target, ast.Name)
            and node.target.id == "_"
            and not any(is_load(n, "_") for n in ast.walk(node))
        ):
            node = over_named(node, self.names.fresh("i"))  # the backward reads by it
        if not isinstance(node.target, ast.Name):
            self.fail(
                "GG101",
                "cannot differentiate a loop over several names yet",
                node.target,
                help="loop over range(len(...))",
            )
        return node, self.trips(node.iter)

    def over_names(self, node: ast.For) -> ast.For:
        """The loop with names for the parts of arrays that it walks: ``for a, b in zip(x[:-1], x[1:])``."""
        match node.iter:
            case ast.Subscript() | ast.Attribute(attr="T"):
                return with_iterable(node, self.part_by_name(node.iter))
            case ast.Call(func=func, args=args, keywords=[]) if ast.unparse(func) in ("zip", "enumerate", "reversed"):
                args = [self.part_by_name(a) if isinstance(a, (ast.Subscript, ast.Attribute)) else a for a in args]
                return with_iterable(node, ast.copy_location(ast.Call(func, args, []), node.iter))
        return node

    def part_by_name(self, part: ast.expr) -> ast.expr:
        """A name for a part of an array, which a line of its own gives it; anything else as it is."""
        whole = stored_into(part.value if isinstance(part, ast.Attribute) else part)
        is_part = isinstance(part, ast.Attribute) or self.is_array_subscript(part)
        if not isinstance(whole, ast.Name) or not is_part or whole.id in self.grown:
            return part
        name = ast.copy_location(ast.Name(self.names.fresh(f"{whole.id}_part"), ast.Store()), part)
        self.assign(name, part)
        return ast.copy_location(ast.Name(name.id, ast.Load()), part)

    def is_plain(self, node: ast.expr) -> bool:
        """Whether `enumerate` and `zip` mean Python's own, and no function of the file."""
        return not isinstance(node, ast.Call) or self.resolve(node.func)[0] in ("builtin", "unknown")

    def trips(self, node: ast.expr) -> Call:
        """What a loop runs over: a range, either way round, or a few different numbers."""
        match node:
            case ast.Call(func=func, args=args, keywords=[]) if self.resolve(func) == ("builtin", "range"):
                return Call("range", tuple(self.number(a) for a in args))
            case ast.Call(func=ast.Name(id="reversed") as func, args=[inner], keywords=[]) if self.is_plain(node):
                return Call("reversed", (self.trips(inner),))
            case ast.Tuple(elts=elts) | ast.List(elts=elts) if elts:
                numbers = [self.value(e) for e in elts]
                values = [self.literal(n) if self.is_number(n) else None for n in numbers]
                if all(type(v) in (int, float) for v in values) and len(set(values)) == len(values):
                    return Call("tuple" if isinstance(node, ast.Tuple) else "list", tuple(numbers))
        self.fail(
            "GG101",
            "cannot differentiate a loop over this yet",
            node,
            help="loop over range(n), an array, or different numbers: for k in (1, 2, 3)",
        )

    def left(self, node: ast.For | ast.While, names: set[str]) -> list[str]:
        """The names among those that a loop gives their first value, and that are read below it."""
        stored = [
            n.id
            for s in (*([node.target] if isinstance(node, ast.For) else []), *node.body)
            for n in ast.walk(s)
            if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
        ]
        return [n for n in dict.fromkeys(stored) if n in names and is_live_behind(n, self.node.body, node)]

    def nothing_yet(self, name: str) -> str:
        """The version of a variable before the loop that gives it its first value: None, which no arithmetic takes."""
        start = self.version(name)
        self.emit(Let(start, Const("None"), Origin(line=self.at.line)))
        self.handed.add(start)
        return start

    def start_of(self, name: str, node: ast.For) -> str:
        """The version of a variable that enters a loop."""
        value = self.env[name]
        if isinstance(value, Slots) and not value.path:
            value = self.read_slot(value, node)
        if not self.is_number(value):
            self.fail(
                "GG101",
                f"cannot differentiate a loop that changes `{name}`, which is no number, yet",
                node,
                help=UNROLL,
            )
        return value.name if isinstance(value, Var) else self.let(self.version(name), value).name

    def trip(self, node: ast.For | ast.While, variable: str, over: Call, names, starts, flowing):
        """One trip staged: its statements, what it hands on, and the loop variable."""
        heads = {name: self.version(name) for name in names}
        for name, head in heads.items():
            self.mark(head, Call("tuple", (Var(starts[name]),)))
            self.active.discard(head)
            if name in flowing:
                self.active.add(head)
        index = self.version(variable)
        outside = dict(self.env)
        self.env |= {name: Var(head) for name, head in heads.items()} | {variable: Var(index)}
        around, self.outer_roots = self.outer_roots, {
            root for value in self.env.values() for region in self._regions(value) for root in region.roots
        }
        given = [Let(index, Const("0")), *(Let(head, Var(starts[name])) for name, head in heads.items())]
        lists = {n: self.grown[n] for n in filled(node) if n in self.grown}
        self.grown |= {n: self.growing(g, over, index) for n, g in lists.items()}
        made, after, _ = self.captured(lambda: self.one_trip(node), given)
        self.outer_roots = around
        if often := next((n for n in lists if self.grown[n].added != 1), ""):
            help = "append once in every trip, or store into an array"
            self.fail("GG111", f"a trip does not append to `{often}` just once", node, help=help)
        self.grown |= {n: Grown(None, g.last) for n, g in lists.items()}
        carries = []
        for name, head in list(heads.items()):
            if starts[name] in self.handed and not self.is_number(after.get(name)):
                del heads[name]  # a container that only this loop knows
                continue
            step = self.handed_on(name, head, after.get(name), made, node)
            carries.append(Carry(head, starts[name], step))
        if moved := next(
            (
                n
                for n, v in outside.items()
                if n not in (*heads, variable) and after.get(n) != v and not isinstance(v, Mixed)
            ),
            "",
        ):
            self.fail(
                "GG114",
                f"`{moved}` may share its storage with an array that this loop writes into",
                node,
                help=f"take a copy where it is made: {moved} = ....copy()",
            )
        self.env = outside | {name: Var(head) for name, head in heads.items()}
        own = [n for n in after if n not in outside or isinstance(outside[n], Mixed)]
        self.env |= {n: Mixed(f"`{n}` {MAYBE}") for n in (*own, variable) if n not in heads}
        return made, carries, index

    def one_trip(self, node: ast.For | ast.While) -> bool:
        """The statements of a trip; the condition of a ``while`` is looked at first."""
        if isinstance(node, ast.While):
            self.at = Origin()
            self.keep("while", [self.test(node.test)])
            if len(self.out) > 1:
                whole = ast.unparse(node.test)
                self.fail(
                    "GG102",
                    "the condition of this `while` needs stages of its own",
                    node.test,
                    help=f"leave from inside: while True: ... if not ({whole}): break",
                )
        return self.block(node.body)

    def handed_on(self, name: str, head: str, value: Value | None, made: list[Stmt], node: ast.For) -> str:
        """The version of a variable that a trip ends with."""
        if isinstance(value, Var) and value.name.partition("#")[0] == name:
            return value.name
        if value is None or isinstance(value, Items) or not self.is_number(value):
            self.fail("GG101", f"`{name}` is no number at the end of every trip", node, help=UNROLL)
        step = self.version(name)
        self.handed.add(step)
        made.append(Let(step, value, Origin()))
        self.mark(step, value)
        return step

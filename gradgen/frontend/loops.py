"""Loops: what a trip hands to the next one is a value of its own, made anew at the head of every trip."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import replace

from gradgen.frontend.liveness import is_live_before, is_live_behind
from gradgen.frontend.values import Filled, Grown, Items, Mixed, Slots, Value, total
from gradgen.ir.nodes import Call, Carry, Const, Expr, For, Let, Origin, Record, Stmt, Store, Var
from gradgen.ir.names import Names

UNROLL = "write the few steps out, one line each"
MAYBE = "gets its value in a loop, which may make no trip"


OF_LISTS = (
    "np.array",
    "np.asarray",
    "np.stack",
    "np.sum",
    "np.mean",
    "len",
    "sum",
)  # their gradients do not compute with the list


class Loops:
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
        if isinstance(node.target, ast.Name) and node.target.id == "_":
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

    def fill(self, name: str) -> None:
        """A list or dict of the function's own, from here on one that a loop fills."""
        whole, listed = self.env[name], self.version(name)
        numbers = (
            whole.kind == "list"
            and self.arrays
            and self.is_computed_with(name)
            and not any(isinstance(v, Items) for v in whole.values)
        )
        parts = tuple(self.atom(self.as_number(v, self.node)) for v in whole.values) if numbers else ()
        entries = Call("list", parts) if numbers else self.written(whole, self.node)
        self.emit(Let(listed, entries, Origin(line=self.at.line)))
        self.env[name] = Var(listed) if numbers else Filled(listed)
        if numbers:
            self.mark(listed, entries)
            for part in parts:  # a list holds its entries' own memory
                region = self.regions[listed]
                self.regions[listed] = self.either(region, self.region_of(part, listed), listed)
            last = self.appended_name(name) or self.names.fresh(one_of(name))
            self.grown[name] = Grown(Const(repr(len(parts))), last)
            if parts:
                self.env[last] = parts[-1]
        elif whole.kind == "list" and self.reads_last(name) and all(not isinstance(v, Items) for v in whole.values):
            self.lasts[name] = self.appended_name(name) or self.names.fresh(one_of(name))
            if whole.values:
                self.env[self.lasts[name]] = self.atom(self.as_number(whole.values[-1], self.node))

    def reads_last(self, name: str) -> bool:
        """Whether the function reads ``hs[-1]`` of a list."""
        above = [self.parents[id(n)] for n in ast.walk(self.node) if is_load(n, name)]
        return any(isinstance(a, ast.Subscript) and ast.unparse(a.slice) == "-1" for a in above)

    def appended_name(self, name: str) -> str:
        """The variable that is appended to a list, if it is the last entry at all times: bound in the loop only, and nobody looks
        at the list before it is appended; "" for none."""
        stores = [n for n in ast.walk(self.node) if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)]
        calls = [n for n in ast.walk(self.node) if isinstance(n, ast.Call) and appended(n) == name]
        if len(calls) != 1 or not isinstance(value := calls[0].args[0], ast.Name) or value.id in self.env:
            return ""
        own = [n for n in stores if n.id == value.id]
        if len(own) != 1:
            return ""
        bound: ast.AST = own[0]
        while not isinstance(bound, ast.stmt):
            bound = self.parents[id(bound)]
        end, append = (bound.end_lineno, bound.end_col_offset), (calls[0].lineno, calls[0].col_offset)
        reads = [(n.lineno, n.col_offset) for n in ast.walk(self.node) if is_load(n, name)]
        return value.id if end < append and not any(end < read < append for read in reads) else ""

    def is_computed_with(self, name: str) -> bool:
        """Whether the function does more with a list than to append to it and to hand it along."""
        handed = (ast.Tuple, ast.List, ast.Dict, ast.Return)
        above = [self.parents[id(n)] for n in ast.walk(self.node) if is_load(n, name)]
        return any(not isinstance(a, handed) and getattr(a, "attr", "") != "append" for a in above)

    def grow(self, name: str, node: ast.expr, call: ast.Call) -> None:
        """``hs.append(h)`` for a list that is computed with: a store into the next place."""
        held, place = self.grown[name], self.grown[name].place()
        if place is None or self.branch_depth != held.depth:
            help = (
                f"append once in every trip of one loop over range(n), or make {name} an array: {name} = np.zeros(...)"
            )
            self.fail("GG111", f"cannot tell which entry of `{name}` this will be", call, help=help)
        value = self.number(node)
        entry = value if isinstance(value, Var) else self.let(self.version(held.last), value)
        roots = self.region_of(entry, entry.name).roots
        if held.index and roots & self.outer_roots and roots & self.written_roots() and self.shape_so_far(entry) != ():
            help = f"append a copy: {name}.append({ast.unparse(node)}.copy())"
            self.fail("GG114", f"every trip appends one and the same array to `{name}`", call, help=help)
        base, version = self.env[name], self.version(name)
        self.emit(Store(version, base.name, (place,), "append", entry, self.take_origin()))
        if self.is_active(base.name) or self.flows(entry):
            self.active.add(version)
        self.regions[version] = self.either(self.region_of(base, version), self.region_of(entry, version), version)
        self.env |= {name: Var(version), held.last: entry}
        grown = replace(held, added=held.added + 1) if held.index else replace(held, count=total(place, Const("1")))
        self.grown[name] = grown

    def written_roots(self) -> set[str]:
        """The memory of the names through which the function writes in place."""
        found: set[str] = set()
        for n in ast.walk(self.node):
            target = n.target if isinstance(n, ast.AugAssign) else n if isinstance(n, ast.Subscript) else None
            while isinstance(target, ast.Subscript) and (target is not n or isinstance(target.ctx, ast.Store)):
                target = target.value
            if isinstance(target, ast.Name):
                found |= {root for region in self._regions(self.env.get(target.id)) for root in region.roots}
        return found

    def entry_of(self, name: str, node: ast.Subscript) -> Expr:
        """``hs[-1]``, ``hs[t]``, ``hs[1:]`` of a list that is computed with.  The last entry is a value; while the list grows, others
        are counted from the front: from the end it would be another one later."""
        held, (index, *others) = self.grown[name], self.indices(node.slice)
        if isinstance(node.slice, ast.Slice):
            self.check_whole(name, node)
            return Call("[]", (self.as_array(name), index))
        here, back = held.place(), self.literal(index)
        growing = bool(held.index) or self.is_appended_below(name, node)
        if growing and here is not None and type(back) is int and back < 0:
            index = total(here, Const(repr(back)))
        is_last = back == -1 or here is not None and total(index, Const("1")) == here
        if is_last and held.last in self.env:
            return self.env[held.last]
        if others or growing and not self.is_from_the_front(index, held.index):
            help = f"count from the front, by the loop's own variable: {name}[{held.index or 0}]"
            self.fail("GG111", f"cannot tell which entry of `{name}` this is while it grows", node, help=help)
        return Call("[]", (self.env[name], index))

    def whole_list(self, name: str, node: ast.AST) -> Expr:
        """A list that is computed with, read as a whole, once it is complete: the array of its entries, but for a few functions."""
        above = self.check_whole(name, node)
        direct = above is None or self.resolve(above.func)[1] in OF_LISTS
        return self.env[name] if direct else self.as_array(name)

    def as_array(self, name: str) -> Var:
        """The entries of a complete list side by side."""
        whole = Call("np.array", (self.env[name],))
        if whole not in self.stage_of:
            self.stage_of[whole] = self.let(self.names.fresh(f"{name}_array"), whole)
        return self.stage_of[whole]

    def check_whole(self, name: str, node: ast.AST) -> ast.Call | None:
        """The call that a list, or a part of it, is handed to; None where a loop walks it.

        Elsewhere it stays a list: ``2 * hs`` and ``hs + gs`` mean something else than for arrays.
        """
        if self.grown[name].index or self.is_appended_below(name, node):
            help = f"read its entries, or build another list of what is needed: {name}[0]"
            self.fail("GG111", f"`{name}` is read as a whole while it grows", node, help=help)
        above = self.parents.get(id(node))
        if above is not None and not (isinstance(above, ast.Call) and any(node is a for a in above.args)):
            self.fail("GG111", f"`{name}` is a list here", node, help=f"make it an array first: np.array({name})")
        return above

    def is_from_the_front(self, index: Expr, counted: str) -> bool:
        """Whether an index is never negative: a sum of the loop's own variable and of literals."""
        parts = index.args if isinstance(index, Call) and index.fn == "+" else (index,)
        return all(p == Var(counted) or type(self.literal(p)) is int and self.literal(p) >= 0 for p in parts)

    def growing(self, held: Grown, over: Call, index: str) -> Grown:
        """What is known of a list at the head of a trip of a loop that appends to it."""
        first, *last = over.args if over.fn == "range" and len(over.args) < 3 else (None,)
        start = 0 if not last else self.literal(first)
        known = first is not None and held.count is not None and not held.index and type(start) is int
        count = total(held.count, Const(repr(-start))) if known else None
        return replace(held, count=count, index=index, added=0, depth=self.branch_depth + 1)

    def is_appended_to(self, names: set[str]) -> bool:
        """Whether the function appends to a list by one of these names."""
        return any(isinstance(n, ast.Call) and appended(n) in names for n in ast.walk(self.node))

    def is_appended_below(self, name: str, node: ast.AST) -> bool:
        """Whether the text appends to a list further down."""
        below = (n for n in ast.walk(self.node) if isinstance(n, ast.Call) and appended(n) == name)
        return any((n.lineno, n.col_offset) > (node.lineno, node.col_offset) for n in below)

    def append(self, name: str, node: ast.expr, call: ast.Call) -> None:
        """``hs.append(h)``"""
        if name in self.grown:
            self.grow(name, node, call)
            return
        held, value = self.env[name], self.value(node)
        if isinstance(held, Filled):
            if name in self.lasts:
                value = self.as_number(value, node)
                value = value if isinstance(value, Var) else self.let(self.version(self.lasts[name]), value)
                self.env[self.lasts[name]] = value
            self.emit(Record(held.name, (), self.written(value, call), self.take_origin()))
        elif held.kind == "list":
            self.env[name] = Items("list", (*held.values, value if not self.is_number(value) else self.atom(value)))
        else:
            self.fail("GG111", f"`{name}` is a {held.kind}, which has no append", call)

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


def over_named(node: ast.For, name: str) -> ast.For:
    """The loop with a name for its variable."""
    target = ast.copy_location(ast.Name(name, ast.Store()), node.target)
    return ast.copy_location(ast.For(target, node.iter, node.body, node.orelse), node)


def with_iterable(node: ast.For, iterable: ast.expr) -> ast.For:
    """The loop over something else."""
    return ast.copy_location(ast.For(node.target, iterable, node.body, node.orelse), node)


def one_of(name: str) -> str:
    """What an entry of a list is called.

    >>> one_of("hs"), one_of("states"), one_of("entries"), one_of("path")
    ('h', 'state', 'entry', 'path_last')
    """
    if name.endswith("ies") and len(name) > 4:
        return f"{name[:-3]}y"
    return name[:-1] if name.endswith("s") and len(name) > 1 else f"{name}_last"


def may_end_early(node: ast.For | ast.While) -> bool:
    """Whether the number of trips is known only when they are made."""
    return isinstance(node, ast.While) or any(isinstance(n, ast.Break) for n in own_statements(node.body))


def own_statements(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a loop's trips, not those of loops in it."""
    for s in body:
        yield s
        if isinstance(s, ast.If):
            yield from own_statements([*s.body, *s.orelse])


def by_index(node: ast.For, names: Names) -> ast.For | None:
    """A loop over the entries of something as one over their indices; None for a loop over `range`.

    ``for x in xs``, ``for x in reversed(xs)``, ``for i, x in enumerate(xs)``, ``for x, y in zip(xs, ys)``.  None too where the body gives one of these
    names another value: the loop goes on over the old one.
    """
    walked, backwards = node.iter, False
    match node.iter:
        case ast.Call(func=ast.Name(id="reversed"), args=[ast.Name() as whole], keywords=[]):
            walked, backwards = whole, True
    match walked:
        case ast.Name():
            index, firsts, sources = None, [node.target], [walked]
        case ast.Call(func=ast.Name(id="enumerate"), args=[ast.Name() as whole], keywords=[]) if (
            isinstance(node.target, ast.Tuple)
            and len(node.target.elts) == 2
            and isinstance(node.target.elts[0], ast.Name)
        ):
            index, firsts, sources = node.target.elts[0], [node.target.elts[1]], [whole]
        case ast.Call(func=ast.Name(id="zip"), args=[ast.Name(), *others] as sources, keywords=[]) if (
            isinstance(node.target, ast.Tuple)
            and len(node.target.elts) == len(sources)
            and all(isinstance(o, ast.Name) for o in others)
        ):
            index, firsts = None, node.target.elts
        case _:
            return None
    if {s.id for s in sources} & assigned(node):
        return None
    name = index.id if isinstance(index, ast.Name) else names.fresh("i")
    lengths = [f"len({s.id})" for s in sources]
    over = f"range({lengths[0]})" if len(lengths) == 1 else f"range(min({', '.join(lengths)}))"
    over = f"reversed({over})" if backwards else over
    lines = [f"{ast.unparse(t)} = {s.id}[{name}]" for t, s in zip(firsts, sources, strict=True)]
    made = ast.parse(f"for {name} in {over}:\n" + "".join(f"    {line}\n" for line in lines)).body[0]
    for inner in ast.walk(made):
        ast.copy_location(inner, node.iter)
    ast.copy_location(made, node)
    made.body += node.body
    return made


def appended(node: ast.expr) -> str:
    """The name of the list that a call appends one value to; "" for another call."""
    match node:
        case ast.Call(
            func=ast.Attribute(value=ast.Name(id=name), attr="append"), args=[arg], keywords=[]
        ) if not isinstance(arg, ast.Starred):
            return name
    return ""


def is_load(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load)


def filled(node: ast.For | ast.While) -> list[str]:
    """The lists that a loop appends to."""
    return [name for n in ast.walk(node) if isinstance(n, ast.Call) and (name := appended(n))]


def counts(node: ast.FunctionDef) -> set[str]:
    """The names that say how many trips a loop makes: in the arguments of `range`, or in what these were made of."""
    ranges = [
        n for n in ast.walk(node) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id == "range"
    ]
    found: set[str] = set()
    new = {name for call in ranges for arg in call.args for name in whole_numbers(arg)}
    while new:
        found |= new
        made = [
            n.value
            for n in ast.walk(node)
            if isinstance(n, ast.Assign) and {t.id for t in n.targets if isinstance(t, ast.Name)} & new
        ]
        new = {name for value in made for name in whole_numbers(value)} - found
    return found


def whole_numbers(node: ast.expr) -> set[str]:
    """The names that an expression of whole numbers is made of; those of arrays, whose sizes it asks for, are not."""
    match node:
        case ast.Name(id=name):
            return {name}
        case ast.BinOp(left=left, right=right):
            return whole_numbers(left) | whole_numbers(right)
        case ast.UnaryOp(operand=operand):
            return whole_numbers(operand)
        case ast.Call(func=ast.Name(id="int" | "min" | "max"), args=args):
            return {name for a in args for name in whole_numbers(a)}
    return set()


def assigned(node: ast.For | ast.While) -> set[str]:
    """The names that a loop's body binds, or stores entries of."""
    inside = [n for s in node.body for n in ast.walk(s)]
    named = {n.id for n in inside if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    stored = [n for n in inside if isinstance(n, ast.Subscript) and isinstance(n.ctx, ast.Store)]
    return named | {root.id for n in stored if isinstance(root := stored_into(n), ast.Name)}


def stored_into(target: ast.expr) -> ast.expr:
    """What a store into ``a[i][j]`` changes."""
    while isinstance(target, ast.Subscript):
        target = target.value
    return target

"""Loops: what a trip hands to the next one is a value of its own, made anew at the head of every trip."""

from __future__ import annotations

import ast
from copy import copy

from gradgen.errors import Diagnostic
from gradgen.frontend.values import Filled, Items, Mixed, Slots, Value
from gradgen.ir.nodes import Call, Carry, Const, For, Let, Origin, Record, Stmt, Var
from gradgen.ir.names import Names
from gradgen.source import SourceText

UNROLL = "write the few steps out, one line each"


def loop_problem(node: ast.For, source: SourceText) -> Diagnostic | None:
    """What keeps a loop from being differentiated, as far as its form tells."""
    if node.orelse:
        return Diagnostic(
            "GG101",
            "cannot differentiate the `else` of a loop yet",
            source.place(node.orelse[0]),
            help="put it after the loop",
        )
    for inner in ast.walk(node):
        if isinstance(inner, ast.Return):
            return Diagnostic(
                "GG101",
                "cannot differentiate a `return` inside a loop yet",
                source.place(inner),
                help="return after the loop",
            )
    return None


class Loops:
    """The part of a stager that stages loops."""

    def loop(self, node: ast.For) -> None:
        """``for i in range(...)``: the body is staged once, on the values at the head of a trip."""
        if problem := loop_problem(node, self.source):
            self.fail(problem.code, problem.message, node, help=problem.help)
        if walked := self.is_plain(node.iter) and by_index(node, self.names):
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
        origin, over = self.take_origin(), self.trips(node.iter)
        for name in filled(node):
            if isinstance(self.env.get(name), Items):
                self.fill(name)
        changed = assigned(node)
        if node.target.id in changed:
            help = f"give it another name there: {node.target.id}_new = ..."
            self.fail(
                "GG101",
                f"the loop over `{node.target.id}` gives `{node.target.id}` another value inside",
                node,
                help=help,
            )
        names = [n for n in self.env if n in changed and not isinstance(self.env[n], Mixed)]
        starts = {name: self.start_of(name, node) for name in names}
        starts |= {name: self.nothing_yet(name) for name in self.left(node, (changed | {node.target.id}) - {*names})}
        names = list(starts)
        before = {key: copy(value) for key, value in self.__dict__.items() if isinstance(value, (dict, set, list))}
        taken = set(self.names.taken)
        flowing: set[str] = {n for n in names if self.is_active(starts[n])}
        while True:  # until a derivative reaches no further name by way of the trip before
            made, carries, index = self.trip(node, names, starts, flowing)
            more = {c.name.partition("#")[0] for c in carries if self.is_active(c.step)} - flowing
            if not more:
                break
            flowing |= more
            self.__dict__.update({key: copy(value) for key, value in before.items()})
            self.names = Names(set(taken))
        self.emit(For(index, over, tuple(made), tuple(carries), origin))

    def is_plain(self, node: ast.expr) -> bool:
        """Whether `enumerate` and `zip` mean Python's own, and no function of the file."""
        return not isinstance(node, ast.Call) or self.resolve(node.func)[0] in ("builtin", "unknown")

    def fill(self, name: str) -> None:
        """A list of the function's own, from here on one that a loop appends to."""
        whole, listed = self.env[name], self.version(name)
        if whole.kind != "list":
            return
        self.emit(Let(listed, self.written(whole, self.node), Origin(line=self.at.line)))
        self.env[name] = Filled(listed)

    def append(self, name: str, node: ast.expr, call: ast.Call) -> None:
        """``hs.append(h)``"""
        held, value = self.env[name], self.value(node)
        if isinstance(held, Filled):
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

    def left(self, node: ast.For, names: set[str]) -> list[str]:
        """The names among those that a loop gives their first value, and that are read below it."""
        stored = [
            n.id
            for s in (node.target, *node.body)
            for n in ast.walk(s)
            if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
        ]
        return [n for n in dict.fromkeys(stored) if n in names and self.is_read_after(n, node)]

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

    def trip(self, node: ast.For, names, starts, flowing):
        """One trip staged: its statements, what it hands on, and the loop variable."""
        heads = {name: self.version(name) for name in names}
        for name, head in heads.items():
            self.mark(head, Call("tuple", (Var(starts[name]),)))
            self.active.discard(head)
            if name in flowing:
                self.active.add(head)
        index = self.version(node.target.id)
        outside = dict(self.env)
        self.env |= {name: Var(head) for name, head in heads.items()} | {node.target.id: Var(index)}
        given = [Let(index, Const("0")), *(Let(head, Var(starts[name])) for name, head in heads.items())]
        made, after, _ = self.captured(lambda: self.block(node.body), given)
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
                if n not in (*heads, node.target.id) and after.get(n) != v and not isinstance(v, Mixed)
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
        why = "gets its value in a loop, which may make no trip"
        own = [n for n in after if n not in outside or isinstance(outside[n], Mixed)]
        self.env |= {n: Mixed(f"`{n}` {why}") for n in (*own, node.target.id) if n not in heads}
        return made, carries, index

    def handed_on(self, name: str, head: str, value: Value | None, made: list[Stmt], node: ast.For) -> str:
        """The version of a variable that a trip ends with."""
        if isinstance(value, Var) and value.name.partition("#")[0] == name:
            return value.name
        if value is None or isinstance(value, Items) or not self.is_number(value):
            self.fail("GG101", f"`{name}` is no number at the end of every trip", node, help=UNROLL)
        step = self.version(name)
        made.append(Let(step, value, Origin()))
        self.mark(step, value)
        return step


def over_named(node: ast.For, name: str) -> ast.For:
    """The loop with a name for its variable."""
    target = ast.copy_location(ast.Name(name, ast.Store()), node.target)
    return ast.copy_location(ast.For(target, node.iter, node.body, node.orelse), node)


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


def filled(node: ast.For) -> list[str]:
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


def assigned(node: ast.For) -> set[str]:
    """The names that a loop's body binds, or stores entries of."""
    inside = [n for s in node.body for n in ast.walk(s)]
    named = {n.id for n in inside if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    stored = [n for n in inside if isinstance(n, ast.Subscript) and isinstance(n.ctx, ast.Store)]
    return named | {n.value.id for n in stored if isinstance(n.value, ast.Name)}

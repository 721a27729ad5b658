"""Reads a Python text symbolically: every value becomes a node of the graph, both arms of a branch are followed.

This is the referee's own reading of the source and of the emitted text; nothing of the generator is used.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from gradgen.checks.graph import Graph
from gradgen.checks.loops import MUTATED, called_on

BINARY = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**"}
COMPARE = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=", ast.Is: "is",
    ast.IsNot: "is not", ast.In: "in", ast.NotIn: "not in",
}  # fmt: skip
BUILTINS = ("abs", "max", "min", "pow", "round", "float", "int", "sum", "divmod", "len", "bool", "tuple", "list")
MAY_RAISE = ("/", "//", "%", "**", "int", "round")
TAKES_NONE = ("==", "!=", "is", "is not", "in", "not in", "bool")
TEXT_CALLS = ("print", "str", "repr", "format", "type")


class Unreadable(Exception):
    """The text has something that the referee cannot follow: (line, why)."""

    def __init__(self, line: int, why: str):
        super().__init__(line, why)
        self.line, self.why = line, why


class Unbound(Unreadable):
    """A name is read before it has a value."""


@dataclass(frozen=True)
class Group:
    """A tuple, list or dict of values."""

    kind: str
    items: tuple
    keys: tuple | None = None


@dataclass(frozen=True)
class Box:
    """A parameter, or a part of one: a number, or a container, as it turns out to be used."""

    name: str
    path: tuple = ()

    def label(self) -> str:
        return self.name + "".join(f"[{k!r}]" for k in self.path)


@dataclass(frozen=True)
class Inner:
    """A function defined inside the one that is read."""

    node: ast.FunctionDef | ast.Lambda


@dataclass(frozen=True)
class Lost:
    """A value that cannot be told, and why: nothing reads it."""

    why: str


@dataclass(frozen=True)
class Kept:
    """A container that a loop fills: what is in it, by the nodes of its indices, each with the path on which it was put there."""

    entries: tuple[tuple[tuple[int, ...], Value, tuple], ...]


Value = int | Group | Box | Inner | Lost | Kept


@dataclass
class State:
    """The names on one path, and the tests decided on it."""

    env: dict[str, Value]
    path: tuple[tuple[int, bool], ...] = ()

    def fork(self, test: int, outcome: bool, graph: Graph) -> State:
        while graph.op(test) == "call" and graph.payload(test) == "not":
            test, outcome = graph.args(test)[0], not outcome
        return State(dict(self.env), (*self.path, (test, outcome)))

    def outcome(self, test: int, graph: Graph) -> bool | None:
        """The outcome of a test on this path, if it is decided (``not x`` by ``x``)."""
        bare, outcome = self.fork(test, True, graph).path[-1]
        known = dict(self.path).get(bare)
        return None if known is None else known == outcome


@dataclass
class Log:
    """What happened in order: operations, the lines of tests, joins of branches (node, line of the test), names that are read
    unbound (with their lines), and whatever may raise."""

    operations: list[Step] = field(default_factory=list)
    tests: dict[int, int] = field(default_factory=dict)
    joins: list[tuple[int, int]] = field(default_factory=list)
    unbound: dict[str, int] = field(default_factory=dict)
    risks: list[Step] = field(default_factory=list)


@dataclass(frozen=True)
class Step:
    """An operation, by its node, or a ``raise`` or failed ``assert`` (no node), with the path it stands on."""

    node: int | None
    path: tuple[tuple[int, bool], ...]
    line: int


class Reader:
    """Follows the functions of one module.  Calls of its functions are followed into (see `Staged` for another way)."""

    def __init__(self, graph: Graph, tree: ast.Module, known: dict[str, str] | None = None):
        self.graph, self.log, self.known = graph, Log(), known or {}
        self.functions = {n.name: n for n in tree.body if isinstance(n, ast.FunctionDef)}
        self.constants: dict[str, ast.expr] = {}
        self.imports: dict[str, str] = {}
        self.numbers: dict[int, int] = {}  # choices without the paths on which they are None
        self.depth, self.here = 0, ()  # calls inside each other; the path of what is read
        self.shadowed: set[str] = set()  # the variables of the inner functions that are being read
        for node in tree.body:
            self._top(node)

    def _top(self, node: ast.stmt) -> None:
        match node:
            case ast.Import(names=names):
                self.imports.update({a.asname or a.name: a.name for a in names})
            case ast.ImportFrom(module=module, names=names):
                self.imports.update({a.asname or a.name: f"{module}.{a.name}" for a in names})
            case ast.Assign(targets=[ast.Name(id=name)], value=value) | ast.AnnAssign(
                target=ast.Name(id=name), value=value
            ) if value:
                self.constants[name] = value

    # -- running ------------------------------------------------------------------------------------------------------

    def inputs(self, name: str) -> list[Value]:
        """A function's parameters as unknowns."""
        return [Box(p) for p in self.parameters(name)]

    def parameters(self, name: str) -> list[str]:
        args = self.functions[name].args
        return [a.arg for a in (*args.posonlyargs, *args.args, *args.kwonlyargs)]

    def run(self, name: str, values: list[Value], path: tuple = ()) -> Value:
        """What a function returns for these arguments."""
        if self.depth > 40:
            raise Unreadable(self.functions[name].lineno, "calls nest too deeply")
        self.depth += 1
        state = State(dict(zip(self.parameters(name), values, strict=True)), path)
        _, value = self.block(self.functions[name].body, state)
        self.depth -= 1
        return value if value is not None else self.graph.hole

    def block(self, statements: list[ast.stmt], state: State | None) -> tuple[State | None, Value | None]:
        """(the state after the statements, None if no path goes on; what was returned, holes where a path goes on)."""
        returned: Value | None = None
        for statement in statements:
            if state is None:
                break
            state, value = self.statement(statement, state)
            if value is not None:
                returned = value if returned is None else self.filled(returned, value)
        return state, returned

    def filled(self, value: Value, rest: Value) -> Value:
        """The returned value with its holes (paths that went on) filled by what these return."""
        if value == self.graph.hole:
            return rest
        if isinstance(value, Group):
            parts = rest.items if isinstance(rest, Group) else [rest] * len(value.items)
            return Group(
                value.kind, tuple(self.filled(v, r) for v, r in zip(value.items, parts, strict=True)), value.keys
            )
        if isinstance(value, int) and self.graph.op(value) == "ite":
            test, a, b = self.graph.args(value)
            return self.merged(test, self.filled(a, rest), self.filled(b, rest))
        return value

    def statement(self, node: ast.stmt, state: State) -> tuple[State | None, Value | None]:
        self.here = state.path
        match node:
            case ast.Assign(targets=targets, value=value):
                result = self.value(value, state)
                for target in targets:
                    self.bind(target, result, state, node)
            case ast.AnnAssign(target=target, value=value):
                if value is not None:
                    self.bind(target, self.value(value, state), state, node)
            case ast.AugAssign(target=target, op=op, value=value):
                self.augment(node, target, BINARY.get(type(op), "?"), self.number(value, state), state)
            case ast.If(test=test, body=body, orelse=orelse):
                before, decided = state.env, self.test(test, state)
                self.log.tests.setdefault(self.graph.without_not(decided), node.lineno)
                state, returned = self.branch(decided, body, orelse, state)
                if state is not None:
                    changed = [v for name, v in state.env.items() if v != before.get(name)]
                    self.log.joins += [
                        (v, node.lineno) for v in changed if isinstance(v, int) and self.graph.op(v) == "ite"
                    ]
                return state, returned
            case ast.Return(value=value):
                return None, self.returned(value, state)
            case ast.Raise():
                self.log.risks.append(Step(None, state.path, node.lineno))
                return None, self.graph.bottom
            case ast.Assert(test=test):
                self.log.risks.append(
                    Step(None, state.fork(self.test(test, state), False, self.graph).path, node.lineno)
                )
            case ast.FunctionDef(name=name, decorator_list=[]):
                state.env[name] = Inner(node)
            case ast.For() | ast.While():
                return self.loop(node, state), None
            case ast.Expr() if (name := called_on(node)) in state.env:
                self.mutate(name, node.value, state)
            case ast.Pass() | ast.Expr():
                pass
            case _:
                raise Unreadable(node.lineno, type(node).__name__)
        return state, None

    def loop(self, node: ast.For | ast.While, state: State) -> State:
        raise Unreadable(node.lineno, "a loop")

    def mutate(self, name: str, call: ast.Call, state: State) -> None:
        """``h.append(x)`` on a list whose entries are known; after any other method nothing is known of it."""
        whole = state.env[name]
        twins = [n for n, v in state.env.items() if isinstance(v, Group) and v == whole and v.items]
        if isinstance(whole, Group) and whole.kind == "list" and call.func.attr == "append" and twins in ([], [name]):
            state.env[name] = Group("list", (*whole.items, self.value(call.args[0], state)))
            return
        for n in (name, *twins):
            state.env[n] = Lost(MUTATED)

    def returned(self, value: ast.expr | None, state: State) -> Value:
        if value is None:
            return self.graph.const(None)
        result = self.value(value, state)
        return self.leaf(result) if isinstance(result, Box) else result

    def branch(self, test: int, body, orelse, state: State) -> tuple[State | None, Value | None]:
        decided = state.outcome(test, self.graph)
        if decided is not None:
            return self.block(body if decided else orelse, state)
        then, a = self.block(body, state.fork(test, True, self.graph))
        other, b = self.block(orelse, state.fork(test, False, self.graph))
        returned = None
        if a is not None or b is not None:
            hole = self.graph.hole
            returned = self.merged(test, hole if a is None else a, hole if b is None else b)
        if then is None or other is None:
            after = then or other
            return after, returned
        path = state.path
        if returned is not None:  # some path inside has returned: what follows stands on the others
            path = (*path, (self.has_returned(returned), False))
        return State(self.joined(test, then.env, other.env, state), path), returned

    def has_returned(self, value: Value) -> int:
        """The test that tells the paths which returned from those that go on."""
        if isinstance(value, Group):
            return self.has_returned(value.items[0])
        if isinstance(value, int) and self.graph.op(value) == "ite":
            test, a, b = self.graph.args(value)
            return self.graph.choice(test, self.has_returned(a), self.has_returned(b))
        return self.graph.const(value != self.graph.hole)

    def has_hole(self, value: Value) -> bool:
        if isinstance(value, Group):
            return any(self.has_hole(v) for v in value.items)
        return isinstance(value, int) and self.graph.hole in self.graph.walk(value)

    def joined(self, test: int, a: dict, b: dict, state: State) -> dict[str, Value]:
        env: dict[str, Value] = {}
        for name in dict.fromkeys([*a, *b]):
            if name in a and name in b:
                env[name] = a[name] if a[name] == b[name] else self.join_name(name, test, a[name], b[name], state)
            else:
                env[name] = a.get(
                    name, b.get(name)
                )  # bound on one path only: reading it on the other raises, as in the source
        return env

    def join_name(self, name: str, test: int, a: Value, b: Value, state: State) -> Value:
        return self.merged(test, a, b)

    def merged(self, test: int, a: Value, b: Value) -> Value:
        if a == b or b == self.graph.bottom:
            return a
        if a == self.graph.bottom:
            return b
        if isinstance(a, Kept) and self.is_nothing(b) or isinstance(b, Kept) and self.is_nothing(a):
            return a if isinstance(a, Kept) else b  # reading an entry on the other path raises
        if isinstance(a, (Lost, Kept)) or isinstance(b, (Lost, Kept)):
            return Lost("a container on one path only")
        hole = self.graph.hole
        if isinstance(a, Group) and isinstance(b, int) and b == hole:
            b = Group(a.kind, tuple(hole for _ in a.items), a.keys)
        if isinstance(b, Group) and isinstance(a, int) and a == hole:
            a = Group(b.kind, tuple(hole for _ in b.items), b.keys)
        if isinstance(a, Group) and isinstance(b, Group) and (len(a.items), a.keys) == (len(b.items), b.keys):
            return Group(a.kind, tuple(self.merged(test, x, y) for x, y in zip(a.items, b.items, strict=True)), a.keys)
        a, b = (self.leaf(v) if isinstance(v, Box) else v for v in (a, b))
        if isinstance(a, Group) or isinstance(b, Group):  # a container on one path only: nothing can be told of it
            return self.graph.make("call", payload="text")
        return self.graph.choice(test, a, b)

    def is_nothing(self, value: Value) -> bool:
        return value == self.graph.const(None) or isinstance(value, Group) and not value.items

    def bind(self, target: ast.expr, value: Value, state: State, node: ast.stmt) -> None:
        match target:
            case ast.Name(id=name):
                state.env[name] = self.assigned(name, value, state, node)
            case ast.Tuple(elts=elts) | ast.List(elts=elts):
                parts = (
                    [Box(value.name, (*value.path, i)) for i in range(len(elts))]
                    if isinstance(value, Box)
                    else getattr(value, "items", ())
                )
                if len(parts) != len(elts):
                    raise Unreadable(node.lineno, "unpacks another number of values")
                for element, part in zip(elts, parts, strict=True):
                    self.bind(element, part, state, node)
            case _:
                raise Unreadable(node.lineno, "a store")

    def assigned(self, name: str, value: Value, state: State, node: ast.stmt) -> Value:
        """What a name holds after an assignment (the stage reader makes a stage of it)."""
        return value

    def augment(self, node: ast.AugAssign, target: ast.expr, op: str, value: int, state: State) -> None:
        if isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name) and op == "+":
            self.store(target, value, state, node)
            return
        if not isinstance(target, ast.Name):
            raise Unreadable(node.lineno, "a store")
        before = state.env[target.id] if target.id in state.env else self.name(target, state)
        old = self.as_number(before, node)  # as it is: a sum that is not complete yet stands for nothing
        self.bind(target, self.operation(op, (old, value), node), state, node)

    def store(self, target: ast.Subscript, value: int, state: State, node: ast.stmt) -> None:
        """``dw[0] += v`` for a list of zeros that is as long as a parameter."""
        whole, key = state.env.get(target.value.id), self.key(target.slice, state)
        if not isinstance(whole, Group) or whole.kind != "zeros":
            raise Unreadable(node.lineno, "a store")
        entries = dict(zip(whole.keys, whole.items, strict=True))
        entries[key] = self.graph.call("+", entries[key], value) if key in entries else value
        state.env[target.value.id] = Group("zeros", tuple(entries.values()), tuple(entries))

    # -- expressions --------------------------------------------------------------------------------------------------

    def number(self, node: ast.expr, state: State) -> int:
        return self.as_number(self.value(node, state), node)

    def as_number(self, value: Value, node: ast.AST) -> int:
        if isinstance(value, Box):
            return self.leaf(value)
        if isinstance(value, Lost):
            raise Unreadable(node.lineno, f"reads {value.why}")
        if isinstance(value, (Group, Kept)):
            raise Unreadable(node.lineno, "a container where a number is needed")
        return value

    def leaf(self, box: Box) -> int:
        return self.graph.make("leaf", payload=box.label())

    def operation(self, fn: str, args: tuple[int, ...], node: ast.AST) -> int:
        if fn not in TAKES_NONE:
            args = tuple(self.some_number(a) for a in args)
        made = self.graph.call(fn, *args)
        step = Step(made, self.here, node.lineno)
        self.log.operations.append(step)
        if self.graph.op(made) == "call" and (self.graph.payload(made) in MAY_RAISE or fn.startswith("math.")):
            self.log.risks.append(step)
        return made

    def some_number(self, node: int) -> int:
        """A value that is computed with: on a path where it is None that raises."""
        if node not in self.numbers:
            test, *arms = self.graph.args(node) if self.graph.op(node) == "ite" else (node,)
            some = [self.some_number(a) for a in arms]
            none = self.graph.const(None)
            self.numbers[node] = (
                self.graph.choice(test, *(self.graph.bottom if a == none else a for a in some)) if some else node
            )
        return self.numbers[node]

    def value(self, node: ast.expr, state: State) -> Value:
        before, self.here = self.here, state.path
        result = self.evaluated(node, state)
        self.here = before
        return result

    def evaluated(self, node: ast.expr, state: State) -> Value:
        match node:
            case ast.Constant(value=value):
                return self.graph.const(value)
            case ast.Name():
                return self.name(node, state)
            case ast.BinOp(
                left=ast.List(elts=[ast.Constant(value=0.0)]),
                op=ast.Mult(),
                right=ast.Call(func=ast.Name(id="len"), args=[ast.Name()]),
            ):
                return Group("zeros", (), ())
            case ast.BinOp():
                return self.binary(node, state)
            case ast.UnaryOp(op=ast.Not()) | ast.Compare():
                return self.test(node, state)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return self.operation("neg", (self.number(operand, state),), node)
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.operation("pos", (self.number(operand, state),), node)
            case ast.BoolOp():
                return self.junction(node, state)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return self.ternary(self.test(test, state), body, orelse, state)
            case ast.Tuple(elts=elts) | ast.List(elts=elts):
                return Group(
                    "tuple" if isinstance(node, ast.Tuple) else "list", tuple(self.value(e, state) for e in elts)
                )
            case ast.Dict(keys=keys, values=values):
                return Group(
                    "dict", tuple(self.value(v, state) for v in values), tuple(ast.literal_eval(k) for k in keys if k)
                )
            case ast.Subscript(value=container, slice=index):
                whole = self.value(container, state)
                if isinstance(whole, Kept):
                    return self.kept(node, whole, state)
                return self.entry_of(node, whole, self.key(index, state))
            case ast.Call():
                return self.call(node, state)
            case ast.Attribute():
                return self.graph.call(self.path(node))
            case ast.Lambda():
                return Inner(node)
            case ast.JoinedStr():
                return self.graph.make("call", payload="text")
        raise Unreadable(node.lineno, f"cannot follow {type(node).__name__}")

    def name(self, node: ast.Name, state: State) -> Value:
        name = node.id
        if name in state.env:
            return self.loaded(name, state.env[name], state, node)
        if name in self.constants:
            return self.value(self.constants[name], State({}))
        if name in self.imports:
            return self.graph.call(self.imports[name])
        if name in self.functions or name in BUILTINS:
            raise Unreadable(node.lineno, f"{name} is a function")
        if hasattr(__builtins__, name) or name in TEXT_CALLS:
            return self.graph.make("call", payload="text")
        return self.unbound(name, state, node)

    def unbound(self, name: str, state: State, node: ast.Name) -> Value:
        self.log.unbound.setdefault(name, node.lineno)
        return self.graph.make("leaf", payload=f"global {name}")

    def loaded(self, name: str, value: Value, state: State, node: ast.Name) -> Value:
        return value

    def binary(self, node: ast.BinOp, state: State) -> int:
        """A chain of operators, its left side walked and not recursed into."""
        spine: list[ast.BinOp] = []
        left: ast.expr = node
        while isinstance(left, ast.BinOp):
            spine.append(left)
            left = left.left
        value = self.number(left, state)
        for operation in reversed(spine):
            fn = BINARY.get(type(operation.op))
            if fn is None:
                raise Unreadable(node.lineno, "an operator")
            value = self.operation(fn, (value, self.number(operation.right, state)), operation)
        return value

    def ternary(self, test: int, body: ast.expr, orelse: ast.expr, state: State) -> Value:
        decided = state.outcome(test, self.graph)
        if decided is not None:
            return self.value(body if decided else orelse, state)
        return self.chosen(
            self.merged(
                test,
                self.value(body, state.fork(test, True, self.graph)),
                self.value(orelse, state.fork(test, False, self.graph)),
            ),
            body,
        )

    def chosen(self, value: Value, node: ast.expr) -> Value:
        """A choice within an expression, noted among the operations."""
        if isinstance(value, int) and self.graph.op(value) == "ite":
            self.log.operations.append(Step(value, self.here, node.lineno))
        return value

    def junction(self, node: ast.BoolOp, state: State) -> int:
        """``a or b`` is ``a if a else b``; of comparisons, a test."""
        if all(
            isinstance(v, (ast.Compare, ast.BoolOp)) or isinstance(v, ast.UnaryOp) and isinstance(v.op, ast.Not)
            for v in node.values
        ):
            return self.test(node, state)
        return self.chosen(self.picked(node.op, [self.number(v, state) for v in node.values]), node)

    def picked(self, op: ast.boolop, values: list[int]) -> int:
        """``a or b`` as ``a if a else b``, for values and tests alike."""
        *firsts, result = values
        for value in reversed(firsts):
            result = (
                self.graph.choice(value, value, result)
                if isinstance(op, ast.Or)
                else self.graph.choice(value, result, value)
            )
        return result

    def test(self, node: ast.expr, state: State) -> int:
        match node:
            case ast.BoolOp(op=op, values=values):
                return self.chosen(self.picked(op, [self.test(v, state) for v in values]), node)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return self.graph.call("not", self.test(operand, state))
            case ast.Compare(left=left, ops=ops, comparators=others):
                parts = [self.compared(e, state) for e in (left, *others)]
                made = [
                    self.operation(COMPARE[type(o)], (a, b), node)
                    for o, a, b in zip(ops, parts, parts[1:], strict=False)
                ]
                return made[0] if len(made) == 1 else self.graph.call("and", *made)
        return self.number(node, state)

    def compared(self, node: ast.expr, state: State) -> int:
        """An operand of a comparison; a container becomes one opaque value."""
        value = self.value(node, state)
        if isinstance(value, Group):
            return self.graph.make("call", *(self.as_number(v, node) for v in value.items), payload="text")
        return self.as_number(value, node)

    def key(self, node: ast.expr, state: State):
        value = self.value(node, state)
        if isinstance(value, int) and self.graph.op(value) == "const":
            if self.graph.payload(value)[0] == "float":
                raise Unreadable(node.lineno, "an index that is no whole number")
            return ast.literal_eval(self.graph.payload(value)[1])
        if isinstance(value, int) and self.graph.payload(value) == "neg":
            return -ast.literal_eval(self.graph.payload(self.graph.args(value)[0])[1])
        raise Unreadable(node.lineno, "an index that is not constant")

    def kept(self, node: ast.Subscript, whole: Kept, state: State) -> Value:
        """An entry of a container that a loop fills: what this trip put there."""
        keys = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        indices = tuple(self.number(k, state) for k in keys)
        found = [v for at, v, path in whole.entries if at == indices and {*path} <= {*state.path}]
        if len(found) != 1:
            raise Unreadable(node.lineno, "an entry that this trip did not put there")
        return found[0]

    def entry_of(self, node: ast.Subscript, container: Value, key) -> Value:
        if isinstance(container, Box):
            return Box(container.name, (*container.path, key))
        if isinstance(container, Group):
            try:
                return container.items[container.keys.index(key) if container.keys else key]
            except (IndexError, ValueError, TypeError):
                raise Unreadable(node.lineno, "no such entry") from None
        raise Unreadable(node.lineno, f"an index into {container.why if isinstance(container, Lost) else 'a number'}")

    # -- calls --------------------------------------------------------------------------------------------------------

    def path(self, node: ast.expr) -> str:
        parts = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name) or node.id not in self.imports:
            raise Unreadable(getattr(node, "lineno", 0), "an attribute of something unknown")
        return ".".join([self.imports[node.id], *reversed(parts)])

    def call(self, node: ast.Call, state: State) -> Value:
        func = node.func
        if isinstance(func, ast.Name):
            if isinstance(state.env.get(func.id), Inner):
                return self.inner(state.env[func.id].node, node, state)
            if func.id in state.env:
                raise Unreadable(node.lineno, "a call of a variable")
            if func.id in self.known:
                return self.library(self.known[func.id], node, state)
            if func.id in self.functions:
                return self.own(func.id, node, state)
            if func.id in self.imports:
                return self.library(self.imports[func.id], node, state)
            if func.id in BUILTINS:
                return self.builtin(func.id, node, state)
            if hasattr(__builtins__, func.id) or func.id in TEXT_CALLS:
                return self.graph.make("call", payload="text")
            raise Unreadable(node.lineno, f"a call of the unknown {func.id}")
        return self.library(self.path(func), node, state)

    def own(self, name: str, node: ast.Call, state: State) -> Value:
        """A call of a function of the same text: followed."""
        values = self.arguments(name, self.functions[name].args, node, state)
        return self.run(name, values, state.path)

    def inner(self, function: ast.FunctionDef | ast.Lambda, node: ast.Call, state: State) -> Value:
        """A call of an inner function: it sees the variables around it as they are now."""
        args = function.args
        params = [a.arg for a in (*args.posonlyargs, *args.args, *args.kwonlyargs)]
        values = self.arguments(getattr(function, "name", "the lambda"), args, node, state)
        names = [n for n in ast.walk(function) if isinstance(n, ast.Name)]
        bound = {*params, *(n.id for n in names if isinstance(n.ctx, ast.Store))}
        if self.depth > 40 or any(n.id in self.shadowed - bound for n in names):
            raise Unreadable(node.lineno, "inner functions that call each other")
        around, self.shadowed, self.depth = self.shadowed, self.shadowed | bound, self.depth + 1
        env = {n: v for n, v in state.env.items() if n not in bound} | dict(zip(params, values, strict=True))
        inside = State(env, state.path)
        if isinstance(function, ast.Lambda):
            value = self.value(function.body, inside)
        else:
            _, value = self.block(function.body, inside)
        self.shadowed, self.depth = around, self.depth - 1
        return value if value is not None else self.graph.hole

    def arguments(self, name: str, args: ast.arguments, node: ast.Call, state: State) -> list[Value]:
        """The values that a call gives a function's parameters, in their order."""
        params = [a.arg for a in (*args.posonlyargs, *args.args, *args.kwonlyargs)]
        positional = [a.arg for a in (*args.posonlyargs, *args.args)]
        defaults = dict(zip(reversed(positional), reversed(args.defaults), strict=False))
        defaults |= {a.arg: d for a, d in zip(args.kwonlyargs, args.kw_defaults, strict=True) if d is not None}
        given = dict(zip(positional, node.args, strict=False)) | {k.arg: k.value for k in node.keywords}
        if len(node.args) > len(positional) or any(p not in given and p not in defaults for p in params):
            raise Unreadable(node.lineno, f"{name} is called with other arguments than it takes")
        return [self.value(given[p], state) if p in given else self.value(defaults[p], State({})) for p in params]

    def library(self, path: str, node: ast.Call, state: State) -> Value:
        if path == "gradgen.stop_gradient":
            raise Unreadable(node.lineno, "stop_gradient")
        if path in ("math.prod", "math.fsum"):
            items = self.items(node, state)
            return self.chain("*", items, node) if path == "math.prod" else self.operation(path, tuple(items), node)
        if path == "math.dist":
            p, q = (self.value(a, state) for a in node.args)
            gaps = [
                self.operation("-", (self.as_number(a, node), self.as_number(b, node)), node)
                for a, b in zip(p.items, q.items, strict=True)
            ]
            return self.operation("math.hypot", tuple(gaps), node)
        return self.operation(path, tuple(self.number(a, state) for a in node.args), node)

    def items(self, node: ast.Call, state: State) -> list[int]:
        value = self.value(node.args[0], state) if len(node.args) == 1 else None
        if not isinstance(value, Group):
            raise Unreadable(node.lineno, "entries that are not told")
        return [self.as_number(v, node) for v in value.items]

    def chain(self, fn: str, items: list[int], node: ast.AST) -> int:
        result = items[0] if items else self.graph.one
        for item in items[1:]:
            result = self.operation(fn, (result, item), node)
        return result

    def builtin(self, name: str, node: ast.Call, state: State) -> Value:
        if name in ("max", "min"):
            items = self.items(node, state) if len(node.args) == 1 else [self.number(a, state) for a in node.args]
            named = [
                n
                for n, a in zip(items, node.args, strict=False)
                if isinstance(a, ast.Name) and self.graph.op(n) == "const"
            ]
            self.graph.ties |= {frozenset((n, other)) for n in named for other in items}
            return self.chain(name, items, node)
        if (
            name in ("tuple", "list")
            and len(node.args) == 1
            and isinstance(value := self.value(node.args[0], state), Group)
        ):
            return Group(name, value.items)
        if name == "sum":
            return self.operation("sum", tuple(self.items(node, state)), node)
        if name == "len":
            value = self.value(node.args[0], state)
            return (
                self.graph.const(len(value.items))
                if isinstance(value, Group)
                else self.operation("len", (self.as_number(value, node),), node)
            )
        args = tuple(self.number(a, state) for a in (*node.args, *(k.value for k in node.keywords)))
        if name == "divmod":
            return Group("tuple", (self.operation("//", args, node), self.operation("%", args, node)))
        return self.operation(name, args, node)

"""The expressions of a text as nodes of the graph: the part of the referee's reading below its statements."""

from __future__ import annotations

import ast
import inspect
import math
from functools import cache

from gradgen.checks.graph import Graph
from gradgen.checks.values import Box, Group, Inner, Kept, Log, Lost, State, Step, Unreadable, Value

BINARY = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**"}
COMPARE = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=", ast.Is: "is",
    ast.IsNot: "is not", ast.In: "in", ast.NotIn: "not in",
}  # fmt: skip
BUILTINS = ("abs", "max", "min", "pow", "round", "float", "int", "sum", "divmod", "len", "bool", "tuple", "list")
MAY_RAISE = ("/", "//", "%", "**", "int", "round")
TAKES_NONE = ("==", "!=", "is", "is not", "in", "not in", "bool")
TEXT_CALLS = ("print", "str", "repr", "format", "type")


class Expressions:
    """Follows the expressions of one module; calls of its functions are its statements' reader's (see `Reader`)."""

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
            self.log.reads[name, node.lineno] = state.env[name]
            return self.loaded(name, state.env[name], state, node)
        if name in self.constants:
            return self.value(self.constants[name], State({}))
        if name in self.imports:
            return self.graph.call(self.imports[name])
        if name in self.functions or name in BUILTINS:
            raise Unreadable(node.lineno, f"{name} is a function")
        if name in TEXT_CALLS:
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

    # -- calls of the library --------------------------------------------------------------------------------------

    def path(self, node: ast.expr) -> str:
        parts = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name) or node.id not in self.imports:
            raise Unreadable(getattr(node, "lineno", 0), "an attribute of something unknown")
        return ".".join([self.imports[node.id], *reversed(parts)])

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
        if not takes(path, len(node.args)):
            raise Unreadable(node.lineno, f"another number of arguments than {path} takes")
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


@cache
def takes(path: str, count: int) -> bool:
    """Whether a function of `math` takes so many arguments, for all that it tells.

    >>> takes("math.copysign", 1), takes("math.copysign", 2), takes("math.hypot", 3)
    (False, True, True)
    """
    try:
        inspect.signature(getattr(math, path.removeprefix("math."), None)).bind(*[None] * count)
    except TypeError:
        return not hasattr(math, path.removeprefix("math."))
    except ValueError:  # math.log does not tell
        return True
    return True

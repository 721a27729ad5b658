"""Reads a Python text symbolically: every value becomes a node of the graph, both arms of a branch are followed.

This is the referee's own reading of the source and of the emitted text; nothing of the generator is used.
"""

from __future__ import annotations

import ast

from gradgen.checks.expressions import BINARY, BUILTINS, TEXT_CALLS, Expressions
from gradgen.checks.loops import MUTATED, called_on
from gradgen.checks.values import Box, Called, Group, Inner, Lost, State, Step, Unreadable, Value


class Reader(Expressions):
    """Follows the functions of one module.  Calls of its functions are followed into (see `Staged` for another way)."""

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
                if isinstance(value, (ast.Name, ast.Constant)):
                    self.note_copy(targets[0], result, node.lineno)
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

    def note_copy(self, target: ast.expr, value: Value, line: int) -> None:
        """A name that is given a value as it is, in the log."""
        value = self.leaf(value) if isinstance(value, Box) else value
        if isinstance(target, ast.Name) and isinstance(value, int):
            self.log.copies.append((target.id, value, line))

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

    # -- calls --------------------------------------------------------------------------------------------------------

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
            if func.id in TEXT_CALLS:
                return self.graph.make("call", payload="text")
            raise Unreadable(node.lineno, f"a call of the unknown {func.id}")
        return self.library(self.path(func), node, state)

    def own(self, name: str, node: ast.Call, state: State) -> Value:
        """A call of a function of the same text: followed."""
        values = self.arguments(name, self.functions[name].args, node, state)
        before, function = len(self.log.operations), self.functions[name]
        value = self.run(name, values, state.path)
        steps = range(before, len(self.log.operations))
        body = range(function.lineno, function.body[-1].lineno + 1)
        self.log.calls.append(Called(name, tuple(values), value, node.lineno, body, steps))
        return value

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

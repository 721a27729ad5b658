"""Statements as closures: each returns None, or a signal (`RETURN`, `BREAK`, `CONTINUE`) that ends its block."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from gradgen.interpret.errors import OutOfFuel
from gradgen.interpret.expressions import Closure, expression, refuses, test

if TYPE_CHECKING:
    from gradgen.interpret.functions import Scope

RETURN, BREAK, CONTINUE = "return", "break", "continue"
RESULT = "return"  # the key of a returned value among the local names: no name is spelled so


def block(body: list[ast.stmt], scope: Scope) -> Closure:
    """The closure of a list of statements."""
    machine = scope.machine
    meter, lines = machine.meter, machine.lines
    steps = [scope.kept(stmt, _step) for stmt in body]

    def run(env):
        for line, cost, step in steps:
            machine.line = line
            lines.add(line)
            meter.left -= cost
            if meter.left < 0:
                raise OutOfFuel("it takes too many steps")
            signal = step(env)
            if signal is not None:
                return signal
        return None

    return run


def _step(stmt: ast.stmt, scope: Scope) -> tuple[int, int, Closure]:
    return stmt.lineno, _cost(stmt), statement(stmt, scope)


def _cost(stmt: ast.stmt) -> int:
    """The steps a statement is charged: its own expressions' nodes, not those of its blocks."""
    if isinstance(stmt, (ast.If, ast.While)):
        return sum(1 for _ in ast.walk(stmt.test))
    if isinstance(stmt, (ast.For, ast.FunctionDef)):
        return 1
    return sum(1 for _ in ast.walk(stmt))


def statement(node: ast.stmt, scope: Scope) -> Closure:
    """The closure of one statement."""
    form = FORMS.get(type(node))
    return form(node, scope) if form else refuses(node, f"`{type(node).__name__}` is not understood")


# targets


def assign(target: ast.expr, scope: Scope) -> Callable[[dict, object], None]:
    """How to store a value into a target: a name, an entry, or several of these."""
    if isinstance(target, ast.Name):
        return _assign_name(target.id)
    if isinstance(target, (ast.Tuple, ast.List)):
        return _unpack(target, scope)
    if isinstance(target, ast.Subscript):
        return _store(target, scope)
    if isinstance(target, ast.Attribute):
        return _set_field(target, scope)
    refusal = refuses(target, f"assigning to `{type(target).__name__}`")
    return lambda env, value: refusal(env)


def _assign_name(key: str) -> Callable[[dict, object], None]:
    def store(env, value):
        env[key] = value

    return store


def _unpack(target: ast.Tuple | ast.List, scope: Scope) -> Callable[[dict, object], None]:
    if any(isinstance(item, ast.Starred) for item in target.elts):
        refusal = refuses(target, "`*` in an assignment")
        return lambda env, value: refusal(env)
    stores = [assign(item, scope) for item in target.elts]
    iterate = scope.machine.iterate

    def store(env, value):
        items = iterate(value)
        if len(items) != len(stores):
            few = "not enough" if len(items) < len(stores) else "too many"
            raise ValueError(f"{few} values to unpack (expected {len(stores)}, got {len(items)})")
        for put, item in zip(stores, items, strict=True):
            put(env, item)

    return store


def _store(target: ast.Subscript, scope: Scope) -> Callable[[dict, object], None]:
    container, index = expression(target.value, scope), expression(target.slice, scope)
    put = scope.machine.put
    return lambda env, value: put(container(env), index(env), value)


def _set_field(target: ast.Attribute, scope: Scope) -> Callable[[dict, object], None]:
    owner, key, line, put = expression(target.value, scope), target.attr, target.lineno, scope.machine.set_field
    return lambda env, value: put(owner(env), key, value, line)


def loop_targets(generators: Iterable[ast.comprehension]) -> set[str]:
    """The names that a comprehension binds."""
    return {n.id for g in generators for n in ast.walk(g.target) if isinstance(n, ast.Name)}


# assignments


def assignment(node: ast.Assign, scope: Scope) -> Closure:
    value, stores = expression(node.value, scope), [assign(target, scope) for target in node.targets]
    alive, line, counts = scope.machine.alive, node.lineno, scope.machine.counts
    if len(stores) == 1 and isinstance(node.targets[0], ast.Name):
        key = node.targets[0].id

        def run_one(env):
            env[key] = result = value(env)
            if counts(result):
                alive.add(line)

        return run_one

    def run(env):
        result = value(env)
        if counts(result):
            alive.add(line)
        for store in stores:
            store(env, result)

    return run


def annotated(node: ast.AnnAssign, scope: Scope) -> Closure:
    """An annotated assignment; the annotation is never evaluated."""
    if node.value is None:
        return lambda env: None
    value, store = expression(node.value, scope), assign(node.target, scope)
    return lambda env: store(env, value(env))


def augmented(node: ast.AugAssign, scope: Scope) -> Closure:
    """``target += value``: reads, operates and stores; a list grows in place, as in Python."""
    machine = scope.machine
    operate, value = machine.operators.get(type(node.op)), expression(node.value, scope)
    if operate is None:
        return refuses(node, f"`{type(node.op).__name__}` is not understood")
    line, alive, put, item = node.lineno, machine.alive, machine.put, machine.item

    kind, counts = type(node.op), machine.counts

    def step(old, change):
        if counts(change):
            alive.add(line)
        if machine.arrays and machine.arrays.grows(old):
            return machine.arrays.in_place(kind, old, change)
        if type(old) is list and isinstance(node.op, ast.Add):
            old += machine.iterate(change)
            return machine.meter.sized(old)
        return operate(old, change)

    if isinstance(node.target, ast.Name):
        key, read = node.target.id, expression(ast.copy_location(ast.Name(node.target.id, ast.Load()), node), scope)

        def run_name(env):
            env[key] = step(read(env), value(env))

        return run_name
    if isinstance(node.target, ast.Attribute):
        owner, key = expression(node.target.value, scope), node.target.attr

        def run_field(env):
            held = owner(env)
            machine.set_field(held, key, step(machine.attribute(held, key, line), value(env)), line)

        return run_field
    container, index = expression(node.target.value, scope), expression(node.target.slice, scope)

    def run_entry(env):
        owner, at = container(env), index(env)
        put(owner, at, step(item(owner, at), value(env)))

    return run_entry


# control flow


def branch(node: ast.If, scope: Scope) -> Closure:
    """``if``; its chain of ``elif`` is one loop."""
    machine, cases, orelse = scope.machine, [], [node]
    while len(orelse) == 1 and isinstance(orelse[0], ast.If):
        node = orelse[0]
        cases.append((node.lineno, test(node.test, scope), block(node.body, scope)))
        orelse = node.orelse
    otherwise = block(orelse, scope)

    def run(env):
        for line, holds, then in cases:
            machine.line = line
            machine.lines.add(line)
            if holds(env):
                return then(env)
        return otherwise(env)

    return run


def for_loop(node: ast.For, scope: Scope) -> Closure:
    """``for``, with ``else``."""
    items, store = expression(node.iter, scope), assign(node.target, scope)
    body, otherwise = block(node.body, scope), block(node.orelse, scope)
    machine = scope.machine

    def run(env):
        for item in machine.walk(items(env)):
            machine.meter.spend(1)
            store(env, item)
            signal = body(env)
            if signal == BREAK:
                return None
            if signal == RETURN:
                return signal
        return otherwise(env)

    return run


def while_loop(node: ast.While, scope: Scope) -> Closure:
    """``while``, with ``else``."""
    holds, body, otherwise = (test(node.test, scope), block(node.body, scope), block(node.orelse, scope))
    meter = scope.machine.meter

    def run(env):
        while holds(env):
            meter.spend(1)
            signal = body(env)
            if signal == BREAK:
                return None
            if signal == RETURN:
                return signal
        return otherwise(env)

    return run


def returning(node: ast.Return, scope: Scope) -> Closure:
    value = expression(node.value, scope) if node.value else (lambda env: None)

    def run(env):
        env[RESULT] = value(env)
        return RETURN

    return run


def raising(node: ast.Raise, scope: Scope) -> Closure:
    """``raise``; a cause is evaluated and forgotten."""
    if node.exc is None:
        return refuses(node, "a bare `raise`")
    error = expression(node.exc, scope)

    def run(env):
        value = error(env)
        if isinstance(value, type) and issubclass(value, Exception):
            value = value()
        if not isinstance(value, Exception):
            raise TypeError("exceptions must derive from BaseException")
        raise value

    return run


def asserting(node: ast.Assert, scope: Scope) -> Closure:
    holds = expression(node.test, scope)
    message = expression(node.msg, scope) if node.msg else None

    def run(env):
        if not holds(env):
            raise AssertionError(*([message(env)] if message else []))

    return run


def deleting(node: ast.Delete, scope: Scope) -> Closure:
    if not all(isinstance(t, ast.Name) for t in node.targets):
        return refuses(node, "`del` of anything but a name is not understood")
    names = [t.id for t in node.targets]

    def run(env):
        for name in names:
            if name not in env:
                raise UnboundLocalError(f"local variable '{name}' has no value yet")
            del env[name]

    return run


def effect(node: ast.Expr, scope: Scope) -> Closure:
    value = expression(node.value, scope)

    def run(env):
        value(env)

    return run


def definition(node: ast.FunctionDef, scope: Scope) -> Closure:
    """A function inside a function; decorators are not applied but refused."""
    if node.decorator_list:
        return refuses(node, "a decorator inside a function")
    make, key = scope.machine.definition(node, scope), node.name

    def run(env):
        env[key] = make(env)

    return run


def importing(node: ast.Import | ast.ImportFrom, scope: Scope) -> Closure:
    bindings = [(bound, scope.machine.imported(node, alias)) for bound, alias in bound_names(node)]

    def run(env):
        for key, find in bindings:
            env[key] = find(node.lineno)

    return run


def bound_names(node: ast.Import | ast.ImportFrom) -> list[tuple[str, ast.alias]]:
    """The names that an import binds, each with its alias node."""
    return [(alias.asname or alias.name.split(".")[0], alias) for alias in node.names]


FORMS: dict[type, Callable[[ast.stmt, Scope], Closure]] = {
    ast.AnnAssign: annotated,
    ast.Assert: asserting,
    ast.Assign: assignment,
    ast.AugAssign: augmented,
    ast.Break: lambda node, scope: lambda env: BREAK,
    ast.Continue: lambda node, scope: lambda env: CONTINUE,
    ast.Delete: deleting,
    ast.Expr: effect,
    ast.For: for_loop,
    ast.FunctionDef: definition,
    ast.If: branch,
    ast.Import: importing,
    ast.ImportFrom: importing,
    ast.Pass: lambda node, scope: lambda env: None,
    ast.Raise: raising,
    ast.Return: returning,
    ast.While: while_loop,
}

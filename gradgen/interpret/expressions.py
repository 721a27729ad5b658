"""Expressions as closures: each node becomes a function from the local names to its value.

A node with no entry in `FORMS` becomes a function that refuses when it is reached.  Left-nested
operators and chained ternaries become loops, so that a sum of thousands of terms needs no stack.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from gradgen.interpret.errors import Refused
from gradgen.interpret.operators import UNARY
from gradgen.interpret.values import EXCEPTIONS, Module

if TYPE_CHECKING:
    from gradgen.interpret.functions import Scope

Closure = Callable[[dict], object]
FORMAT = re.compile(r"[^0-9{}]{0,3}[0-9]{0,2}[,_]?(\.[0-9]{1,2})?[a-zA-Z%]?")


def expression(node: ast.expr, scope: Scope) -> Closure:
    """The closure of an expression."""
    form = FORMS.get(type(node))
    return form(node, scope) if form else refuses(node, f"`{type(node).__name__}` is not understood")


def refuses(node: ast.AST, why: str) -> Closure:
    """A closure that refuses when it is reached."""

    def run(env):
        raise Refused(getattr(node, "lineno", 0), why)

    return run


def constant(node: ast.Constant, scope: Scope) -> Closure:
    value = node.value
    if isinstance(value, float):
        value = scope.machine.numbers.literal(value)
    elif isinstance(value, (complex, bytes)):
        return refuses(node, f"a {type(value).__name__} constant")
    return lambda env: value


def name(node: ast.Name, scope: Scope) -> Closure:
    """A name: local, of an enclosing function, of the module, or built in."""
    key = node.id
    for depth, level in enumerate(scope.levels()):
        if key in level.names:
            return _local(key) if depth == 0 else _enclosing(key, depth)
    known, line = scope.machine.globals, node.lineno
    return lambda env: known.value(key, line)


def _local(key: str) -> Closure:
    def run(env):
        try:
            return env[key]
        except KeyError:
            raise UnboundLocalError(f"local variable '{key}' has no value yet") from None

    return run


def _enclosing(key: str, depth: int) -> Closure:
    def run(env):
        for _ in range(depth):
            env = env[""]
        try:
            return env[key]
        except KeyError:
            raise NameError(f"'{key}' has no value yet in the enclosing function") from None

    return run


def binop(node: ast.BinOp, scope: Scope) -> Closure:
    """A binary operator; a left-nested chain of them is worked off from its left end."""
    operators, spine = scope.machine.operators, []
    while isinstance(node, ast.BinOp):
        spine.append((operators.get(type(node.op)), node.right))
        if spine[-1][0] is None:
            return refuses(node, f"`{type(node.op).__name__}` is not understood")
        node = node.left
    first = expression(node, scope)
    steps = [(operate, expression(right, scope)) for operate, right in reversed(spine)]
    if len(steps) == 1:
        ((operate, second),) = steps
        return lambda env: operate(first(env), second(env))

    def run(env):
        value = first(env)
        for operate, operand in steps:
            value = operate(value, operand(env))
        return value

    return run


def unary(node: ast.UnaryOp, scope: Scope) -> Closure:
    operate, operand = UNARY[type(node.op)], expression(node.operand, scope)
    if isinstance(node.op, ast.Invert):
        operate = scope.machine.invert
    if isinstance(node.op, ast.Not):
        operand = decided(operand, scope)
    return lambda env: operate(operand(env))


def decided(closure: Closure, scope: Scope) -> Closure:
    """The truth of a value, as a decision on the trace."""
    trace = scope.machine.trace

    def run(env):
        truth = bool(closure(env))
        trace.append(truth)
        return truth

    return run


def boolop(node: ast.BoolOp, scope: Scope) -> Closure:
    """``and`` / ``or``: the first value that settles it, else the last."""
    *early, last = (expression(value, scope) for value in node.values)
    settles, trace = isinstance(node.op, ast.Or), scope.machine.trace

    def run(env):
        for closure in early:
            value = closure(env)
            truth = bool(value)
            trace.append(truth)
            if truth is settles:
                return value
        return last(env)

    return run


def compare(node: ast.Compare, scope: Scope) -> Closure:
    """A comparison, chained ones from left to right."""
    table = scope.machine.comparisons
    first = expression(node.left, scope)
    steps = [(table[type(op)], expression(right, scope)) for op, right in zip(node.ops, node.comparators, strict=True)]

    *early, (last_holds, last_operand) = steps
    note = scope.machine.note

    def run(env):
        left = first(env)
        for holds, operand in early:
            right = operand(env)
            truth = holds(left, right)
            note(truth)
            if not truth:
                return truth
            left = right
        truth = last_holds(left, last_operand(env))
        note(truth)
        return truth

    return run


def test(node: ast.expr, scope: Scope) -> Closure:
    """The truth of a branch's test, recorded for its place."""
    closure, trace, tests = expression(node, scope), scope.machine.trace, scope.machine.tests
    place = (node.lineno, node.col_offset)

    def run(env):
        truth = bool(closure(env))
        trace.append(truth)
        tests.setdefault(place, set()).add(truth)
        return truth

    return run


def ternary(node: ast.IfExp, scope: Scope) -> Closure:
    """``a if t else b``; a chain of them through ``else`` is one loop."""
    cases = []
    while isinstance(node, ast.IfExp):
        cases.append((test(node.test, scope), expression(node.body, scope)))
        node = node.orelse
    otherwise = expression(node, scope)

    def run(env):
        for holds, then in cases:
            if holds(env):
                return then(env)
        return otherwise(env)

    return run


def display(make: Callable) -> Callable:
    """A list or tuple display."""

    def form(node: ast.List | ast.Tuple, scope: Scope) -> Closure:
        items = [expression(item, scope) for item in node.elts]
        return lambda env: make([item(env) for item in items])

    return form


def dictionary(node: ast.Dict, scope: Scope) -> Closure:
    if None in node.keys:
        return refuses(node, "`**` in a dict")
    keys = [expression(key, scope) for key in node.keys]
    values = [expression(value, scope) for value in node.values]
    weigh = scope.machine.meter.weigh

    def run(env):
        result = {}
        for key, value in zip(keys, values, strict=True):
            at = key(env)
            weigh(at)
            result[at] = value(env)
        return result

    return run


def subscript(node: ast.Subscript, scope: Scope) -> Closure:
    container, index = expression(node.value, scope), expression(node.slice, scope)
    item = scope.machine.item
    return lambda env: item(container(env), index(env))


def slices(node: ast.Slice, scope: Scope) -> Closure:
    ends = [expression(e, scope) if e else (lambda env: None) for e in (node.lower, node.upper, node.step)]
    return lambda env: slice(*(end(env) for end in ends))


def attribute(node: ast.Attribute, scope: Scope) -> Closure:
    """A member of a listed module, or a listed attribute of an array."""
    owner, key, line = expression(node.value, scope), node.attr, node.lineno
    of_value = scope.machine.attribute

    def run(env):
        value = owner(env)
        return member(value, key, line) if type(value) is Module else of_value(value, key, line)

    return run


def member(module: Module, key: str, line: int):
    """A member of a listed module.  Raises `Refused` for what is not listed."""
    if key not in module.members:
        raise Refused(line, f"`{module.name}.{key}` is not on the list")
    return module.members[key]


def call(node: ast.Call, scope: Scope) -> Closure:
    """A call of a listed function, a listed method or a function of the same text."""
    if any(k.arg is None for k in node.keywords):
        return refuses(node, "`**` in a call")
    arguments = _arguments(node.args, scope)
    keywords = [(k.arg, expression(k.value, scope)) for k in node.keywords]
    method = isinstance(node.func, ast.Attribute) and _method(node.func, scope)
    target = method or expression(node.func, scope)
    apply = scope.machine.apply

    def run(env):
        function = target(env)
        values = arguments(env)
        return apply(function, values, {key: value(env) for key, value in keywords} if keywords else {})

    return run


def _arguments(nodes: list[ast.expr], scope: Scope) -> Callable[[dict], list]:
    """The positional arguments of a call, ``*items`` among them unpacked."""
    iterate = scope.machine.iterate
    parts = [
        (isinstance(a, ast.Starred), expression(getattr(a, "value", a) if isinstance(a, ast.Starred) else a, scope))
        for a in nodes
    ]
    if not any(starred for starred, _ in parts):
        plain = [closure for _, closure in parts]
        return lambda env: [closure(env) for closure in plain]

    def run(env):
        values = []
        for starred, closure in parts:
            values += iterate(closure(env)) if starred else [closure(env)]
        return values

    return run


def _method(node: ast.Attribute, scope: Scope) -> Closure:
    """A member of a module, or a listed method bound to its owner."""
    owner, key, line = expression(node.value, scope), node.attr, node.lineno
    of_value = scope.machine.method

    def run(env):
        value = owner(env)
        return member(value, key, line) if type(value) is Module else of_value(value, key, line)

    return run


def joined(node: ast.JoinedStr, scope: Scope) -> Closure:
    """An f-string."""
    parts = [expression(part, scope) for part in node.values]
    meter = scope.machine.meter

    def run(env):
        return meter.sized("".join([part(env) for part in parts]))

    return run


def formatted(node: ast.FormattedValue, scope: Scope) -> Closure:
    """One value of an f-string; formats are short ones only, numbers of many digits print as floats."""
    value, spec = expression(node.value, scope), node.format_spec
    layout = expression(spec, scope) if spec else (lambda env: "")
    machine, line = scope.machine, node.lineno

    def run(env):
        item, how = value(env), layout(env)
        if not FORMAT.fullmatch(how):
            raise Refused(line, "this format")
        if type(item) is machine.numbers.real:
            item = machine.numbers.as_float(item)
        machine.meter.weigh(item)
        return format(item, how) if isinstance(item, (int, float, str)) else format(str(item), how)

    return run


def comprehension(node: ast.ListComp | ast.GeneratorExp | ast.DictComp, scope: Scope) -> Closure:
    """A comprehension, all at once, in a scope of its own."""
    from gradgen.interpret.statements import loop_targets

    inner = scope.inside(loop_targets(node.generators))
    if isinstance(node, ast.DictComp):
        key, value = expression(node.key, inner), expression(node.value, inner)
        element, finish = (lambda env: (key(env), value(env))), dict
    else:
        element, finish = expression(node.elt, inner), list
    walk = _clauses(node.generators, scope, inner)

    def run(env):
        local = {"": env}
        return finish([element(local) for _ in walk(env, local)])

    return run


def _clauses(generators: list[ast.comprehension], scope: Scope, inner: Scope) -> Callable:
    """The ``for ... if ...`` clauses: a generator that sets the names for each round."""
    from gradgen.interpret.statements import assign

    meter = scope.machine.meter
    clauses = [
        (expression(g.iter, inner if i else scope), assign(g.target, inner), [test(c, inner) for c in g.ifs])
        for i, g in enumerate(generators)
    ]

    def walk(env, local, at=0):
        if at == len(clauses):
            yield
            return
        items, store, conditions = clauses[at]
        for item in scope.machine.iterate(items(local if at else env)):
            meter.spend(1)
            store(local, item)
            if all(holds(local) for holds in conditions):
                yield from walk(env, local, at + 1)

    return walk


def function(node: ast.Lambda, scope: Scope) -> Closure:
    return scope.machine.definition(node, scope)


FORMS: dict[type, Callable[[ast.expr, Scope], Closure]] = {
    ast.Attribute: attribute,
    ast.BinOp: binop,
    ast.BoolOp: boolop,
    ast.Call: call,
    ast.Compare: compare,
    ast.Constant: constant,
    ast.Dict: dictionary,
    ast.DictComp: comprehension,
    ast.FormattedValue: formatted,
    ast.GeneratorExp: comprehension,
    ast.IfExp: ternary,
    ast.JoinedStr: joined,
    ast.Lambda: function,
    ast.List: display(list),
    ast.ListComp: comprehension,
    ast.Name: name,
    ast.Slice: slices,
    ast.Subscript: subscript,
    ast.Tuple: display(tuple),
    ast.UnaryOp: unary,
}
__all__ = ["EXCEPTIONS", "Closure", "expression", "refuses", "test"]

"""Backward values as linear forms: which true gradients they are made of, each with its coefficient."""

from __future__ import annotations

from gradgen.checks.graph import Graph

Form = dict[int, int]  # D (or the upstream gradient) -> coefficient


class Nonlinear(Exception):
    """A value in which gradients are multiplied with each other, or go through a function."""


def form_of(graph: Graph, value: int, upstream: frozenset[int]) -> Form:
    """The linear form of a value.  Where the upstream gradient is the number 1 (``graph.one``), a value without any D is
    a multiple of it."""
    memory: dict[int, Form] = {}
    stack = [value]
    while stack:
        node = stack[-1]
        if node in memory:
            stack.pop()
            continue
        parts = _parts(graph, node, upstream)
        todo = [p for p in parts if p not in memory]
        if todo:
            stack.extend(todo)
            continue
        memory[node] = _combine(graph, node, upstream, memory)
        stack.pop()
    return _on_one(graph, memory[value], upstream)


PLAIN = -1  # the key of a part that has no gradient in it


def _parts(graph: Graph, node: int, upstream: frozenset[int]) -> tuple[int, ...]:
    op, args, payload = graph.nodes[node]
    if op == "D" or node in upstream and node != graph.one:
        return ()
    if op == "ite":
        return args[1:]
    if op == "call" and payload in ("+", "neg", "pos", "*", "/", "math.degrees", "math.radians", "math.ldexp"):
        return args
    return ()


def _combine(graph: Graph, node: int, upstream: frozenset[int], memory: dict[int, Form]) -> Form:
    op, args, payload = graph.nodes[node]
    if op == "D" or node in upstream and node != graph.one:
        return {node: graph.one}
    parts = [memory[a] for a in _parts(graph, node, upstream)]
    if all(set(p) <= {PLAIN} for p in parts):
        return {} if graph.is_zero(node) or parts and _vanishes(payload, parts) else {PLAIN: node}
    if op == "ite":
        keys = dict.fromkeys([*parts[0], *parts[1]])
        return {k: graph.choice(args[0], parts[0].get(k, graph.zero), parts[1].get(k, graph.zero)) for k in keys}
    if payload == "+":
        return total(graph, parts[0], parts[1])
    if payload in ("neg", "pos"):
        return {k: graph.call("neg", c) for k, c in parts[0].items()} if payload == "neg" else parts[0]
    if payload == "*":
        left, right = (set(p) <= {PLAIN} for p in parts)
        if left or right:
            return scaled(graph, parts[1 if left else 0], args[0 if left else 1])
    if payload == "/" and set(parts[1]) <= {PLAIN}:
        return {k: graph.call("/", c, args[1]) for k, c in parts[0].items()}
    if payload in ("math.degrees", "math.radians"):
        return scaled(graph, parts[0], graph.call(payload, graph.one))
    if payload == "math.ldexp" and set(parts[1]) <= {PLAIN}:
        return scaled(graph, parts[0], graph.call("**", graph.const(2), args[1]))
    raise Nonlinear(node)


def _vanishes(fn: str | None, parts: list[Form]) -> bool:
    """Whether a value is 0 because parts of it are (those of a choice, of which ``fn`` is None, too)."""
    return {} in parts if fn == "*" else not parts[0] if fn in ("/", "math.ldexp") else not any(parts)


def _on_one(graph: Graph, form: Form, upstream: frozenset[int]) -> Form:
    if PLAIN not in form:
        return form
    if graph.one not in upstream:
        raise Nonlinear(form[PLAIN])
    rest = {k: c for k, c in form.items() if k != PLAIN}
    return total(graph, rest, {graph.one: form[PLAIN]})


def total(graph: Graph, a: Form, b: Form) -> Form:
    """The sum of two forms."""
    result = dict(a)
    for key, coefficient in b.items():
        result[key] = graph.call("+", result[key], coefficient) if key in result else coefficient
    return result


def scaled(graph: Graph, form: Form, factor: int) -> Form:
    """A form times a factor."""
    if factor == graph.one:
        return dict(form)
    if graph.is_zero(factor):
        return {}
    return {k: factor if c == graph.one else graph.call("*", factor, c) for k, c in form.items()}

"""Nodes as floats at one point, for examples that tell two of them apart."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable

from gradgen.checks.graph import Graph

OPERATIONS: dict[str, Callable] = {
    "+": lambda a, b: a + b, "*": lambda a, b: a * b, "/": lambda a, b: a / b, "//": lambda a, b: a // b,
    "%": lambda a, b: a % b, "**": lambda a, b: float(a) ** b, "neg": lambda a: -a, "pos": lambda a: a, "abs": abs, "max": max, "min": min,
    ">": lambda a, b: a > b, ">=": lambda a, b: a >= b, "==": lambda a, b: a == b, "!=": lambda a, b: a != b,
    "not": lambda a: not a, "and": lambda *a: all(a), "or": lambda *a: any(a), "float": float, "int": int, "round": round,
    "bool": bool, "sum": lambda *a: sum(a), "math.fsum": lambda *a: math.fsum(a), "sign": math.copysign,
}  # fmt: skip


class Numeric:
    """Values of nodes where every input is drawn from ``draw``; stages follow from their definitions, and true
    gradients ``D``, where ``gradient`` gives their sum over the uses, from that."""

    def __init__(self, graph: Graph, definition: Callable[[int], int | None], draw: Callable[[], float], gradient: Callable[[int], int] | None = None):
        self.graph, self.definition, self.draw, self.gradient = graph, definition, draw, gradient
        self.values: dict[int, float | None] = {}
        self.depth = 0

    def value(self, node: int) -> float | None:
        """The float, or None where there is none (outside a domain, or not a number)."""
        stack = [node]
        while stack:
            n = stack[-1]
            if n in self.values:
                stack.pop()
                continue
            needs = self.needs(n)
            todo = [m for m in needs if m not in self.values]
            if todo:
                stack.extend(todo)
                continue
            self.values[n] = self.one(n, [self.values[m] for m in needs])
            stack.pop()
        return self.values[node]

    def noise(self) -> float:
        """How far apart two equal sums may come out here: slopes are differences, and large terms may cancel."""
        sizes = [abs(v) for n, v in self.values.items() if v is not None and self.graph.op(n) in ("slope", "D", "J")]
        return 1e-6 * max([1e-3, *sizes])

    def needs(self, node: int) -> tuple[int, ...]:
        op, args, _ = self.graph.nodes[node]
        if op == "sym":
            d = self.definition(node)
            return () if d is None or self.graph.op(d) in ("pair", "token") else (d,)
        if op == "D" and self.gradient:
            return (self.gradient(self.graph.payload(node)),)
        return args if op in ("call", "ite") else args[:1] if op == "slope" and self.graph.op(args[0]) != "pair" else ()

    def one(self, node: int, parts: list[float | None]) -> float | None:
        op, args, payload = self.graph.nodes[node]
        if op == "const":
            return self.literal(payload)
        if op == "ite":
            return None if parts[0] is None else parts[1] if parts[0] else parts[2]
        if op == "slope":
            return self.slope(args[0], args[1])
        if op in ("leaf", "J") or op in ("sym", "D") and not parts:
            return self.draw()
        if None in parts or op not in ("call", "sym", "D"):
            return None
        return parts[0] if op in ("sym", "D") else self.operation(payload, parts)

    @staticmethod
    def literal(payload: tuple[str, str]) -> float | None:
        kind, text = payload
        if kind not in ("float", "int", "bool") or len(text) > 300:
            return None
        return float(text) if kind == "float" else int(ast.literal_eval(text))

    def operation(self, fn: str, parts: list) -> float | None:
        function = OPERATIONS.get(fn) or getattr(math, fn.removeprefix("math."), None)
        if function is None or fn == "text":
            return None
        try:
            result = function(*parts) if callable(function) else function
        except (ArithmeticError, ValueError, TypeError):
            return None
        return None if isinstance(result, complex) or not isinstance(result, (int, float)) or math.isnan(result) else result

    def slope(self, definition: int, by: int) -> float | None:
        """A central difference of one stage by one operand."""
        if self.graph.op(definition) == "pair":
            args, payload = self.graph.args(definition), self.graph.payload(definition)
            return sum(self.value(self.graph.make("J", *args, payload=(*payload, j))) for j, a in enumerate(args) if a == by and j not in self.graph.still.get(payload[0], ()))
        if self.values.get(by) is None:
            return None
        at = self.values[by]
        below = [n for n in self.graph.walk(definition) if self.graph.op(n) in ("leaf", "sym", "J") and n in self.values]
        slopes = [self.difference(definition, by, below, h * max(1.0, abs(at))) for h in (1e-5, 1e-6, 1e-7)]
        for a, b in ((slopes[0], slopes[1]), (slopes[1], slopes[2])):
            if a is not None and b is not None and abs(a - b) <= 1e-4 * (abs(a) + abs(b)) + 1e-9:
                return b
        return None  # too steep to tell here

    def difference(self, definition: int, by: int, below: list[int], step: float) -> float | None:
        ends = []
        for x in (self.values[by] + step, self.values[by] - step):
            other = Numeric(self.graph, self.definition, self.draw)
            other.values = {n: self.values[n] for n in below} | {by: x}
            ends.append(other.value(definition))
        return None if None in ends else (ends[0] - ends[1]) / (2 * step)

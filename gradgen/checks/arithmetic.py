"""The operations of the graph on numbers of one system: floats, or numbers of many digits."""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Iterable
from functools import cache

from gradgen.checks.graph import Graph
from gradgen.interpret import FLOAT, OutOfFuel
from gradgen.interpret.numbers import Numbers

PLAIN: dict[str, Callable] = {
    "+": operator.add, "*": operator.mul, "neg": operator.neg, "pos": operator.pos, ">": operator.gt, ">=": operator.ge, "==": operator.eq,
    "!=": operator.ne, "is": operator.eq, "is not": operator.ne, "not": operator.not_, "and": lambda *a: all(a), "or": lambda *a: any(a),
}  # fmt: skip
CANNOT = (ArithmeticError, ValueError, TypeError, NotImplementedError, OutOfFuel)


class Arithmetic:
    """Calls and literals of the graph over one number system; None where there is no (finite) number."""

    def __init__(self, numbers: Numbers):
        self.numbers = numbers
        self.literal, self.function = cache(self._literal), cache(self._function)

    def _literal(self, payload: tuple[str, str]):
        kind, text = payload
        if kind == "NoneType":
            return False
        if kind not in ("float", "int", "bool") or len(text) > 300:
            return None
        return self.numbers.make(float(text)) if kind == "float" else int(ast.literal_eval(text))

    def operation(self, fn: str, parts: list):
        try:
            return self.finite(self.function(fn)(*parts))
        except CANNOT:
            return None

    def _function(self, fn: str) -> Callable:
        """What a call does, by its name in the graph."""
        numbers, name = self.numbers, fn.removeprefix("math.")
        own = {"/": numbers.divide, "//": numbers.floordiv, "%": numbers.mod, "**": self.power}
        if fn in PLAIN or fn in own:
            return PLAIN.get(fn) or own[fn]
        if fn in ("sum", "math.fsum"):
            return lambda *terms: sum(terms)
        if fn == "sign":
            return numbers.math["copysign"]
        if fn == "digamma":
            return lambda x: numbers.real.context.digamma(x)
        found = numbers.math.get(name) if fn.startswith("math.") else numbers.functions.get(fn)
        if found is None:
            raise NotImplementedError(fn)
        return found if callable(found) else lambda: found

    def power(self, a, b):
        whole = isinstance(a, int) and isinstance(b, int) and abs(b) > 64
        return self.numbers.power(self.numbers.make(a) if whole else a, b)

    @staticmethod
    def finite(value):
        if isinstance(value, (int, float)):
            return value if not isinstance(value, float) or math.isfinite(value) else None
        if not hasattr(value, "_mpf_"):
            return None
        _, digits, exponent, _ = value._mpf_
        return value if digits or not exponent else None


def complete(parts: Iterable) -> bool:
    """Whether there is a number at every place (numbers of many digits are slow to compare, even with None).

    >>> complete([0, 1.5]), complete([2, None])
    (True, False)
    """
    return all(part is not None for part in parts)


def constant(graph: Graph, node: int):
    """What Python makes of a node in which no input occurs; None if it cannot be said."""
    floats, values = Arithmetic(FLOAT), {}
    for n in reversed(list(graph.below(node))):
        op, args, payload = graph.nodes[n]
        parts = [values[a] for a in args]
        if op == "const":
            values[n] = floats.literal(payload)
        elif op == "ite":
            values[n] = None if parts[0] is None else parts[1 if parts[0] else 2]
        else:
            values[n] = floats.operation(payload, parts) if op == "call" and complete(parts) else None
    return values[node]

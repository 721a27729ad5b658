"""The Python type of numbers that are expressions: its operators build nodes."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from gradgen.checks.arrays.nodes import TRUTHS, Nodes


class Real:
    """A number that is an expression.  Each graph has a type of its own, made by `type_of`."""

    __slots__ = ("node",)
    nodes: Nodes
    is_one_number = True

    def __init__(self, value=0):
        self.node = value.node if isinstance(value, Real) else self.nodes.const(value)

    @classmethod
    def of(cls, node: int):
        made = cls.__new__(cls)
        made.node = node
        return made

    def _other(self, other) -> int | None:
        if isinstance(other, Real):
            return other.node
        if isinstance(other, np.generic):
            other = other.item()
        if isinstance(other, bool):
            return self.nodes.true if other else self.nodes.false
        return self.nodes.const(other) if isinstance(other, (int, float, Fraction)) else None

    def _binary(self, other, make, swapped: bool = False):
        b = self._other(other)
        if b is None:
            return NotImplemented
        return self.of(make(b, self.node) if swapped else make(self.node, b))

    def __add__(self, other):
        return self._binary(other, self.nodes.add)

    def __radd__(self, other):
        return self._binary(other, self.nodes.add, True)

    def __sub__(self, other):
        return self._binary(other, lambda a, b: self.nodes.add(a, self.nodes.neg(b)))

    def __rsub__(self, other):
        return self._binary(other, lambda a, b: self.nodes.add(a, self.nodes.neg(b)), True)

    def __mul__(self, other):
        return self._binary(other, self.nodes.mul)

    def __rmul__(self, other):
        return self._binary(other, self.nodes.mul, True)

    def __truediv__(self, other):
        return self._binary(other, self.nodes.div)

    def __rtruediv__(self, other):
        return self._binary(other, self.nodes.div, True)

    def __pow__(self, other):
        return self._binary(other, self.nodes.pow)

    def __rpow__(self, other):
        return self._binary(other, self.nodes.pow, True)

    def __neg__(self):
        return self.of(self.nodes.neg(self.node))

    def __pos__(self):
        return self

    def __abs__(self):
        return self.of(self.nodes.size(self.node))

    def __gt__(self, other):
        return self._binary(other, self.nodes.greater)

    def __lt__(self, other):
        return self._binary(other, self.nodes.greater, True)

    def __ge__(self, other):
        return self._binary(other, lambda a, b: self.nodes.negation(self.nodes.greater(b, a)))

    def __le__(self, other):
        return self._binary(other, lambda a, b: self.nodes.negation(self.nodes.greater(a, b)))

    def __eq__(self, other):
        return self._binary(other, self.nodes.equal)

    def __ne__(self, other):
        return self._binary(other, lambda a, b: self.nodes.negation(self.nodes.equal(a, b)))

    __hash__ = None

    def _logic(self, other, make):
        b = self._other(other)
        if b is None or self.nodes.op(self.node) not in TRUTHS or self.nodes.op(b) not in TRUTHS:
            return NotImplemented
        return self.of(make(self.node, b))

    def __and__(self, other):
        return self._logic(other, self.nodes.both)

    def __or__(self, other):
        return self._logic(other, self.nodes.either)

    __rand__, __ror__ = __and__, __or__

    def __invert__(self):
        if self.nodes.op(self.node) not in TRUTHS:
            raise TypeError("bad operand type for unary ~")
        return self.of(self.nodes.negation(self.node))

    def __bool__(self):
        return self.nodes.decide(self.node)

    def __repr__(self):
        return f"<{self.nodes.rows[self.node]}>"


def type_of(nodes: Nodes) -> type[Real]:
    """The type of the reals over one graph."""
    return type("Real", (Real,), {"nodes": nodes, "__slots__": ()})

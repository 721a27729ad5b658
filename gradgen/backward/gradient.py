"""A function and its reverse pass, from the gradient on its results to that on its parameters."""

from __future__ import annotations

from collections.abc import Sequence

from gradgen.backward.reverse import Reverser, Wants
from gradgen.analysis.shapes import Shapes
from gradgen.ir.nodes import Expr, Function, Gradient, Var


def reverse(
    function: Function,
    wrt: Sequence[str],
    wants: Wants,
    deepest: int = 99,
    shapes: Shapes | None = None,
    gates: dict[str, Expr] | None = None,
) -> Gradient:
    """The gradient of a staged function for parameters ``wrt``.  The upstream gradient on result i is ``^i``."""
    reverser = Reverser(function, wrt, wants, deepest, shapes, gates)
    upstream = [Var(f"^{i}") for i in range(len(function.results))]
    backward = reverser.seed(upstream) + reverser.block(function.body)
    return Gradient(function, tuple(backward), tuple(wrt), frozenset(reverser.apart))

"""All simplifications of a reverse pass, in order."""

from __future__ import annotations

from dataclasses import replace

from gradgen.ir.nodes import Expr, Gradient
from gradgen.simplify.gather import gather
from gradgen.simplify.inline import inline
from gradgen.simplify.truth import as_numbers, truth_values


def simplify(gradient: Gradient, upstream: dict[str, Expr]) -> Gradient:
    """The reverse pass as it will be printed, for the given upstream gradients."""
    params = [p for p in gradient.function.params if p.name in gradient.wrt]
    kept = {f"~{name}" for p in params for name in [p.name, *(n for n, _ in p.slots)]}
    inlined = inline(gradient.backward, upstream, kept)
    numbers = as_numbers(inlined, truth_values(gradient.function.body))
    return replace(gradient, backward=gather(params, numbers))

"""Memory that is let go: in a long function, arrays of the forward pass that its backward pass does not read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gradgen.analysis.shapes import Shapes
from gradgen.ir.names import printed
from gradgen.ir.nodes import CallPair, Gradient, Keep, Let, Stmt, Var, variables
from gradgen.ir.walk import all_reads, defined, statements
from gradgen.simplify.in_place import is_large

LONG = 30  # statements of a backward pass, those of the functions that it calls included


def length(gradients: Sequence[Gradient]) -> int:
    """How many statements backward passes have together."""
    return sum(1 for g in gradients for _ in statements(g.backward))


def released(gradient: Gradient, shapes: Shapes) -> Gradient:
    """The gradient with ``del logits, flat`` at the end of its forward pass, for the arrays that only that reads."""
    function = gradient.function
    made = [n for s in function.body for n in _made(s) if is_large(Var(n), shapes)]
    names = [*defined(function.body), *(p.name for p in function.params)]
    ends = [*function.results, *([] if function.aux is None else [function.aux])]
    needed = printed([*all_reads(gradient.backward), *(v for e in ends for v in variables(e))])
    done = [n for n in made if n not in needed and [m for m in names if printed([m]) == {n}] == [n]]
    keep = Keep("del", tuple(Var(n) for n in done))
    return replace(gradient, function=replace(function, body=(*function.body, keep))) if done else gradient


def _made(s: Stmt) -> tuple[str, ...]:
    """The values that a statement gives a name."""
    return (s.target,) if isinstance(s, Let) else s.targets if isinstance(s, CallPair) else ()

"""Shapes across calls of the file's own functions."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gradgen.analysis.dims import Contradiction
from gradgen.analysis.evidence import Evidence
from gradgen.analysis.shapes import Shapes
from gradgen.ir.nodes import Expr, Function, Var
from gradgen.rules.site import Dim, Shape


def asked_of_arguments(helper: Shapes, args: Sequence[Expr], caller: Shapes) -> None:
    """What a helper takes for granted of its parameters' ranks holds for the caller's own, where nothing is known of them."""
    dims: dict[Dim, Dim] = {}
    for param, arg in zip(helper.function.params, args, strict=True):
        asked, shape = helper.of(Var(param.name)), caller.of(arg)
        if (
            isinstance(asked, tuple)
            and asked
            and isinstance(shape, str)
            and shape[1:] in caller.parameters
            and not caller.depth
        ):
            caller.bound[shape] = tuple(d if d.isdigit() else dims.setdefault(d, caller.fresh_dim()) for d in asked)


def called_shapes(
    helper: Function, given: Sequence[Shape], caller: Shapes, callees: Callable, evidence: Evidence
) -> list[Shape]:
    """The shapes of a helper's results for arguments of these shapes; its own unknowns become the caller's."""
    try:
        inner = Shapes(helper, callees=callees, given=given, count=caller.count, evidence=evidence)
    except Contradiction:  # the names that the helper states are sizes of its own
        return [caller.fresh_shape() for _ in helper.results]
    known = {d for s in given if isinstance(s, tuple) for d in s}
    for d in known:
        if inner.dim(d) != d and inner.dim(d) in known:  # the helper makes two of the caller's sizes equal
            caller.equal(d, inner.dim(d))
    caller.count = inner.count
    names: dict[str, str] = {}

    def outer(shape: Shape) -> Shape:
        if isinstance(shape, str):
            return inner.outside[shape] if shape in inner.outside else names.setdefault(shape, caller.fresh_shape())
        return tuple(
            caller.dim(d) if d in known or d.isdigit() else names.setdefault(d, caller.fresh_dim()) for d in shape
        )

    return [outer(inner.of(r)) for r in helper.results]


def ranks_of(helper: Function, given: Sequence[Sequence[Shape]]) -> dict[str, set[int]]:
    """How many axes the arguments for each parameter have, where every call tells; where one has an axis of size 1, which may be
    stretched, the helper serves any shapes."""
    if any("1" in shape for shapes in given for shape in shapes if isinstance(shape, tuple)):
        return {}
    columns = zip(helper.params, zip(*given, strict=True), strict=True)
    return {p.name: {len(s) for s in shapes} for p, shapes in columns if not any(isinstance(s, str) for s in shapes)}

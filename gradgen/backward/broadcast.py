"""The only unbroadcast in the project: a contribution brought to the shape of what it is a gradient of."""

from __future__ import annotations

from collections.abc import Sequence

from gradgen.analysis.dims import reduced_axis
from gradgen.analysis.shapes import Shapes
from gradgen.ir.nodes import Call, Const, Expr, Var
from gradgen.rules.site import Shape


def fitted(shapes: Shapes, name: str, value: Expr, made: Expr) -> Expr:
    """A contribution to the gradient on ``name``, summed over the axes along which ``name`` was broadcast.

    ``made`` is the value whose stage hands the contribution on.  A contribution may stay thin: of size 1, or without an axis, where it
    does not depend on it.
    """
    whole, wanted = shapes.of(made), shapes.of(Var(name))
    if whole == wanted:
        return value
    if (reduced := reduced_axis(wanted, whole)) is not None:
        axis, keep = reduced
        return reduce(full(shapes, value, whole, made), (axis,), 99, keepdims=keep)
    if wanted == () and isinstance(whole, str):
        return Call("np.sum", (full(shapes, value, whole, made),))
    if isinstance(whole, str) or isinstance(wanted, str) or len(wanted) > len(whole):
        return Call("parts.unbroadcast", (full(shapes, value, whole, made), Var(name)))
    lead = len(whole) - len(wanted)
    gone, kept = tuple(range(lead)), []
    for axis, (w, t) in enumerate(zip(whole[lead:], wanted, strict=True), lead):
        if t == "1" and w != "1":
            kept.append(axis)
        elif t != w:
            return Call("parts.unbroadcast", (full(shapes, value, whole, made), Var(name)))
    if not gone and not kept:
        return value
    value = full(
        shapes, value, whole, made, axes=None if gone and kept else (*gone, *kept)
    )  # a reshape takes no thin axes
    summed = reduce(value, (*gone, *kept), len(whole), keepdims=bool(kept) and not gone)
    return Call(".reshape", (summed, Call(".shape", (Var(name),)))) if gone and kept else summed


def reduce(value: Expr, axes: Sequence[int], rank: int, keepdims: bool = False) -> Expr:
    """``np.sum`` over some axes, said as briefly as it can be."""
    args: list[Expr] = [value]
    names: list[str] = []
    if len(axes) < rank or keepdims:
        numbers = [Const(repr(a)) for a in axes]
        args.append(numbers[0] if len(numbers) == 1 else Call("tuple", tuple(numbers)))
        names.append("axis")
    if keepdims:
        args.append(Const("True"))
        names.append("keepdims")
    return Call("np.sum", tuple(args), (("keywords", tuple(names)),) if names else ())


def full(shapes: Shapes, value: Expr, whole: Shape, made: Expr, axes: Sequence[int] | None = None) -> Expr:
    """The value with every axis of ``whole`` (or at least those in ``axes``), for what needs it so."""
    thin = shapes.of(value)
    if thin == whole:
        return value
    if axes is not None and isinstance(thin, tuple) and isinstance(whole, tuple) and len(thin) == len(whole):
        lead = len(whole) - len(thin)
        if all(a >= lead and thin[a - lead] == whole[a] for a in axes):
            return value
    return Call("np.broadcast_to", (value, shapes.shape_text(made)))

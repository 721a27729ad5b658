"""Indices that name every entry at most once."""

from __future__ import annotations

from collections.abc import Sequence

from gradgen.analysis.shapes import Shapes
from gradgen.analysis.subscripts import FULL
from gradgen.ir.nodes import Call, Const, Expr, Function, Let, Var
from gradgen.ir.walk import statements

COUNTS = ("np.arange", "range")


def distinct(index: Sequence[Expr], shapes: Shapes, function: Function) -> bool:
    """Whether an index names every entry at most once: basic indices, a mask, ``np.arange(N), y``."""
    kinds = [shapes.index_kind(i) for i in index]
    if all(k in ("new", "...", "int", "all", "slice") for k in kinds) or kinds == ["mask"]:
        return True
    others = [i for i, k in zip(index, kinds, strict=True) if k in ("array", "?") and not _is_count(i, function)]
    counts = [i for i in index if _is_count(i, function)]
    return bool(counts) and all(_goes_along(i, counts[0], shapes) for i in others)


def _goes_along(item: Expr, count: Expr, shapes: Shapes) -> bool:
    """Whether an index array varies along the axis of a count only: ``np.arange(N), y``, ``np.arange(N)[:, None], y[:, None]``."""
    shape, whole = shapes.of(item), shapes.of(count)
    if not isinstance(whole, tuple) or len(whole) <= 1:
        return _is_row(item, shapes)
    return (
        isinstance(shape, tuple)
        and len(shape) == len(whole)
        and all(n != "1" or d == "1" for d, n in zip(shape, whole))
    )


def _is_row(item: Expr, shapes: Shapes) -> bool:
    """Whether an index array has one axis at most, known or asserted."""
    shape = shapes.of(item)
    if isinstance(shape, tuple):
        return len(shape) <= 1
    return any(f.param == shape[1:] and f.into is not None and len(f.into) <= 1 for f in shapes.facts)


def _is_count(item: Expr, function: Function) -> bool:
    """Whether an index is 0, 1, 2, ... : then the pairs that it is part of differ."""
    if isinstance(item, Call):
        return (
            item.fn in COUNTS
            or item.fn == "[]"
            and all(i in (FULL, Const("None")) for i in item.args[1:])
            and _is_count(item.args[0], function)
            or item.fn in ("list", "np.array")
            and len(item.args) == 1
            and _is_count(item.args[0], function)
        )
    return isinstance(item, Var) and any(
        isinstance(s, Let) and s.target == item.name and _is_count(s.value, function) for s in statements(function.body)
    )

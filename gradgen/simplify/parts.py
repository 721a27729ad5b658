"""Gradients that arrive in slices, from end to end of an axis, each slice once: they are put side by side.

Where zeros were filled slice by slice, nothing of ``a`` needs to be kept for their shape::

    da = np.zeros_like(a)                        dq = (1 - f) * f * prev_c * dc
    da[:, H:] += (1 - f) * f * prev_c * dc  ->   dp = (1 - i) * i * g * dc
    da[:, :H] += (1 - i) * i * g * dc            da = np.concatenate((dp, dq), axis=1, dtype=i.dtype)
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import pairwise

from gradgen.analysis.shapes import Shapes
from gradgen.ir.nodes import Call, Const, Expr, Function, Let, Stmt, Store, Var, variables
from gradgen.ir.walk import all_reads, all_writes, statements, with_blocks

OMITTED = Call("omitted", ())
WHOLE = Call("slice", (OMITTED, OMITTED, OMITTED))
ZEROS = ("np.zeros_like", "np.zeros")


def side_by_side(body: Sequence[Stmt], function: Function, shapes: Shapes) -> tuple[Stmt, ...]:
    """The reverse pass with gradients that are made of slices put together at once."""
    out = [with_blocks(s, lambda block: side_by_side(block, function, shapes)) for s in body]
    for s in list(out):
        if isinstance(s, Let) and isinstance(s.value, Call) and s.value.fn in ZEROS and s.target.startswith("~"):
            out = _joined(out, s, function, shapes)
    return tuple(out)


def _joined(body: list[Stmt], zeros: Let, function: Function, shapes: Shapes) -> list[Stmt]:
    """The block with the slices of one gradient put side by side; as it was where they do not make up the whole."""
    start, name = body.index(zeros), zeros.target
    end = start + 1
    while end < len(body) and (name not in all_reads(body[end : end + 1]) or _is_slice(body[end], name)):
        end += 1
    within = body[start + 1 : end]
    stores = [s for s in within if isinstance(s, Store) and s.target == name]
    others = [s for s in within if s not in stores]
    axis, views = _common_axis(stores), [_view(s, function) for s in stores]
    if axis is None or name in all_writes(others) or not _makes_up([s.index[axis] for s in stores], shapes):
        return body
    typed = _of_type(views, function, {*all_reads(others), *(n for s in stores for n in variables(s.value))})
    if "" in views or not typed or not all(map(partial(_is_full, shapes=shapes), stores, views)):
        return body
    parts = {id(s): Let(f"~{view}", s.value, s.at) for s, view in zip(stores, views, strict=True)}
    ordered = sorted(stores, key=lambda s: _bounds(s.index[axis])[0][0])
    joined = Call("tuple", tuple(Var(parts[id(s)].target) for s in ordered))
    given = (joined, Const(repr(axis)), Call(".dtype", (Var(typed),)))
    line = Let(name, Call("np.concatenate", given, (("keywords", ("axis", "dtype")),)), stores[-1].at)
    last = within.index(stores[-1]) + 1
    within = [parts.get(id(s), s) for s in within]
    return [*body[:start], *within[:last], line, *within[last:], *body[end:]]


def _is_full(store: Store, view: str, shapes: Shapes) -> bool:
    """Whether what a slice gains has the slice's shape, and is no number for all of it."""
    return shapes.resolve(shapes.of(store.value)) == shapes.resolve(shapes.of(Var(view)))


def _is_slice(s: Stmt, name: str) -> bool:
    """Whether a line adds to a slice of a gradient and reads it nowhere else."""
    if not (isinstance(s, Store) and s.target == name and s.op == "+="):
        return False
    return name not in {n for part in (*s.index, s.value) for n in variables(part)}


def _common_axis(stores: Sequence[Store]) -> int | None:
    """The one axis of which stores take slices, all others whole; None if there is none."""
    axes = {tuple(i for i, part in enumerate(s.index) if part != WHOLE) for s in stores}
    if len(stores) < 2 or len(axes) != 1 or len(axis := axes.pop()) != 1:
        return None
    return axis[0] if all(isinstance(s.index[axis[0]], Call) for s in stores) else None


def _bounds(part: Expr) -> tuple[tuple[int, str], tuple[int, str]] | None:
    """Where a slice begins and ends, as a number and what it is a multiple of: ``H : 2 * H``; an end of -1 is that of the axis."""
    match part:
        case Call("slice", (first, last, step)) if step == OMITTED:
            start = (0, "") if first == OMITTED else _multiple(first)
            stop = (-1, "") if last == OMITTED else _multiple(last)
            return (start, stop) if start and stop else None
    return None


def _multiple(bound: Expr) -> tuple[int, str] | None:
    match bound:
        case Const(text) if text.isdigit():
            return int(text), ""
        case Var(name):
            return 1, name
        case Call("*", (Const(text), Var(name))) | Call("*", (Var(name), Const(text))) if text.isdigit():
            return int(text), name
    return None


def _makes_up(parts: Sequence[Expr], shapes: Shapes) -> bool:
    """Whether slices follow one another from the first entry of an axis to its last."""
    bounds = [_bounds(p) for p in parts]
    if None in bounds:
        return False
    bounds.sort(key=lambda b: b[0][0])
    units = {unit for b in bounds for _, unit in b if unit}
    stops = [stop for _, stop in bounds[:-1]]
    following = all(b[1] == after[0] for b, after in pairwise(bounds))
    one_unit = not units or len(units) == 1 and all(unit for _, unit in stops) and _is_size(*units, shapes)
    return one_unit and following and bounds[0][0][0] == 0 and bounds[-1][1][0] == -1


def _is_size(name: str, shapes: Shapes) -> bool:
    """Whether a variable holds how long an axis of an array is."""
    sizes = {
        shapes.dim(d) for shape in map(shapes.resolve, shapes.names.values()) if isinstance(shape, tuple) for d in shape
    }
    return shapes.dim(f"${name}") in sizes


def _view(store: Store, function: Function) -> str:
    """What the function calls the slice that a store is made into; "" if it has no name."""
    part = Call("[]", (Var(store.target.removeprefix("~")), *store.index))
    return next((s.target for s in statements(function.body) if isinstance(s, Let) and s.value == part), "")


def _of_type(views: Sequence[str], function: Function, kept: set[str]) -> str:
    """What is kept of the slices, or of what is made of nothing else, and so has the array's type; "" if nothing is."""
    made = {s.target: set(variables(s.value)) for s in statements(function.body) if isinstance(s, Let)}
    found = (name for name, of in made.items() if name in kept and (name in views or of and of <= set(views)))
    return next(found, "")

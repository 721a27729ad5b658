"""Shape rules of what moves, repeats, joins or picks entries."""

from __future__ import annotations

from collections.abc import Sequence

from gradgen.ir.nodes import Call, Const, Expr
from gradgen.rules.constants import value_of
from gradgen.rules.shapes import integers, sizes_of
from gradgen.rules.site import Dim, Shape, Site


def product_of(site: Site, dims: Sequence[Dim]) -> Dim:
    """The product of sizes, where it can be said."""
    dims = [d for d in map(site.sizes.dim, dims) if d != "1"]
    if len(dims) < 2:
        return dims[0] if dims else "1"
    return str(_times([int(d) for d in dims])) if all(d.isdigit() for d in dims) else site.sizes.fresh_dim()


def _times(numbers: Sequence[int]) -> int:
    total = 1
    for n in numbers:
        total *= n
    return total


# -- diagonals -------------------------------------------------------------------------------------------------------------


def traced(site: Site) -> Shape:
    """A number; a parameter is taken for a matrix."""
    shape = site.sizes.ranked(site.found["x"], 2)
    return () if isinstance(shape, tuple) and len(shape) == 2 else site.sizes.fresh_shape()


def diagonal(site: Site) -> Shape:
    """The diagonal of a matrix; for ``np.diag`` of a vector, the matrix."""
    shape = site.known("x")
    if shape is not None and len(shape) == 1:
        return diagonal_matrix(site)
    if shape is None or len(shape) > 2:
        return site.sizes.fresh_shape()
    square = shape[0] == shape[1] and (site.integer("k") if "k" in site.found else site.integer("offset")) == 0
    return (shape[0] if square else site.sizes.fresh_dim(),)


def diagonals(site: Site) -> Shape:
    """The diagonal of two axes, behind the others."""
    shape, axes = site.known("x"), (site.integer("axis1"), site.integer("axis2"))
    if shape is None or len(shape) < 3:
        return diagonal(site)
    if None in axes or any(not -len(shape) <= a < len(shape) for a in axes):
        return site.sizes.fresh_shape()
    gone = [a % len(shape) for a in axes]
    one = shape[gone[0]] == shape[gone[1]] and site.integer("offset") == 0
    rest = tuple(d for i, d in enumerate(shape) if i not in gone)
    return (*rest, shape[gone[0]] if one else site.sizes.fresh_dim())


def diagonal_matrix(site: Site) -> Shape:
    """A square matrix with the entries of ``x`` on a diagonal."""
    shape = site.known("x")
    size = shape[0] if shape is not None and len(shape) == 1 and site.integer("k") == 0 else site.sizes.fresh_dim()
    return (size, size)


# -- more and fewer entries ------------------------------------------------------------------------------------------------


def widths(site: Site, rank: int | None) -> list[tuple[Expr, Expr]] | None:
    """(before, after) for each axis, from any spelling of np.pad's ``pad_width``; None if the axes cannot be counted."""
    wide = site.found["pad_width"]
    inner = wide.args if isinstance(wide, Call) and wide.fn in ("tuple", "list") else None
    if inner is None:
        return [(wide, wide)] * rank if rank is not None else None
    if all(isinstance(e, Call) and e.fn in ("tuple", "list") for e in inner):
        pairs = [(e.args[0], e.args[-1]) for e in inner]
        return pairs * rank if len(pairs) == 1 and rank is not None else pairs
    return [(inner[0], inner[-1])] * rank if rank is not None else None


def padded(site: Site) -> Shape:
    """Every axis longer by what is put before and after it."""
    shape = site.known("x")
    pairs = widths(site, None if shape is None else len(shape))
    if pairs is None:
        return site.sizes.fresh_shape()
    shape = site.sizes.ranked(site.found["x"], len(pairs))
    if isinstance(shape, str) or len(shape) != len(pairs):
        return site.sizes.fresh_shape()
    return tuple(_longer(site, d, *pair) for d, pair in zip(shape, pairs, strict=True))


def _longer(site: Site, dim: Dim, before: Expr, after: Expr) -> Dim:
    more = [value_of(e) for e in (before, after)]
    if None in more:
        return site.sizes.fresh_dim()
    return site.sizes.total([dim, str(sum(more))]) if any(more) else dim


def repeated(site: Site) -> Shape:
    """The entries of ``x`` along ``axis``, each several times; flat without an axis."""
    shape, count, axis = site.known("x"), site.integer("repeats"), site.axis("x")
    if not site.given("axis"):
        return (
            (
                product_of(site, [*shape, str(count)])
                if shape is not None and count is not None
                else site.sizes.fresh_dim()
            ),
        )
    if shape is None or axis is None:
        return site.sizes.fresh_shape()
    longer = product_of(site, [shape[axis], str(count)]) if count is not None else site.sizes.fresh_dim()
    return (*shape[:axis], longer, *shape[axis + 1 :])


def tiles(site: Site) -> tuple[list[Expr], list[Dim]] | None:
    """(how often, how long) for each axis of ``np.tile``'s value; None where the axes cannot be counted."""
    shape, reps = site.known("x"), site.found["reps"]
    if shape is None:
        return None
    times = list(reps.args) if isinstance(reps, Call) and reps.fn in ("tuple", "list") else [reps]
    if not (isinstance(reps, Call) and reps.fn in ("tuple", "list")) and site.sizes.of(reps) != ():
        return None
    rank = max(len(times), len(shape))
    return [Const("1")] * (rank - len(times)) + times, ["1"] * (rank - len(shape)) + list(shape)


def tiled(site: Site) -> Shape:
    """``x`` side by side, ``reps`` times along each axis."""
    found = tiles(site)
    if found is None:
        return site.sizes.fresh_shape()
    return tuple(product_of(site, [site.sizes.value(times), dim]) for times, dim in zip(*found, strict=True))


def moved(site: Site) -> Shape:
    """The axis ``source`` goes to ``destination``."""
    shape, source, target = site.known("x"), integers(site.found["source"]), integers(site.found["destination"])
    if not shape or source is None or target is None:
        return site.sizes.fresh_shape()
    order = axis_order(len(shape), source, target)
    return tuple(shape[i] for i in order)


def rolled(site: Site) -> Shape:
    """An axis goes in front of another."""
    shape = site.known("x")
    if not shape or max(site.integer("axis"), rolled_to(site)) >= len(shape):
        return site.sizes.fresh_shape()
    return tuple(shape[i] for i in axis_order(len(shape), [site.integer("axis")], [rolled_to(site)]))


def rolled_to(site: Site) -> int:
    """Where np.rollaxis puts an axis: the place of ``start``, which moves up if the axis was in front of it."""
    return site.integer("start") - (site.integer("start") > site.integer("axis"))


def axis_order(rank: int, source: Sequence[int], target: Sequence[int]) -> list[int]:
    """Which axis comes where after np.moveaxis.

    >>> axis_order(3, [0], [-1])
    [1, 2, 0]
    """
    source, target = [a % rank for a in source], [a % rank for a in target]
    order = [a for a in range(rank) if a not in source]
    for place, axis in sorted(zip(target, source, strict=True)):
        order.insert(place, axis)
    return order


def differences(site: Site) -> Shape:
    """One entry fewer along ``axis`` for each difference."""
    shape, n, axis = site.known("x"), site.integer("n"), site.axis("x")
    if shape is None or n is None or axis is None:
        return site.sizes.fresh_shape()
    dim = shape[axis]
    return (*shape[:axis], str(max(int(dim) - n, 0)) if dim.isdigit() else site.sizes.fresh_dim(), *shape[axis + 1 :])


def at_least(rank: int):
    """Axes of size 1 in front, up to a rank."""

    def shape_rule(site: Site) -> Shape:
        shape = site.known("x")
        return (
            ("1",) * (rank - len(shape)) + shape
            if shape is not None and (rank < 3 or len(shape) > 2)
            else site.sizes.fresh_shape()
        )

    shape_rule.__doc__ = f"Axes of size 1 in front of ``x``, up to {rank} axes."
    return shape_rule


# -- joined ----------------------------------------------------------------------------------------------------------------


def parts_of(site: Site) -> list[Shape]:
    """The shapes of the arrays in a list; a parameter of unknown rank is taken to have as many axes as the others."""
    parts = site.found["x"].args
    ranks = [len(s) for s in map(site.sizes.of, parts) if isinstance(s, tuple)]
    return (
        [site.sizes.ranked(p, max(ranks)) for p in parts]
        if ranks and max(ranks) > 1
        else list(map(site.sizes.of, parts))
    )


def side_by_side(site: Site) -> Shape:
    """The arrays of a list joined along axis 1 (vectors: axis 0)."""
    shapes = parts_of(site)
    if any(isinstance(s, str) for s in shapes):
        return site.sizes.fresh_shape()
    return along(site, shapes, 0 if max(map(len, shapes)) < 2 else 1)


def as_columns(site: Site) -> Shape:
    """The arrays of a list joined along axis 1, a vector as a column."""
    shapes = parts_of(site)
    if any(isinstance(s, str) for s in shapes):
        return site.sizes.fresh_shape()
    return along(site, [(*s, "1") if len(s) == 1 else s for s in shapes], 1)


def appended(site: Site) -> Shape:
    """All entries of ``x``, then all of ``y``, in one axis."""
    shapes = site.known("x"), site.known("y")
    flat = all(s is not None and len(s) == 1 for s in shapes)
    return (site.sizes.total([shapes[0][0], shapes[1][0]]),) if flat else (site.sizes.fresh_dim(),)


def on_top(site: Site) -> Shape:
    """The arrays of a list joined along axis 0, a vector as a row."""
    shapes = parts_of(site)
    if any(isinstance(s, str) for s in shapes):
        return site.sizes.fresh_shape()
    return along(site, [("1", *s) if len(s) == 1 else s for s in shapes], 0)


def first_put_at(site: Site) -> Shape:
    """The first axis of ``x`` put at ``axis``."""
    shape, axis = site.shape("x"), site.integer("axis")
    if axis == 0:
        return shape
    if isinstance(shape, str) or not -len(shape) <= axis < len(shape):
        return site.sizes.fresh_shape()
    rest = shape[1:]
    return (*rest[: axis % len(shape)], shape[0], *rest[axis % len(shape) :])


def in_depth(site: Site) -> Shape:
    """The arrays of a list joined along axis 2, a matrix as one layer and a vector as its row."""
    shapes = parts_of(site)
    if any(isinstance(s, str) for s in shapes):
        return site.sizes.fresh_shape()
    deep = {0: lambda s: ("1", "1", "1"), 1: lambda s: ("1", *s, "1"), 2: lambda s: (*s, "1")}
    return along(site, [deep[len(s)](s) if len(s) < 3 else s for s in shapes], 2)


def along(site: Site, shapes: Sequence[tuple[Dim, ...]], axis: int) -> Shape:
    """Shapes joined along an axis."""
    if len({len(s) for s in shapes}) > 1 or not shapes[0]:
        return site.sizes.fresh_shape()
    return tuple(site.sizes.total([s[i] for s in shapes]) if i == axis else d for i, d in enumerate(shapes[0]))


# -- picked ----------------------------------------------------------------------------------------------------------------


def taken(site: Site) -> Shape:
    """The entries ``indices`` along ``axis``."""
    shape, indices, axis = site.known("x"), site.sizes.of(site.found["indices"]), site.axis("x")
    if not site.given("axis"):
        return indices
    if shape is None or axis is None or isinstance(indices, str):
        return site.sizes.fresh_shape()
    return (*shape[:axis], *indices, *shape[axis + 1 :])


def taken_along(site: Site) -> Shape:
    """The shape of ``indices``, but for the other axes of ``x``; a parameter of unknown rank is taken for a matrix."""
    site.sizes.ranked(site.found["x"], 2)
    shape, indices, axis = site.known("x"), site.sizes.of(site.found["indices"]), site.axis("x")
    if shape is None or isinstance(indices, str) or axis is None or len(indices) != len(shape):
        return site.sizes.fresh_shape()
    return tuple(i if n == axis else d for n, (d, i) in enumerate(zip(shape, indices, strict=True)))


def interpolated(site: Site) -> Shape:
    """The shape of the points ``x``, one axis of them where nothing else is known; the knots and heights have one axis."""
    for n in ("x", "xp", "fp"):
        site.sizes.ranked(site.found[n], 1)
    return site.shape("x")


def chosen(site: Site) -> Shape:
    """``indices`` broadcast against the choices."""
    choices, indices = site.found["x"], site.sizes.of(site.found["indices"])
    if isinstance(choices, Call) and choices.fn in ("list", "tuple"):
        return site.sizes.broadcast_all([indices, *map(site.sizes.of, choices.args)])
    shape = site.known("x")
    return site.sizes.broadcast(indices, shape[1:]) if shape is not None else site.sizes.fresh_shape()


def selected(site: Site) -> Shape:
    """The conditions and the choices broadcast against each other."""
    parts = (*site.found["conditions"].args, *site.found["x"].args, site.found["default"])
    return site.sizes.broadcast_all(map(site.sizes.of, parts))


def unknown_length(site: Site) -> Shape:
    """One axis."""
    return (site.sizes.fresh_dim(),)


def quarter_turned(site: Site) -> Shape:
    """The shape of ``x``, two axes changed about by an odd number of quarter turns."""
    shape, turns, axes = site.known("x"), site.integer("k"), integers(site.found["axes"])
    if shape is None or turns is None or axes is None or len(axes) != 2 or max(axes) >= len(shape):
        return site.sizes.fresh_shape()
    dims = list(shape)
    if turns % 2:
        dims[axes[0]], dims[axes[1]] = dims[axes[1]], dims[axes[0]]
    return tuple(dims)


def listed(site: Site) -> Shape:
    """The entries of a list in a new first axis."""
    return site.sizes.of(Call("list", site.found["x"].args))


def spaced(site: Site) -> Shape:
    """``num`` numbers in one axis."""
    return (site.sizes.value(site.found["num"]),)


def broadcast_into(site: Site) -> Shape:
    """The sizes that ``shape`` spells out."""
    return sizes_of(site, site.found["shape"])


def like_first(site: Site) -> Shape:
    """The shape of ``x``; what fills it is a number or broadcasts."""
    return site.shape("x")


def shape_of_found(site: Site) -> Shape:
    """The shape of ``v``."""
    return site.shape("v")

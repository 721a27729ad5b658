"""Shape rules: the shape of a call's value from those of its operands.  Each takes the call's `Site`."""

from __future__ import annotations

from gradgen.ir.nodes import Call, Const, Expr
from gradgen.rules.constants import value_of
from gradgen.rules.site import Shape, Site


def elementwise(site: Site) -> Shape:
    """The operands broadcast against each other."""
    return site.sizes.broadcast_all(site.sizes.of(value) for value in site.found.values())


def same(site: Site) -> Shape:
    """The shape of ``x``, entry by entry."""
    return site.shape("x")


def rearranged(site: Site) -> Shape:
    """The shape of ``x``, whose entries change places."""
    return site.shape("x")


def scalar(site: Site) -> Shape:
    """A number."""
    return ()


def unknown(site: Site) -> Shape:
    """Nothing is known."""
    return site.sizes.fresh_shape()


def reduced(site: Site) -> Shape:
    """The axes ``axis`` of ``x`` are summed away (of size 1 with ``keepdims``)."""
    shape = site.shape("x")
    if "keepdims" not in site.found:  # Python's own sum: of the rows
        return shape[1:] if isinstance(shape, tuple) and shape else site.sizes.fresh_shape()
    if not site.is_literal("keepdims"):
        return site.sizes.fresh_shape()
    if not site.given("axis") and not site.flag("keepdims"):
        return ()
    if isinstance(shape, str):
        axis = site.integer("axis")
        return f"{shape}|{axis}|{site.flag('keepdims')}" if axis is not None else site.sizes.fresh_shape()
    axes = site.axes("axis", len(shape))
    if axes is None:
        return site.sizes.fresh_shape()
    if site.flag("keepdims"):
        return tuple("1" if i in axes else d for i, d in enumerate(shape))
    return tuple(d for i, d in enumerate(shape) if i not in axes)


def one_axis(site: Site) -> Shape:
    """The shape of ``x``, which has one axis where nothing else is known."""
    site.sizes.ranked(site.found["x"], 1)
    return site.shape("x")


def without_last(site: Site) -> Shape:
    """The last axis of ``y`` is summed away; it has one axis where nothing else is known, and so have the places ``x``."""
    site.sizes.ranked(site.found["y"], 1)
    if site.given("x"):
        site.sizes.ranked(site.found["x"], 1)
        if site.rank("x") == site.rank("y") == 1:
            site.sizes.equal(site.shape("x")[0], site.shape("y")[0])
    shape = site.known("y")
    return shape[:-1] if shape else site.sizes.fresh_shape()


def accumulated(site: Site) -> Shape:
    """As ``x``, or flat where no axis is given (cumsum)."""
    shape = site.shape("x")
    return shape if site.given("axis") or not isinstance(shape, str) and len(shape) == 1 else (site.sizes.fresh_dim(),)


def transposed(site: Site) -> Shape:
    """The axes of ``x`` reversed, or in the order that ``axes`` gives."""
    shape = site.shape("x")
    order = site.found.get("axes", Const("None"))
    if order in (Const("None"), Call("tuple", ())):
        if isinstance(shape, tuple):
            return shape[::-1]
        return shape.removesuffix(".T") if shape.endswith(".T") else f"{shape}.T"
    axes = integers(order)
    if axes is None or isinstance(shape, tuple) and len(axes) != len(shape):
        return site.sizes.fresh_shape()
    shape = site.sizes.ranked(site.found["x"], len(axes))
    return tuple(shape[a] for a in axes)


def integers(expr: Expr) -> list[int] | None:
    """The literal integers of a tuple or list; None if some are not literal."""
    parts = expr.args if isinstance(expr, Call) and expr.fn in ("tuple", "list") else (expr,)
    values = [value_of(p) for p in parts]
    return values if all(type(v) is int for v in values) else None


def swapped(site: Site) -> Shape:
    """Two axes of ``x`` change places."""
    shape, i, j = site.shape("x"), site.integer("i"), site.integer("j")
    if isinstance(shape, str) or i is None or j is None or max(i, j) >= len(shape) or min(i, j) < -len(shape):
        return site.sizes.fresh_shape()
    dims = list(shape)
    dims[i], dims[j] = dims[j], dims[i]
    return tuple(dims)


def reshaped(site: Site) -> Shape:
    """The sizes that ``shape`` spells out; what -1 stands for is worked out where it is the only unknown factor."""
    wanted = sizes_of(site, site.found["shape"])
    if isinstance(wanted, str):
        return wanted
    old = site.shape("x")
    if wanted.count("-1") == 1:
        rest = [d for d in wanted if d != "-1"]
        left = None
        if isinstance(old, tuple):
            left = list(old)
            for d in rest:
                if d in left:
                    left.remove(d)
                elif d != "1":
                    left = None
                    break
        missing = site.sizes.fresh_dim() if left is None else "*".join(sorted(d for d in left if d != "1")) or "1"
        wanted = tuple(missing if d == "-1" else d for d in wanted)
    if isinstance(old, str):
        site.sizes.witness.setdefault(old, wanted)
    return wanted


def sizes_of(site: Site, expr: Expr) -> Shape:
    """The shape that a tuple of sizes (or a single size, or ``x.shape``) spells out."""
    if (
        isinstance(expr, Call)
        and expr.fn == "tuple"
        and len(expr.args) == 1
        and isinstance(expr.args[0], Call)
        and expr.args[0].fn in (".shape", "np.shape", "tuple", "starred")
    ):
        expr = expr.args[0].args[0] if expr.args[0].fn == "starred" else expr.args[0]
    if isinstance(expr, Call) and expr.fn in (".shape", "np.shape"):
        return site.sizes.of(expr.args[0])
    if isinstance(expr, Call) and expr.fn in ("tuple", "list"):
        return tuple(site.sizes.value(e) for e in expr.args)
    if is_tuple(expr):
        return site.sizes.fresh_shape()  # a tuple that is computed
    return (site.sizes.value(expr),)


def is_tuple(expr: Expr) -> bool:
    """Whether an expression is a shape, or is put together from shapes: ``x.shape[1:] + (3,)``."""
    match expr:
        case Call(".shape" | "np.shape" | "tuple" | "list"):
            return True
        case Call("[]", (base, Call("slice"))):
            return is_tuple(base)
        case Call("+", args):
            return any(is_tuple(a) for a in args)
    return False


def filled(site: Site) -> Shape:
    """A new array of the given ``shape``."""
    return sizes_of(site, site.found["shape"])


def flat(site: Site) -> Shape:
    """All entries of ``x`` in one axis."""
    shape = site.shape("x")
    return shape if isinstance(shape, tuple) and len(shape) == 1 else (site.sizes.fresh_dim(),)


def counted(site: Site) -> Shape:
    """``np.arange(n)``."""
    return (site.sizes.value(site.found["start"]),) if not site.given("stop") else (site.sizes.fresh_dim(),)


def square(site: Site) -> Shape:
    """``np.eye(n)``."""
    n = site.sizes.value(site.found["n"])
    return (n, n if not site.given("m") else site.sizes.value(site.found["m"]))


def expanded(site: Site) -> Shape:
    """A new axis of size 1."""
    shape, axis = site.shape("x"), site.integer("axis")
    if isinstance(shape, str) and axis is not None and shape.endswith(f"|{axis}|False"):
        return shape.removesuffix("False") + "True"
    if isinstance(shape, str) or axis is None:
        return site.sizes.fresh_shape()
    axis %= len(shape) + 1
    return (*shape[:axis], "1", *shape[axis:])


def squeezed(site: Site) -> Shape:
    """Axes of size 1 taken out."""
    shape = site.shape("x")
    if isinstance(shape, str) or not site.given("axis") and any(not d.isdigit() for d in shape):
        return site.sizes.fresh_shape()
    axes = site.axes("axis", len(shape)) if site.given("axis") else [i for i, d in enumerate(shape) if d == "1"]
    return tuple(d for i, d in enumerate(shape) if i not in axes) if axes is not None else site.sizes.fresh_shape()


def joined(site: Site) -> Shape:
    """The arrays of a list one behind the other along ``axis``."""
    parts, axis = site.found["x"], site.integer("axis")
    shapes = [site.sizes.of(p) for p in parts.args] if isinstance(parts, Call) and parts.fn in ("list", "tuple") else []
    if not shapes or axis is None or any(isinstance(s, str) for s in shapes):
        return site.sizes.fresh_shape()
    if not -len(shapes[0]) <= axis < len(shapes[0]) or len({len(s) for s in shapes}) > 1:
        return site.sizes.fresh_shape()
    axis %= len(shapes[0])
    along = list(zip(*shapes, strict=True))
    for dims in along[:axis] + along[axis + 1 :]:
        for other in dims[1:]:
            site.sizes.equal(dims[0], other)
    return tuple(site.sizes.total(dims) if i == axis else dims[0] for i, dims in enumerate(along))


def stacked(site: Site) -> Shape:
    """The arrays of a list side by side in a new axis."""
    parts, axis = site.found["x"], site.integer("axis")
    shapes = [site.sizes.of(p) for p in parts.args] if isinstance(parts, Call) and parts.fn in ("list", "tuple") else []
    if not shapes or axis is None or isinstance(shapes[0], str):
        return site.sizes.fresh_shape()
    axis %= len(shapes[0]) + 1
    return (*shapes[0][:axis], str(len(shapes)), *shapes[0][axis:])


def indexed(site: Site) -> Shape:
    """``x[index]``: basic indices, and integer arrays next to each other."""
    return site.sizes.indexed(site.found["x"], site.found["index"].args)


def picked_rows(site: Site) -> Shape:
    """One entry of each row of ``x``."""
    return site.shape("x")[:1]


def part_of(site: Site) -> Shape:
    """One of the equal parts of ``x`` along ``axis``."""
    shape, axis = site.shape("x"), site.integer("axis")
    if isinstance(shape, str) or not -len(shape) <= axis < len(shape):
        return site.sizes.fresh_shape()
    axis %= len(shape)
    equal = site.integer("sections")
    size = site.sizes.part_size(site.found["x"], axis, equal) if equal else site.sizes.fresh_dim()
    return (*shape[:axis], size, *shape[axis + 1 :])

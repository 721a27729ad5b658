"""Rows: entries moved, repeated, padded with constants."""

from gradgen.ir.nodes import Call, Const
from gradgen.rules.constants import is_constant
from gradgen.rules.rule import rule
from gradgen.rules.shapes import rearranged
from gradgen.rules.shapes_moved import broadcast_into, padded, quarter_turned, repeated, tiled, tiles, widths
from gradgen.rules.site import Site

ONE, ZERO = Const("1"), Const("0")


# -- padding ---------------------------------------------------------------------------------------------------------------


def pads_constant(found) -> bool:
    """np.pad with a constant."""
    return found["mode"] == Const("'constant'") and is_constant_value(found["constant_values"])


def is_constant_value(expr) -> bool:
    """Literal numbers, or tuples of these."""
    return (
        all(map(is_constant_value, expr.args))
        if isinstance(expr, Call) and expr.fn in ("tuple", "list")
        else is_constant(expr)
    )


def pad_back(site: Site):
    """the part of dy that x was put in"""
    pairs = widths(site, site.rank("x"))
    if pairs is None:
        site.refuse("how many axes are padded")
    names, items = {}, []
    for axis, (before, after) in enumerate(pairs):
        names |= {
            f"before{axis}": before,
            f"size{axis}": Call("[]", (Call(".shape", (site.found["x"],)), Const(repr(axis)))),
        }
        start, stop = ("" if before == ZERO else f"before{axis}"), ("" if after == ZERO else f"size{axis}")
        items.append(f"{start}:{f'{start} + {stop}' if start and stop else stop}")
    while len(items) > 1 and items[-1] == ":":
        items.pop()
    return f"shaped(dy[{', '.join(items)}])", names


rule(
    "y = np.pad(x, pad_width, mode='constant', constant_values=0)", blocks="pad_width", dx=pad_back, shape=padded, takes=pads_constant,
    sympy="x", gate="mover", stem="pad", why="x in the middle of constants: its gradient is cut out again",
)  # fmt: skip


# -- repeating -------------------------------------------------------------------------------------------------------------


def repeat_back(site: Site) -> str:
    """dy summed over the copies of each entry"""
    rank, axis = site.rank("x"), site.axis("x") if site.rank("x") is not None else site.integer("axis")
    if site.sizes.of(site.found["repeats"]) != ():
        return repeat_each(site, rank, axis)
    if not site.given("axis"):
        text = "np.sum(dy.reshape(-1, repeats), axis=1)"
        return text if rank == 1 else f"np.reshape({text}, np.shape(x))"
    if axis is None or axis < -1:
        site.refuse("the axis")
    if rank is None:
        return f"np.sum(dy.reshape({'*x.shape, repeats' if axis < 0 else f'*x.shape[:{axis + 1}], repeats, *x.shape[{axis + 1}:]'}), axis={axis + 1 if axis >= 0 else -1})"
    sizes = [f"x.shape[{i}]" for i in range(rank)]
    return f"np.sum(dy.reshape({', '.join([*sizes[: axis + 1], 'repeats', *sizes[axis + 1 :]])}), axis={axis + 1})"


def repeat_each(site: Site, rank: int | None, axis: int | None) -> str:
    """dy added into the entries that each was a copy of, where every entry has a number of copies of its own"""
    axis = 0 if rank == 1 else axis
    if axis is None or axis < 0:
        site.refuse("the axis, or how many axes there are")
    return f"scatter(dy, entries[{':, ' * axis}np.repeat(np.arange(x.shape[{axis}]), repeats)])"


def tile_back(site: Site):
    """dy summed over the copies of x"""
    found = tiles(site)
    if found is None:
        site.refuse("how many axes there are")
    rank, names, cut, summed, mixed = site.rank("x"), {}, [], [], False
    lead = len(found[0]) - rank
    for axis, (times, dim) in enumerate(zip(*found, strict=True)):
        names[f"times{axis}"] = times
        factors = [*([f"times{axis}"] if times != ONE else []), *([f"x.shape[{axis - lead}]"] if dim != "1" else [])]
        mixed = mixed or len(factors) != 1
        if times != ONE:
            summed.append(len(cut))
        cut += factors
    text = f"dy.reshape({', '.join(cut)})" if mixed else "dy"
    if summed:
        text = f"np.sum({text}, axis={summed[0] if len(summed) == 1 else tuple(summed)})"
    return text if len(cut) - len(summed) == rank else f"np.reshape({text}, np.shape(x))", names


def broadcast_back(site: Site) -> str:
    """dy summed over the axes along which x was broadcast"""
    shape = site.known("x")
    if shape is None or isinstance(site.out, str):
        return "parts.unbroadcast(dy, x)"
    lead = len(site.out) - len(shape)
    pairs = list(zip(shape, site.out[lead:], strict=True))
    if any(a != b and a != "1" for a, b in pairs):
        return "parts.unbroadcast(dy, x)"
    gone = [*range(lead), *(i for i, (a, b) in enumerate(pairs, lead) if a == "1" != b)]
    if not gone:
        return "dy"
    axes = str(gone[0]) if len(gone) == 1 else str(tuple(gone))
    if lead == len(gone):
        return f"np.sum(dy, axis={axes})"
    return (
        f"np.sum(dy, axis={axes}, keepdims=True)" if not lead else f"np.reshape(np.sum(dy, axis={axes}), np.shape(x))"
    )


rule(
    "y = np.repeat(x, repeats, axis=None)", also=".repeat(x, repeats, axis=None)", blocks="repeats", dx=repeat_back, shape=repeated,
    sympy="x", gate="spreader", stem="rep", why="every copy of an entry moves with it, so their gradients add up",
)  # fmt: skip
rule(
    "y = np.tile(x, reps)", blocks="reps", dx=tile_back, shape=tiled, sympy="x", gate="spreader", stem="tile",
    why="every copy of an entry moves with it, so their gradients add up",
)  # fmt: skip
rule(
    "y = np.broadcast_to(x, shape)", blocks="shape", dx=broadcast_back, shape=broadcast_into, sympy="x", gate="spreader", stem="",
    why="every copy of an entry moves with it, so their gradients add up",
)  # fmt: skip


# -- turning ---------------------------------------------------------------------------------------------------------------


def roll_back(site: Site):
    """np.roll the other way"""
    axis, shift = ", axis" if site.given("axis") else "", site.found["shift"]
    if isinstance(shift, Call) and shift.fn in ("tuple", "list"):
        back = Call(
            "tuple",
            tuple(Call("neg", (s,)) if not (isinstance(s, Call) and s.fn == "neg") else s.args[0] for s in shift.args),
        )
        return f"np.roll(dy, back{axis})", {"back": back}
    if isinstance(shift, Call) and shift.fn == "neg":
        return f"np.roll(dy, back{axis})", {"back": shift.args[0]}
    return f"np.roll(dy, -shift{axis})"


def shifted_by(fn: str):
    """The adjoint of a shift by half an axis: the shift ``fn``."""

    def shift_back(site: Site) -> str:
        return f"np.fft.{fn}(dy{', axes' if site.given('axes') else ''})"

    shift_back.__doc__ = f"np.fft.{fn} along the same axes"
    return shift_back


def flip_back(site: Site) -> str:
    """dy turned round along the same axes"""
    fixed = {"np.fliplr": (1,), "np.flipud": (0,)}.get(site.fn)
    rank = site.rank("x")
    axes = fixed or (site.axes("axis", rank) if rank is not None else None)
    if axes is None:
        return f"np.flip(dy{', axis' if site.given('axis') else ''})"
    return f"dy[{', '.join('::-1' if i in axes else ':' for i in range(max(axes) + 1))}]"


rule(
    "y = np.roll(x, shift, axis=None)", blocks="shift", dx=roll_back, shape=rearranged, sympy="x", gate="mover", stem="roll",
    why="the same entries in other places",
)  # fmt: skip
for there, back in (("fftshift", "ifftshift"), ("ifftshift", "fftshift")):
    rule(
        f"y = np.fft.{there}(x, axes=None)", blocks="axes", dx=shifted_by(back), shape=rearranged, sympy="x", gate="mover", stem="shifted",
        why="the same entries, the halves of each axis exchanged",
    )  # fmt: skip
rule(
    "y = np.flip(x, axis=None)", also=("np.fliplr(x)", "np.flipud(x)"), dx=flip_back, shape=rearranged, sympy="x", gate="mover", stem="flip",
    why="the same entries in the opposite order",
)  # fmt: skip
rule(
    "y = np.rot90(x, k=1, axes=(0, 1))", blocks="k axes", dx="shaped(np.rot90(dy, -k, axes))", shape=quarter_turned, sympy="x", gate="mover", stem="turned",
    why="the same entries in other places: turned back",
)  # fmt: skip

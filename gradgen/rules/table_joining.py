"""Rows: several arrays joined into one.  The adjoint is asked part by part."""

from collections.abc import Sequence

from gradgen.ir.nodes import Call, Const, Expr
from gradgen.rules.constants import value_of
from gradgen.rules.rule import rule
from gradgen.rules.shapes import joined, same, stacked
from gradgen.rules.shapes_moved import (
    appended,
    as_columns,
    first_put_at,
    in_depth,
    listed,
    on_top,
    parts_of,
    side_by_side,
)
from gradgen.rules.site import NONE, Site

DEEP = {0: ("0", "0"), 1: ("0", ":"), 2: (":", ":")}  # where np.dstack puts an array of so many axes


def is_display(found) -> bool:
    """Whether the arrays to join are written out as a list or tuple."""
    return isinstance(found["x"], Call) and found["x"].fn in ("list", "tuple")


def takes_axis(found) -> bool:
    """A list written out, and an axis that is a literal."""
    return (
        is_display(found)
        and (axis := found["axis"]) != NONE
        and (isinstance(axis, Const) or isinstance(axis, Call) and axis.fn == "neg")
    )


def is_one(found) -> bool:
    """An array, and no list of arrays."""
    return not is_display(found)


def is_list(found) -> bool:
    """A list that a loop filled, stacked along an axis that stands in the text: an array, its first axis put there."""
    return is_one(found) and type(value_of(found["axis"])) is int


def piece(site: Site, axis: int, sizes: Sequence[str], parts: dict[str, Expr]):
    """The part of dy between the sizes before it and the sizes up to it, along an axis."""
    start, stop = (" + ".join(sizes[:n]) for n in (site.part, site.part + 1))
    items = [":"] * axis if axis >= 0 else ["..."]
    stop = stop if site.part + 1 < len(sizes) else ""
    return f"shaped(dy[{', '.join([*items, f'{start}:{stop}'])}])", parts


def size_of(site: Site, part: Expr, axis: int) -> Expr:
    """``part.shape[axis]``, or the number that it is known to be."""
    shape = site.sizes.of(part)
    known = isinstance(shape, tuple) and -len(shape) <= axis < len(shape) and shape[axis].isdigit()
    return Const(shape[axis]) if known else Call("[]", (Call(".shape", (part,)), Const(repr(axis))))


def joined_back(site: Site):
    """the part of dy that came from this array"""
    axis = site.integer("axis")
    axis = axis % len(site.out) if axis < -1 and not isinstance(site.out, str) else axis
    if axis < -1:
        site.refuse("the ranks of its parts")
    sizes = {f"size{i}": size_of(site, p, axis) for i, p in enumerate(site.found["x"].args)}
    return piece(site, axis, list(sizes), sizes)


def side_back(site: Site):
    """the columns of dy that came from this array"""
    axis = 0 if max(ranks_of(site)) < 2 else 1
    sizes = {f"size{i}": size_of(site, p, axis) for i, p in enumerate(site.found["x"].args)}
    return piece(site, axis, list(sizes), sizes)


def columns_back(site: Site):
    """the columns of dy that came from this array"""
    sizes, vector = place(site, [r < 2 for r in ranks_of(site)], 1)
    return (f"dy[:, {vector}]", sizes) if vector is not None else piece(site, 1, list(sizes), sizes)


def top_back(site: Site):
    """the rows of dy that came from this array"""
    if any(isinstance(s, str) for s in parts_of(site)):  # a vector is a row: right for any number of axes
        sizes = {f"size{i}": size_of(site, Call("np.atleast_2d", (p,)), 0) for i, p in enumerate(site.found["x"].args)}
        text, names = piece(site, 0, list(sizes), sizes)
        return f"np.reshape({text.removeprefix('shaped(').removesuffix(')')}, np.shape(x))", names
    sizes, vector = place(site, [r < 2 for r in ranks_of(site)], 0)
    return (f"dy[{vector}]", sizes) if vector is not None else piece(site, 0, list(sizes), sizes)


def depth_back(site: Site):
    """the layers of dy that came from this array"""
    ranks = ranks_of(site)
    sizes, layer = place(site, [r < 3 for r in ranks], 2)
    if layer is None:
        return piece(site, 2, list(sizes), sizes)
    return f"dy[{', '.join([*DEEP[ranks[site.part]], layer])}]", sizes


def place(site: Site, single: Sequence[bool], axis: int):
    """The parts' sizes (1 for a ``single`` one), and where a single one lies."""
    parts = site.found["x"].args
    sizes = {
        f"size{i}": Const("1") if one else size_of(site, p, axis)
        for i, (p, one) in enumerate(zip(parts, single, strict=True))
    }
    if not single[site.part]:
        return sizes, None
    before = [n for n, one in zip(list(sizes)[: site.part], single, strict=False) if not one]
    ones = site.part - len(before)
    return sizes, " + ".join([*before, *([str(ones)] if ones or not before else [])])


def ranks_of(site: Site) -> list[int]:
    """How many axes each part has."""
    shapes = parts_of(site)
    if any(isinstance(s, str) for s in shapes):
        site.refuse("the ranks of its parts")
    return [len(s) for s in shapes]


def stacked_back(site: Site) -> str:
    """the layer of dy that came from this array"""
    axis = site.integer("axis")
    if axis < -1 and isinstance(site.out, str):
        site.refuse("the rank of its parts")
    axis = axis % len(site.out) if axis < -1 else axis
    return f"dy[{', '.join([*([':'] * axis if axis >= 0 else ['...']), str(site.part)])}]"


def list_back(site: Site) -> str:
    """dy, the new axis put first again"""
    axis = site.integer("axis")
    return "dy" if axis == 0 else f"np.moveaxis(dy, {axis}, 0)"


def entry_back(site: Site) -> str:
    """the entry of dy that came from this one"""
    return f"dy[{site.part}]"


def head_back(site: Site) -> str:
    """the front of dz"""
    return "shaped(dz[:x.size])" if site.rank("x") == 1 else "np.reshape(dz[:np.size(x)], np.shape(x))"


def tail_back(site: Site) -> str:
    """the rest of dz"""
    return "shaped(dz[np.size(x):])" if site.rank("y") == 1 else "np.reshape(dz[np.size(x):], np.shape(y))"


JOINED = dict(sympy="x", gate="mover", stem="joined", why="each part of the output is one of the inputs", parts=True)

rule(
    "y = np.concatenate(x, axis=0)",
    also="np.concat(x, axis=0)",
    dx=joined_back,
    shape=joined,
    takes=takes_axis,
    **JOINED,
)
rule("y = np.stack(x, axis=0)", dx=stacked_back, shape=stacked, takes=takes_axis, **JOINED | {"stem": "stacked"})
rule("z = np.append(x, y)", dx=head_back, dy=tail_back, shape=appended, **JOINED | {"parts": False})
rule("y = np.hstack(x)", dx=side_back, shape=side_by_side, takes=is_display, **JOINED)
rule("y = np.column_stack(x)", dx=columns_back, shape=as_columns, takes=is_display, **JOINED)
rule("y = np.vstack(x)", dx=top_back, shape=on_top, takes=is_display, **JOINED)
rule("y = np.dstack(x)", dx=depth_back, shape=in_depth, takes=is_display, **JOINED)

ARRAY = (
    "np.array(x, dtype=None)",
    "np.asarray(x, dtype=None)",
    "np.asanyarray(x, dtype=None)",
    "np.ascontiguousarray(x, dtype=None)",
)
rule(
    "y = np.copy(x)",
    also=(".copy(x)", *ARRAY),
    dx="dy",
    shape=same,
    takes=is_one,
    sympy="x",
    gate="mover",
    stem="",
    why="the same entries",
)
rule(
    "y = np.stack(x, axis=0)",
    dx=list_back,
    shape=first_put_at,
    takes=is_list,
    **JOINED | {"parts": False, "name": "stack_list"},
)
rule(
    f"y = {ARRAY[0]}",
    also=ARRAY[1:],
    dx=entry_back,
    shape=listed,
    takes=is_display,
    **JOINED | {"name": "array", "stem": "stacked"},
)
rule("y = [*x]", dx=entry_back, shape=listed, **JOINED | {"name": "list", "stem": "stacked"})
rule(
    "y = np.astype(x, dtype)",
    also=".astype(x, dtype, copy=True)",
    blocks="dtype",
    dx="dy",
    shape=same,
    sympy="x",
    gate="mover",
    stem="",
    why="the same entries",
)
for dtype in ("float16", "float32", "float64"):
    rule(f"y = np.{dtype}(x)", dx="dy", shape=same, sympy="x", gate="mover", stem="", why="the same entries")
for dtype in ("int8", "int16", "int32", "int64", "uint8", "bool_", "intp"):
    rule(
        f"y = np.{dtype}(x)",
        blocks="x",
        shape=same,
        sympy="floor(x)",
        gate="blocker",
        why="whole numbers: steps, no slope",
    )

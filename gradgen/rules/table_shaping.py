"""Rows: the same entries in another form."""

from gradgen.ir.nodes import Call, Const
from gradgen.rules.rule import rule
from gradgen.rules.shapes import expanded, flat, indexed, integers, joined, reshaped, same, squeezed, stacked, swapped
from gradgen.rules.shapes import transposed
from gradgen.rules.site import Site


def reshape_back(site: Site) -> str:
    """dy in the shape of x"""
    if site.shape("x") == site.out == ():
        return "dy"
    return "dy.reshape(x.shape)" if site.sizes.is_array(site.found["x"]) else "np.reshape(dy, np.shape(x))"


def index_back(site: Site) -> str:
    """dy into the entries that were read"""
    kinds = {site.sizes.index_kind(i) for i in site.found["index"].args}
    return reshape_back(site) if kinds <= {"all", "new"} else "scatter(dy, index)"


def transpose_back(site: Site) -> str:
    """the axes of dy put back"""
    order = site.found["axes"]
    if order in (Const("None"), Call("tuple", ())):
        return "dy.T"
    axes = integers(order)
    inverse = sorted(range(len(axes)), key=lambda i: axes[i] % len(axes))
    return f"dy.transpose({', '.join(map(str, inverse))})"


def joined_back(site: Site):
    """the part of dy that came from this array"""
    parts, axis = site.found["x"].args, site.integer("axis")
    rank = len(site.out)
    sizes = {f"part{i}": Call("[]", (Call(".shape", (p,)), Const(repr(axis)))) for i, p in enumerate(parts)}
    start, stop = (" + ".join(list(sizes)[:n]) for n in (site.part, site.part + 1))
    items = [":"] * (axis % rank) + [f"{start}:{stop if site.part + 1 < len(parts) else ''}"]
    return f"dy[{', '.join(items)}]", sizes


def stacked_back(site: Site) -> str:
    """the layer of dy that came from this array"""
    axis = site.integer("axis") % len(site.out)
    return f"dy[{', '.join([':'] * axis + [str(site.part)])}]"


rule(
    "y = x[*index]", dx=index_back, shape=indexed, sympy="x", gate="router", stem="", name="index",
    why="only the entries that were read move the output; one that was read twice gets both gradients",
)  # fmt: skip
rule(
    "y = np.reshape(x, shape)", also=".reshape(x, *shape)", blocks="shape", dx=reshape_back, shape=reshaped, sympy="x", gate="mover",
    stem="", why="the same entries in another shape",
)  # fmt: skip
rule(
    "y = np.transpose(x, axes=None)", also=(".transpose(x, *axes)", ".T(x, axes=None)"), dx=transpose_back, shape=transposed, sympy="x",
    gate="mover", stem="", why="the same entries, axes in another order",
)  # fmt: skip
rule(
    "y = np.swapaxes(x, i, j)", also=".swapaxes(x, i, j)", blocks="i j", dx="np.swapaxes(dy, i, j)", shape=swapped, sympy="x",
    gate="mover", stem="", why="the same entries, two axes exchanged",
)  # fmt: skip
rule(
    "y = np.expand_dims(x, axis)", blocks="axis", dx=reshape_back, shape=expanded, sympy="x", gate="mover", stem="",
    why="the same entries with an axis of size 1 more",
)  # fmt: skip
rule(
    "y = np.squeeze(x, axis=None)", also=".squeeze(x, axis=None)", dx=reshape_back, shape=squeezed, sympy="x", gate="mover", stem="",
    why="the same entries without axes of size 1",
)  # fmt: skip
rule(
    "y = np.ravel(x)", also=(".ravel(x)", ".flatten(x)"), dx=reshape_back, shape=flat, sympy="x", gate="mover", stem="",
    why="the same entries in one row",
)  # fmt: skip
rule(
    "y = np.copy(x)", also=(".copy(x)", "np.array(x, dtype=None)", "np.asarray(x, dtype=None)", "np.asanyarray(x, dtype=None)"), dx="dy",
    shape=same, sympy="x", gate="mover", stem="", why="the same entries",
)  # fmt: skip
rule("y = np.astype(x, dtype)", also=".astype(x, dtype)", blocks="dtype", dx="dy", shape=same, sympy="x", gate="mover", stem="", why="the same entries")
rule(
    "y = np.concatenate(x, axis=0)", dx=joined_back, shape=joined, sympy="x", gate="mover", stem="joined",
    why="each part of the output is one of the inputs",
)  # fmt: skip
rule("y = np.stack(x, axis=0)", dx=stacked_back, shape=stacked, sympy="x", gate="mover", stem="stacked", why="each layer of the output is one input")

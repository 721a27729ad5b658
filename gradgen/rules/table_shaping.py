"""Rows: the same entries in another form."""

from gradgen.ir.nodes import Call, Const
from gradgen.ir.read import OMITTED
from gradgen.rules.rule import rule
from gradgen.rules.shapes import expanded, flat, indexed, integers, reshaped, scalar, squeezed, swapped, transposed
from gradgen.rules.shapes_moved import at_least, moved, rolled, rolled_to
from gradgen.rules.site import NONE, Site

TURNED = Call("slice", (OMITTED, OMITTED, Call("neg", (Const("1"),))))


def reshape_back(site: Site) -> str:
    """dy in the shape of x"""
    if site.shape("x") == site.out == ():
        return "dy"
    return "dy.reshape(x.shape)" if site.sizes.is_array(site.found["x"]) else "np.reshape(dy, np.shape(x))"


def rolled_back(site: Site) -> str:
    """the axes of dy put back"""
    return f"np.moveaxis(dy, {rolled_to(site)}, axis)"


def is_rolled(found) -> bool:
    """Axes that stand in the text, counted from the front."""
    return all(isinstance(found[n], Const) and found[n].text.isdigit() for n in ("axis", "start"))


def transpose_back(site: Site) -> str:
    """the axes of dy put back"""
    order = site.found["axes"]
    if order in (NONE, Call("tuple", ())):
        return "dy.T"
    axes = integers(order)
    if axes is None:
        return "np.transpose(dy, np.argsort(axes))"
    inverse = sorted(range(len(axes)), key=lambda i: axes[i] % len(axes))
    return "dy.T" if inverse == [1, 0] else f"dy.transpose({', '.join(map(str, inverse))})"


def index_back(site: Site) -> str:
    """dy into the entries that were read"""
    index = site.found["index"].args
    kinds = [site.sizes.index_kind(i) for i in index]
    if all(
        k in ("all", "new") or i == TURNED for i, k in zip(index, kinds, strict=True)
    ):  # all of x, with new axes or turned round
        if site.number:
            return "dy"
        if isinstance(site.shape("x"), tuple) and site.out != site.shape("x"):
            return f"dy[{', '.join('0' if k == 'new' else ':' if k == 'all' else '::-1' for k in kinds)}]"
        if set(kinds) <= {"all", "new"}:
            return reshape_back(site)
    if _takes_thin_axes_out(site, kinds):
        return "dy" if site.number else f"dy[{', '.join('None' if k == 'int' else ':' for k in kinds)}]"
    return "scatter(dy, index)"


def _takes_thin_axes_out(site: Site, kinds: list[str]) -> bool:
    """Whether a subscript reads all of x, and only takes axes of size 1 out: ``x[:, 0]``."""
    shape, index = site.known("x"), site.found["index"].args
    return (
        shape is not None
        and len(shape) >= len(kinds)
        and set(kinds) == {"all", "int"}
        and all(
            k == "all" or i == Const("0") and d == "1"
            for k, i, d in zip(kinds, index, shape[: len(kinds)], strict=True)
        )
    )


rule(
    "y = x[*index]", dx=index_back, shape=indexed, sympy="x", gate="router", stem="", name="index",
    why="only the entries that were read move the output; one that was read twice gets both gradients",
)  # fmt: skip
rule(
    "y = np.reshape(x, shape)", also=".reshape(x, *shape)", blocks="shape", dx=reshape_back, shape=reshaped, sympy="x", gate="mover",
    stem="", why="the same entries in another shape",
)  # fmt: skip
rule(
    "y = np.transpose(x, axes=None)", also=("np.permute_dims(x, axes=None)", ".transpose(x, *axes)", ".T(x, axes=None)"), dx=transpose_back, shape=transposed, sympy="x",
    gate="mover", stem="", why="the same entries, axes in another order",
)  # fmt: skip
rule(
    "y = np.swapaxes(x, i, j)", also=".swapaxes(x, i, j)", blocks="i j", dx="np.swapaxes(dy, i, j)", shape=swapped, sympy="x",
    gate="mover", stem="", why="the same entries, two axes exchanged",
)  # fmt: skip
rule(
    "y = np.rollaxis(x, axis, start=0)", blocks="axis start", dx=rolled_back, shape=rolled, takes=is_rolled, sympy="x", gate="mover", stem="",
    why="the same entries, axes in another order",
)  # fmt: skip
rule(
    "y = np.moveaxis(x, source, destination)", blocks="source destination", dx="np.moveaxis(dy, destination, source)", shape=moved,
    sympy="x", gate="mover", stem="", why="the same entries, axes in another order",
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
    "y = .item(x)",
    dx="np.reshape(dy, np.shape(x))",
    shape=scalar,
    sympy="x",
    gate="mover",
    stem="",
    why="the one entry, as a number",
)
for rank in (1, 2, 3):
    rule(
        f"y = np.atleast_{rank}d(x)", dx=reshape_back, shape=at_least(rank), sympy="x", gate="mover", stem="",
        why="the same entries, with axes of size 1 where there are too few",
    )  # fmt: skip

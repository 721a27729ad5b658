"""Rows: entries picked by index or put in order, and running sums."""

from gradgen.ir.nodes import Call, Const
from gradgen.ir.read import OMITTED, read
from gradgen.rules.rule import rule
from gradgen.rules.shapes import accumulated, rearranged
from gradgen.rules.shapes_moved import chosen, differences, taken, taken_along
from gradgen.rules.site import NONE, Site

ALL = Call("slice", (OMITTED, OMITTED, OMITTED))


# -- picking ---------------------------------------------------------------------------------------------------------------


def take_back(site: Site):
    """dy added into the entries that were taken"""
    indices, axis, rank = site.found["indices"], site.integer("axis"), site.rank("x")
    if not site.given("axis") or rank == 1:
        index = indices if rank == 1 else Call("np.unravel_index", (indices, Call(".shape", (site.found["x"],))))
        return "scatter(dy, index)", {"index": Call("tuple", (index,))}
    if axis is None or axis < 0 and rank is None and axis != -1:
        site.refuse("the axis, or how many axes there are")
    axis = axis % rank if rank is not None else axis
    return "scatter(dy, index)", {"index": Call("tuple", (*([ALL] * axis if axis >= 0 else [Const("...")]), indices))}


def along_back(site: Site):
    """dy added into the entries that were taken"""
    axis, rank = site.integer("axis"), site.rank("x")
    if axis is None or rank is None:
        site.refuse("the axis, or how many axes there are")
    places = [read(f"np.arange(x.shape[{i}])") for i in range(rank)]
    if rank == 2 and axis % rank == 1:
        places[0] = read("np.arange(x.shape[0])[:, None]")
    elif rank > 2:
        sides = [", ".join(["-1" if i == j else "1" for j in range(rank)]) for i in range(rank)]
        places = [read(f"np.arange(x.shape[{i}]).reshape({side})") for i, side in enumerate(sides)]
    places[axis] = site.found["indices"]
    return "scatter(dy, index)", {"index": Call("tuple", tuple(places))}


def choose_back(site: Site):
    """dy to the choice that each entry came from"""
    choices = site.found["x"]
    if isinstance(choices, Call) and choices.fn in ("list", "tuple"):
        return f"unbroadcast(np.where(indices == {site.part}, dy, 0.0), x)"
    if site.rank("x") != 2 or site.out == () or len(site.out) != 1:
        site.refuse("that there is one choice for each column")
    return "scatter(dy, index)", {"index": Call("tuple", (site.found["indices"], read("np.arange(x.shape[1])")))}


rule(
    "y = np.take(x, indices, axis=None)", also=".take(x, indices, axis=None)", blocks="indices", dx=take_back, shape=taken, sympy="x",
    gate="router", stem="picked", why="only the entries that were taken move the output; one that was taken twice gets both gradients",
)  # fmt: skip
rule(
    "y = np.take_along_axis(x, indices, axis)", blocks="indices axis", dx=along_back, shape=taken_along, sympy="x", gate="router",
    stem="picked", why="only the entries that were taken move the output; one that was taken twice gets both gradients",
)  # fmt: skip
rule(
    "y = np.choose(indices, x)", blocks="indices", dx=choose_back, shape=chosen, sympy="x", gate="router", stem="picked", parts=True,
    why="each entry comes from one of the choices",
)  # fmt: skip


# -- in order --------------------------------------------------------------------------------------------------------------


def sort_back(site: Site) -> str:
    """dy at the rank that each entry has in the order"""
    if site.rank("x") == 1:
        return "dy[np.argsort(np.argsort(x))]"
    return "np.take_along_axis(dy, np.argsort(np.argsort(x, axis), axis), axis)"


def turned(site: Site, name: str) -> str:
    """A value turned round along ``axis``, as text."""
    rank, axis = site.rank("x"), site.integer("axis")
    if not site.given("axis") or rank == 1:
        return f"{name}[::-1]"
    if rank is None or axis is None:
        return f"np.flip({name}, axis)"
    return f"{name}[{', '.join([':'] * (axis % rank) + ['::-1'])}]"


def cumsum_back(site: Site) -> str:
    """the sum of dy from here to the end"""
    axis = ", axis" if site.given("axis") and site.rank("x") != 1 else ""
    text = turned(site, f"np.cumsum({turned(site, 'dy')}{axis})")
    return text if site.given("axis") or site.rank("x") == 1 else f"np.reshape({text}, np.shape(x))"


def diff_back(site: Site) -> str:
    """-diff(dy) with a 0 at both ends"""
    axis = "" if site.integer("axis") == -1 or site.rank("x") == 1 else ", axis=axis"
    text = "dy"
    for _ in range(site.integer("n")):
        text = f"-np.diff({text}, prepend=0, append=0{axis})"
    return f"shaped({text})"


rule(
    "y = np.sort(x, axis=-1)", dx=sort_back, shape=rearranged, takes=lambda found: found["axis"] != NONE, sympy="x", gate="mover", stem="sorted",
    why="the same entries in other places",
)  # fmt: skip
rule(
    "y = np.cumsum(x, axis=None, dtype=None)", also=".cumsum(x, axis=None, dtype=None)", dx=cumsum_back, shape=accumulated, sympy="sum(x)",
    gate="spreader", stem="sums", why="an entry is in every sum from its own place on",
)  # fmt: skip
rule(
    "y = np.diff(x, n=1, axis=-1)", dx=diff_back, shape=differences, takes=lambda found: found["n"] in map(Const, "123"), sympy="x",
    gate="distributor", why="an entry is added in one difference and subtracted in the next",
)  # fmt: skip

"""Rows: entries picked by index or put in order, and running sums."""

from gradgen.ir.nodes import Call, Const
from gradgen.rules.rule import rule
from gradgen.rules.shapes import accumulated, one_axis, rearranged
from gradgen.rules.shapes_moved import chosen, differences, interpolated, selected, taken, taken_along, unknown_length
from gradgen.rules.site import NONE, Site

# -- picking ---------------------------------------------------------------------------------------------------------------


def take_back(site: Site) -> str:
    """dy added into the entries that were taken"""
    rank, axis = site.rank("x"), site.axis("x") if site.rank("x") is not None else site.integer("axis")
    if rank == 1 or axis == 0:
        return "scatter(dy, entries[indices])"
    if not site.given("axis"):
        return "scatter(dy, entries[np.unravel_index(indices, x.shape)])"
    if axis is None or axis < -1:
        site.refuse("the axis, or how many axes there are")
    return f"scatter(dy, entries[{':, ' * axis if axis >= 0 else '..., '}indices])"


def along_back(site: Site) -> str:
    """dy added into the entries that were taken"""
    rank, axis = site.rank("x"), site.axis("x")
    if axis is None:
        site.refuse("the axis, or how many axes there are")
    places = [f"np.arange(x.shape[{i}]){column(i, rank, axis)}" for i in range(rank)]
    return f"scatter(dy, entries[{', '.join([*places[:axis], 'indices', *places[axis + 1 :]])}])"


def column(i: int, rank: int, axis: int) -> str:
    """What makes a count along axis i broadcast against an array of as many axes."""
    return f"[:{', None' * (rank - 1 - i)}]" if i < rank - 1 else ""


def choose_back(site: Site) -> str:
    """dy to the choice that each entry came from"""
    choices = site.found["x"]
    if isinstance(choices, Call) and choices.fn in ("list", "tuple"):
        return f"parts.unbroadcast(np.where(indices == {site.part}, dy, 0.0), x)"
    if site.rank("x") != 2 or len(site.out) != 1:
        site.refuse("that there is one choice for each column")
    return "scatter(dy, entries[indices, np.arange(x.shape[1])])"


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
    return "np.take_along_axis(dy, np.argsort(np.argsort(x, axis=axis), axis=axis), axis=axis)"


def partition_back(site: Site) -> str:
    """dy at the place that the entry of the same rank has in y"""
    if site.rank("x") == 1:
        return "dy[np.argsort(y)][np.argsort(np.argsort(x))]"
    ranks = "np.argsort(np.argsort(x, axis=axis), axis=axis)"
    return f"np.take_along_axis(np.take_along_axis(dy, np.argsort(y, axis=axis), axis=axis), {ranks}, axis=axis)"


def turned(site: Site, name: str) -> str:
    """A value turned round along ``axis``, as text."""
    axis = site.axis("x")
    if not site.given("axis") or site.rank("x") == 1:
        return f"{name}[::-1]"
    return f"np.flip({name}, axis)" if axis is None else f"{name}[{':, ' * axis}::-1]"


def cumsum_back(site: Site) -> str:
    """the sum of dy from here to the end"""
    axis = ", axis=axis" if site.given("axis") and site.rank("x") != 1 else ""
    text = turned(site, f"np.cumsum({turned(site, 'dy')}{axis})")
    return text if site.given("axis") or site.rank("x") == 1 else f"np.reshape({text}, np.shape(x))"


def cumprod_back(site: Site):
    """the sum of dy * y from here to the end, over x; at the first 0 the products without it, behind it nothing"""
    axis = ", axis=axis" if site.given("axis") and site.rank("x") != 1 else ""
    if not site.given("axis") and site.rank("x") != 1:
        site.refuse("that its operand has one axis")

    def rest(text: str) -> str:
        return turned(site, f"np.cumsum({turned(site, f'({text})')}{axis})")

    zeros = f"np.cumsum(x == 0{axis})"
    first = f"(x == 0) & ({zeros} == 1)"
    without = f"np.cumprod(np.where({first}, 1.0, x){axis})"
    before = f"{rest('dy * y')} / np.where(x == 0, 1.0, x)"
    return f"np.where({zeros} == 0, {before}, np.where({first}, {rest(f'dy * {without}')}, 0.0))"


def is_step(found) -> bool:
    """One step for all differences: a literal, or nothing."""
    return isinstance(found["h"], Const) and found["h"] != NONE


def gradient_back(site: Site):
    """dy shared by the two neighbours; at both ends it is a plain difference"""
    if site.rank("x") != 1:
        site.refuse("that its operand has one axis")
    twice = "np.concatenate((2 * dy[:1], dy[1:-1], 2 * dy[-1:]))"
    halves = f"({twice}[:-1] + {twice}[1:]) / {'2' if site.found['h'] == Const('1.0') else '(2 * h)'}"
    return f"shaped(-np.diff(np.pad({halves}, 1)))"


def diff_back(site: Site) -> str:
    """-diff(dy) with a 0 at both ends"""
    rank, axis = site.rank("x"), site.axis("x")
    option = "" if site.integer("axis") == -1 or rank == 1 else ", axis=axis"
    if axis is None and site.integer("axis") not in (0, -1):
        site.refuse("how many axes there are")
    if axis is None:
        ends = ["[(1, 1)]", "[(0, 0)] * (np.ndim(x) - 1)"]
        width = " + ".join(ends if site.integer("axis") == 0 else ends[::-1])
    else:
        width = "1" if rank == 1 else f"({', '.join('(1, 1)' if i == axis else '(0, 0)' for i in range(rank))})"
    text = "dy"
    for _ in range(site.integer("n")):
        text = f"-np.diff(np.pad({text}, {width}){option})"
    return f"shaped({text})"


def ediff_back(site: Site) -> str:
    """-diff(dy) with a 0 at both ends"""
    if site.rank("x") != 1:
        site.refuse("that its operand has one axis")
    return "shaped(-np.diff(np.pad(dy, 1)))"


SLOPES = "np.pad(np.diff(fp) / np.diff(xp), 1)[np.searchsorted(xp, x)]"  # that of the piece that x lies on, 0 outside
PLACE = "np.interp(x, xp, np.arange(fp.shape[0]))"  # which knot x lies at, with a fraction between two


def to_knots(site: Site, text: str) -> str:
    """What arrives at the points, shared by the two knots beside each, the nearer one the more."""
    if {site.rank("xp"), site.rank("fp")} != {1} or site.rank("x") not in (0, 1):
        site.refuse("that the knots have one axis and the points one or none")
    if site.rank("x") == 0:
        return f"shaped(np.maximum(1 - np.abs({PLACE} - np.arange(fp.shape[0])), 0) * {text})"
    low = f"np.bincount(np.floor({PLACE}).astype(int), (1 - {PLACE} % 1) * {text}, fp.shape[0])"
    high = f"np.bincount(np.ceil({PLACE}).astype(int), {PLACE} % 1 * {text}, fp.shape[0])"
    return f"shaped({low} + {high})"


def knots_back(site: Site) -> str:
    """what dfp would be for -dy times the slopes"""
    return to_knots(site, f"(-{SLOPES} * dy)")


def heights_back(site: Site) -> str:
    """dy shared by the two knots beside each point, the nearer one the more"""
    return to_knots(site, "dy")


def select_back(site: Site):
    """dy where this choice's condition is the first that holds"""
    tests = site.found["conditions"].args
    names = {f"test{i}": test for i, test in enumerate(tests[: site.part + 1])}
    here = " & ".join([f"test{site.part}", *(f"~test{i}" for i in range(site.part))])
    return f"parts.unbroadcast(np.where({here}, dy, 0.0), x)", names


def default_back(site: Site):
    """dy where no condition holds"""
    names = {f"test{i}": test for i, test in enumerate(site.found["conditions"].args)}
    return f"parts.unbroadcast(np.where({' | '.join(names)}, 0.0, dy), default)", names


def are_lists(found) -> bool:
    """Conditions and choices that are written out, as many of the one as of the other."""
    lists = found["conditions"], found["x"]
    written = all(isinstance(e, Call) and e.fn in ("list", "tuple") for e in lists)
    return written and len(lists[0].args) == len(lists[1].args)


rule(
    "y = np.select(conditions, x, default=0)", blocks="conditions", dx=select_back, ddefault=default_back, shape=selected, takes=are_lists, parts=True,
    sympy="x", gate="router", stem="pick", why="each entry comes from the choice whose condition is the first that holds",
)  # fmt: skip
rule(
    "y = np.interp(x, xp, fp)", dx=f"shaped({SLOPES} * dy)", dxp=knots_back, dfp=heights_back, shape=interpolated, sympy="interp(x, xp, fp)",
    gate="router", why="a straight line between two knots: x moves along its slope, the heights of the two share by how near x is",
)  # fmt: skip
rule(
    "y = np.ediff1d(x)", dx=ediff_back, shape=unknown_length, sympy="x", gate="distributor", stem="diff",
    why="an entry is added in one difference and subtracted in the next",
)  # fmt: skip
rule(
    "y = np.sort(x, axis=-1)", dx=sort_back, shape=rearranged, takes=lambda found: found["axis"] != NONE, sympy="x", gate="mover", stem="sorted",
    why="the same entries in other places",
)  # fmt: skip
rule(
    "y = np.partition(x, kth, axis=-1)", blocks="kth", dx=partition_back, shape=rearranged, takes=lambda found: found["axis"] != NONE, sympy="x",
    gate="mover", stem="parted", why="the same entries in other places, whatever order they were left in",
)  # fmt: skip
rule(
    "y = np.cumsum(x, axis=None, dtype=None)", also=".cumsum(x, axis=None, dtype=None)", dx=cumsum_back, shape=accumulated, sympy="sum(x)",
    gate="spreader", stem="sums", why="an entry is in every sum from its own place on",
)  # fmt: skip
rule(
    "y = np.cumprod(x, axis=None, dtype=None)", also=".cumprod(x, axis=None, dtype=None)", dx=cumprod_back, shape=accumulated, sympy="prod(x)",
    gate="switcher", stem="products", why="an entry is in every product from its own place on",
)  # fmt: skip
rule(
    "y = np.gradient(x, h=1.0)", blocks="h", dx=gradient_back, shape=one_axis, takes=is_step, sympy="x", gate="distributor", stem="slope",
    why="half the difference of the two neighbours; at the ends the difference to the one there is",
)  # fmt: skip
rule(
    "y = np.diff(x, n=1, axis=-1)", dx=diff_back, shape=differences, takes=lambda found: found["n"] in map(Const, "123"), sympy="x",
    gate="distributor", why="an entry is added in one difference and subtracted in the next",
)  # fmt: skip

"""Rows: what takes an axis away."""

from gradgen.ir.nodes import Call, Const
from gradgen.rules.constants import value_of
from gradgen.rules.rule import rule
from gradgen.rules.shapes import reduced, without_last
from gradgen.rules.site import NONE, Site

OPTIONS = "axis=None, keepdims=False"
TYPED = "axis=None, dtype=None, keepdims=False"


def back(site: Site, name: str) -> str:
    """A reduced value's text with its axes put back, so that it broadcasts against ``x``."""
    rank = site.rank("x")
    if name == "dy" and site.number:
        return name
    if not site.is_literal("keepdims") or site.may_be_none("axis"):
        return f"np.reshape({name}, np.shape(np.sum(x, axis=axis, keepdims=True)))"
    if not site.given("axis") or site.flag("keepdims"):
        return name
    if rank is None and site.integer("axis") == 0:  # the first axis: what is left broadcasts as it is
        return name
    axes = site.axes("axis", rank) if rank is not None else None
    if axes is None:
        return f"np.expand_dims({name}, axis)"
    items = ["None" if i in axes else ":" for i in range(rank)]
    while items and items[0] == "None":  # an axis in front need not be put back: broadcasting does that
        del items[0]
    while items and items[-1] == ":":
        items.pop()
    return f"{name}[{', '.join(items)}]" if items else name


def count(site: Site) -> str:
    """How many entries of ``x`` each entry of the result is made of."""
    rank = site.rank("x")
    if rank == 0:
        return "1"
    if not site.given("axis"):
        return "np.size(x)" if rank is None else "x.size"
    axes = site.axes("axis", rank) if rank is not None else None
    if axes is None and site.may_be_none("axis"):
        return "(np.size(x) / np.size(y))"
    if axes is None:
        return "x.shape[axis]" if site.integer("axis") is not None else "(np.size(x) / np.size(y))"
    if len(axes) == rank:
        return "x.size"
    sizes = " * ".join(f"x.shape[{a}]" for a in axes)
    return sizes if len(axes) == 1 else f"({sizes})"


def kept(site: Site) -> str:
    """The arguments of another reduction over the same axes whose value broadcasts against ``x``."""
    if not site.given("axis"):
        return ""
    in_front = back(site, "y") == "y" and not site.flag(
        "keepdims"
    )  # what is left lies at the end: it broadcasts as it is
    return ", axis=axis" if in_front else ", axis=axis, keepdims=True"


def sum_back(site: Site) -> str:
    """dy, along the axes that were summed"""
    return back(site, "dy")


def total_back(site: Site) -> str:
    """dy, for each entry of the one axis"""
    if len(site.shape("x")) != 1 or isinstance(site.shape("x"), str):
        site.refuse("that what is summed has one axis")
    return "dy"


def mean_back(site: Site) -> str:
    """dy / n, along the axes that were averaged"""
    return f"{back(site, 'dy')} / {count(site)}"


def extremum_back(site: Site) -> str:
    """dy where x is the extremum, shared by ties"""
    y, dy = back(site, "y"), back(site, "dy")
    return f"np.where(x == {y}, {dy} / np.sum(x == {y}{kept(site)}, dtype=x.dtype), 0.0)"


def range_back(site: Site) -> str:
    """dy where x is the largest, -dy where it is the smallest, shared by ties"""
    dy = back(site, "dy")
    ends = (f"x == np.{fn}(x{kept(site)})" for fn in ("max", "min"))
    high, low = (f"np.where({at}, {dy} / np.sum({at}{kept(site)}, dtype=x.dtype), 0.0)" for at in ends)
    return f"{high} - {low}"


def ranks(site: Site) -> str:
    """The place of each entry of ``x`` in the order, of all or along the axis."""
    if not site.given("axis") and site.rank("x") != 1:
        return "np.reshape(np.argsort(np.argsort(x, axis=None)), np.shape(x))"
    axis = ", axis=axis" if site.given("axis") else ""
    return f"np.argsort(np.argsort(x{axis}){axis})"


def median_back(site: Site) -> str:
    """dy where x is in the middle of the order, shared where there are two in the middle"""
    size = count(site)
    middle = f"np.isin({ranks(site)}, (({size} - 1) // 2, {size} // 2))"
    return f"np.where({middle}, {back(site, 'dy')} / (2 - {size} % 2), 0.0)"


def fraction_back(site: Site, fraction: str) -> str:
    """An adjoint: dy shared by the two entries that the place of the fraction lies between, the nearer one the more."""
    away = f"np.abs({ranks(site)} - {fraction} * ({count(site)} - 1))"
    return f"np.maximum(1 - {away}, 0).astype(x.dtype) * {back(site, 'dy')}"


def quantile_back(site: Site) -> str:
    """dy shared by the two entries beside the place q * (n - 1) of the order, the nearer one the more"""
    return fraction_back(site, "q")


def percentile_back(site: Site) -> str:
    """dy shared by the two entries beside the place q / 100 * (n - 1) of the order, the nearer one the more"""
    return fraction_back(site, repr(value_of(site.found["q"]) / 100))


def is_one_axis(found) -> bool:
    """Along one axis or all of them."""
    return not isinstance(found["axis"], Call) or found["axis"].fn == "neg"


def is_fraction(found) -> bool:
    """A fraction that stands in the text, along one axis or all of them."""
    return isinstance(found["q"], Const) and found["q"] != NONE and is_one_axis(found)


def trapezoid_back(site: Site) -> str:
    """half of each of the two steps beside an entry, times dz"""
    if site.rank("y") != 1:
        site.refuse("that its operand has one axis")
    steps = "np.pad(np.diff(x), 1)" if site.given("x") else "np.pad(np.full_like(y[1:], dx), 1)"
    return f"shaped(0.5 * dz * ({steps}[1:] + {steps}[:-1]))"


def places_back(site: Site) -> str:
    """less what stands before an entry, and more by what stands behind it"""
    if site.rank("y") != 1:
        site.refuse("that its operand has one axis")
    return "shaped(-0.5 * np.diff(np.pad(y[1:] + y[:-1], 1)) * dz)"


def prod_back(site: Site) -> str:
    """dy times the product of the others; zeros are counted, not divided by"""
    others = "np.where(x == 0, 1.0, x)"
    product = f"np.prod({others}{kept(site)}) / {others}"
    return f"np.where(np.sum(x == 0{kept(site)}) == (x == 0), {product}, 0.0) * {back(site, 'dy')}"


def centred(site: Site) -> str:
    """x less its mean."""
    return f"(x - np.mean(x{kept(site)}))"


def degrees(site: Site) -> str:
    """What the sum of squares is divided by."""
    return count(site) if site.integer("ddof") == 0 else f"({count(site)} - ddof)"


def var_back(site: Site) -> str:
    """2 / n * (x - mean(x)) * dy"""
    return f"2 / {degrees(site)} * {centred(site)} * {back(site, 'dy')}"


def std_back(site: Site) -> str:
    """(x - mean(x)) / (n * y) * dy, 0 where all are alike"""
    y = "(y or 1.0)" if site.out == () else back(site, "np.where(y == 0, 1.0, y)")
    return f"{centred(site)} / ({degrees(site)} * {y}) * {back(site, 'dy')}"


def nansum_back(site: Site) -> str:
    """dy, along the axes that were summed, where x is a number"""
    return f"np.where(np.isnan(x), 0.0, {back(site, 'dy')})"


def nanmean_back(site: Site) -> str:
    """dy / n, where x is a number; n counts the numbers"""
    return f"np.where(np.isnan(x), 0.0, {back(site, 'dy')} / np.sum(~np.isnan(x){kept(site)}, dtype=x.dtype))"


def numbers(site: Site) -> str:
    """How many numbers each entry of the result is made of, less the degrees of freedom."""
    less = "" if site.integer("ddof") == 0 else " - ddof"
    counted = f"np.sum(~np.isnan(x){kept(site)}, dtype=x.dtype)"
    return f"({counted}{less})" if less else counted


def nanvar_back(site: Site) -> str:
    """2 / n * (x - mean(x)) * dy, where x is a number; n counts the numbers"""
    slope = f"2 * (x - np.nanmean(x{kept(site)})) / {numbers(site)}"
    return f"np.where(np.isnan(x), 0.0, {slope} * {back(site, 'dy')})"


def nanstd_back(site: Site) -> str:
    """(x - mean(x)) / (n * y) * dy, where x is a number and not all are alike"""
    y = "(y or 1.0)" if site.out == () else back(site, "np.where(y == 0, 1.0, y)")
    slope = f"(x - np.nanmean(x{kept(site)})) / ({numbers(site)} * {y})"
    return f"np.where(np.isnan(x), 0.0, {slope} * {back(site, 'dy')})"


def nanprod_back(site: Site) -> str:
    """dy times the product of the other numbers; zeros are counted, not divided by"""
    others = "np.where(np.isnan(x) | (x == 0), 1.0, x)"
    product = f"np.prod({others}{kept(site)}) / {others}"
    alone = f"np.where(np.sum(x == 0{kept(site)}) == (x == 0), {product}, 0.0)"
    return f"np.where(np.isnan(x), 0.0, {alone} * {back(site, 'dy')})"


def average_x(site: Site) -> str:
    """the weights' shares of dy"""
    return f"weights * {back(site, '(dy / ' + total_weight(site) + ')')}"


def average_weights(site: Site) -> str:
    """(x - y) * dy over the sum of the weights"""
    return f"(x - {back(site, 'y')}) * {back(site, '(dy / ' + total_weight(site) + ')')}"


def total_weight(site: Site) -> str:
    """The sum of the weights, of the shape of the averages."""
    if site.shape("weights") != site.shape("x") or isinstance(site.shape("x"), str):
        site.refuse("that there is a weight for each entry")
    options = "axis=axis" * site.given("axis"), "keepdims=True" * site.flag("keepdims")
    return f"np.sum({', '.join(['weights', *filter(None, options)])})"


def logaddexp_back(site: Site) -> str:
    """exp(x - y) * dy: the softmax"""
    return f"np.exp(x - {back(site, 'y')}) * {back(site, 'dy')}"


rule(
    f"y = np.sum(x, {TYPED})", also=f".sum(x, {TYPED})", shape=reduced, dx=sum_back, sympy="sum(x)", gate="spreader",
    stem="sum", why="growing any entry by h grows the sum by h",
)  # fmt: skip
rule(
    "y = sum(x)", shape=reduced, dx=total_back, sympy="sum(x)", gate="spreader", stem="sum", why="growing any entry by h grows the sum by h",
)  # fmt: skip
rule(
    f"y = np.mean(x, {TYPED})", also=f".mean(x, {TYPED})", shape=reduced, dx=mean_back,
    sympy="mean(x)", gate="spreader", stem="mean", why="growing one of n entries by h grows the mean by h / n",
)  # fmt: skip
rule(
    f"y = np.max(x, {OPTIONS})", also=(f".max(x, {OPTIONS})", f"np.amax(x, {OPTIONS})"), shape=reduced, dx=extremum_back,
    sympy="max(x)", gate="router", stem="max", why="only the largest entry moves the maximum; entries that tie share",
)  # fmt: skip
rule(
    f"y = np.min(x, {OPTIONS})", also=(f".min(x, {OPTIONS})", f"np.amin(x, {OPTIONS})"), shape=reduced, dx=extremum_back,
    sympy="min(x)", gate="router", stem="min", why="only the smallest entry moves the minimum; entries that tie share",
)  # fmt: skip
rule(
    f"y = np.ptp(x, {OPTIONS})", shape=reduced, dx=range_back, sympy="max(x) - min(x)", gate="router", stem="range",
    why="only the largest and the smallest entry move their difference",
)  # fmt: skip
rule(
    f"y = np.prod(x, {TYPED})", also=f".prod(x, {TYPED})", shape=reduced, dx=prod_back, sympy="prod(x)", gate="switcher", stem="prod",
    why="growing one entry by h grows the product by h times the product of the others",
)  # fmt: skip
rule(
    "y = np.var(x, axis=None, dtype=None, ddof=0, keepdims=False)", also=".var(x, axis=None, dtype=None, ddof=0, keepdims=False)", shape=reduced,
    dx=var_back, sympy="var(x)", gate="spreader", stem="var",
    why="the slope of the mean of (x - mean)**2 is 2 * (x - mean) / n; the mean's own part is zero",
)  # fmt: skip
rule(
    "y = np.std(x, axis=None, dtype=None, ddof=0, keepdims=False)", also=".std(x, axis=None, dtype=None, ddof=0, keepdims=False)", shape=reduced,
    dx=std_back, sympy="std(x)", gate="spreader", stem="std", why="the square root of the variance",
)  # fmt: skip
rule(
    f"y = np.nansum(x, {TYPED})", shape=reduced, dx=nansum_back, sympy="sum(x)", gate="spreader", stem="sum",
    why="a sum of the entries that are numbers",
)  # fmt: skip
rule(
    f"y = np.nanmean(x, {TYPED})", shape=reduced, dx=nanmean_back, sympy="mean(x)", gate="spreader", stem="mean",
    why="the mean of the entries that are numbers",
)  # fmt: skip
rule(
    f"y = np.nanmax(x, {OPTIONS})", shape=reduced, dx=extremum_back, sympy="max(x)", gate="router", stem="max",
    why="only the largest of the numbers moves the maximum; entries that tie share",
)  # fmt: skip
rule(
    f"y = np.nanmin(x, {OPTIONS})", shape=reduced, dx=extremum_back, sympy="min(x)", gate="router", stem="min",
    why="only the smallest of the numbers moves the minimum; entries that tie share",
)  # fmt: skip
for name, adjoint in (("var", nanvar_back), ("std", nanstd_back)):
    rule(
        f"y = np.nan{name}(x, axis=None, dtype=None, ddof=0, keepdims=False)", shape=reduced, dx=adjoint, sympy=f"{name}(x)", gate="spreader",
        stem=name, why="of the entries that are numbers",
    )  # fmt: skip
rule(
    f"y = np.nanprod(x, {TYPED})", shape=reduced, dx=nanprod_back, sympy="prod(x)", gate="switcher", stem="prod",
    why="a product of the entries that are numbers",
)  # fmt: skip
rule(
    "y = np.median(x, axis=None, keepdims=False)", shape=reduced, dx=median_back, takes=is_one_axis,
    sympy="median(x)", gate="router", stem="median", why="only the entry in the middle of the order moves the median, or the two that it is the mean of",
)  # fmt: skip
for name, adjoint in (("quantile", quantile_back), ("percentile", percentile_back)):
    rule(
        f"y = np.{name}(x, q, axis=None, keepdims=False)", shape=reduced, blocks="q", dx=adjoint, takes=is_fraction, sympy="quantile(x, q)",
        gate="router", stem=name, why="only the two entries move it that its place in the order lies between",
    )  # fmt: skip
rule(
    "z = np.trapezoid(y, x=None, dx=1.0)", shape=without_last, blocks="dx", dy=trapezoid_back, dx=places_back, sympy="sum(y)",
    gate="spreader", stem="area", why="each entry is a side of two trapezoids, at the ends of one",
)  # fmt: skip
WEIGHTED = "axis=None, weights=None, returned=False, keepdims=False"
rule(
    f"y = np.average(x, {WEIGHTED})", shape=reduced, dx=mean_back, takes=lambda found: found["weights"] == NONE and found["returned"] == Const("False"),
    sympy="mean(x)", gate="spreader", stem="mean", why="growing one of n entries by h grows the mean by h / n",
)  # fmt: skip
rule(
    f"y = np.average(x, {WEIGHTED})", shape=reduced, dx=average_x, dweights=average_weights, takes=lambda found: found["returned"] == Const("False"),
    sympy="sum(x*w)/sum(w)", gate="spreader", stem="mean", why="each entry counts by its weight's share of all weights",
)  # fmt: skip
ALONG = "axis=0, dtype=None, keepdims=False"  # a ufunc's own reduction is along the first axis, unless told otherwise
for name, adjoint, value, stem in (
    ("add", sum_back, "sum(x)", "sum"),
    ("multiply", prod_back, "prod(x)", "prod"),
    ("maximum", extremum_back, "max(x)", "max"),
    ("minimum", extremum_back, "min(x)", "min"),
    ("logaddexp", logaddexp_back, "log(sum(exp(x)))", "lse"),
):
    rule(
        f"y = np.{name}.reduce(x, {ALONG})", shape=reduced, dx=adjoint, sympy=value, gate="spreader", stem=stem,
        why=f"np.{name} of all entries along the axis: {value}",
    )  # fmt: skip
for name in ("nanargmax", "nanargmin"):
    rule(
        f"y = np.{name}(x, axis=None, keepdims=False)", shape=reduced, blocks="x", sympy=f"{name}(x)", gate="blocker", why="a position: steps, no slope",
    )  # fmt: skip
for name in ("argmax", "argmin"):
    rule(
        f"y = np.{name}(x, axis=None, keepdims=False)", also=f".{name}(x, axis=None, keepdims=False)", shape=reduced, blocks="x",
        sympy=f"{name}(x)", gate="blocker", why="a position: steps, no slope",
    )  # fmt: skip
for name in ("any", "all"):
    rule(
        f"y = np.{name}(x, {OPTIONS})", also=f".{name}(x, {OPTIONS})", shape=reduced, blocks="x",
        sympy=f"{name}(x)", gate="blocker", why="steps, no slope",
    )  # fmt: skip
rule(
    f"y = np.count_nonzero(x, {OPTIONS})",
    shape=reduced,
    blocks="x",
    sympy="count(x)",
    gate="blocker",
    why="a count: steps, no slope",
)

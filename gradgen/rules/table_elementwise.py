"""Rows: NumPy's functions that work entry by entry and have no counterpart among Python's operators and `math`."""

from gradgen.rules.rule import rule
from gradgen.rules.shapes import elementwise, same
from gradgen.rules.site import NONE, Site


def greater(site: Site, hole: str) -> str:
    """The gradient where an operand is picked; a constant wins a tie, else the first operand."""
    other = "y" if hole == "x" else "x"
    strict = hole == "y" or not site.sizes.flows(site.found[other])
    return f"np.where({hole} {'>' if strict else '>='} {other}, dz, 0.0)"


def less(site: Site, hole: str) -> str:
    """The same for the smaller of two."""
    return greater(site, hole).replace(">", "<")


def max_x(site: Site) -> str:
    """dz where x is picked"""
    return greater(site, "x")


def max_y(site: Site) -> str:
    """dz where y is picked"""
    return greater(site, "y")


def min_x(site: Site) -> str:
    """dz where x is picked"""
    return less(site, "x")


def min_y(site: Site) -> str:
    """dz where y is picked"""
    return less(site, "y")


rule(
    "z = np.maximum(x, y)", dx=max_x, dy=max_y, shape=elementwise, also="np.fmax(x, y)", sympy="Max(x, y)", gate="router", stem="max",
    why="only the larger input moves the output; a constant wins a tie, else the first",
)  # fmt: skip
rule(
    "z = np.minimum(x, y)", dx=min_x, dy=min_y, shape=elementwise, also="np.fmin(x, y)", sympy="Min(x, y)", gate="router", stem="min",
    why="only the smaller input moves the output; a constant wins a tie, else the first",
)  # fmt: skip
rule(
    "z = np.where(c, x, y)", blocks="c", dx="np.where(c, dz, 0.0)", dy="np.where(c, 0.0, dz)", shape=elementwise,
    sympy="Piecewise((x, c), (y, True))", gate="router", stem="pick", why="each entry comes from one of the two",
)  # fmt: skip
for fn, low, high in (("np.clip", "a_min", "a_max"), (".clip", "min", "max")):

    def inside(site: Site, low=low, high=high) -> str:
        """dy where x lies between the bounds, edges included"""
        tests = [f"x {op} {bound}" for op, bound in ((">=", low), ("<=", high)) if site.given(bound)]
        return f"np.where({' & '.join(f'({t})' for t in tests) if len(tests) > 1 else tests[0]}, dy, 0.0)"

    rule(
        f"y = {fn}(x, {low}=None, {high}=None)", shape=elementwise, takes=lambda found, names=(low, high): any(found[n] != NONE for n in names),
        dx=inside, sympy="Min(Max(x, low), high)", gate="router", stem="clip", name="clip",
        why="inside the bounds y is x; outside it is the bound", **{f"d{low}": f"np.where(x < {low}, dy, 0.0)", f"d{high}": f"np.where(x > {high}, dy, 0.0)"},
    )  # fmt: skip
SLOPES = {
    "multiply": ("x*y", "switcher", "y * dz", "x * dz"),
    "add": ("x + y", "distributor", "dz", "dz"),
    "subtract": ("x - y", "distributor", "dz", "-dz"),
    "divide": ("x/y", "scaler", "dz / y", "-z / y * dz"),
    "true_divide": ("x/y", "scaler", "dz / y", "-z / y * dz"),
    "float_power": ("x**y", "scaler", "y * x ** (y - 1) * dz", "z * np.log(np.where(x == 0, 1.0, x)) * dz"),
    "mod": ("x - y*floor(x/y)", "scaler", "dz", "-(x // y) * dz"),
    "remainder": ("x - y*floor(x/y)", "scaler", "dz", "-(x // y) * dz"),
    "fmod": ("x - y*floor(x/y)", "scaler", "dz", "-np.trunc(x / y) * dz"),
    "hypot": ("sqrt(x**2 + y**2)", "scaler", "x / np.where(z == 0, 1.0, z) * dz", "y / np.where(z == 0, 1.0, z) * dz"),
    "logaddexp": ("log(exp(x) + exp(y))", "scaler", "np.exp(x - z) * dz", "np.exp(y - z) * dz"),
    "logaddexp2": ("log(2**x + 2**y)/log(2)", "scaler", "np.exp2(x - z) * dz", "np.exp2(y - z) * dz"),
}
for fn, (value, gate, dx, dy) in SLOPES.items():
    rule(f"z = np.{fn}(x, y)", dx=dx, dy=dy, shape=elementwise, sympy=value, gate=gate, why=f"the slopes of {value}")
rule("y = np.negative(x)", dx="-dy", shape=same, sympy="-x", gate="scaler", stem="neg", why="the slope of -x is -1")
rule(
    "y = np.positive(x)", also=("np.conj(x)", "np.conjugate(x)"), dx="dy", shape=same, sympy="x", gate="mover", stem="",
    why="y is x: real numbers are their own conjugates",
)  # fmt: skip
rule(
    "y = np.real(x)", also="np.real_if_close(x)", dx="dy", shape=same, sympy="x", gate="mover", stem="", why="y is x: a real number has no other part",
)  # fmt: skip
for fn in ("imag", "angle"):
    rule(
        f"y = np.{fn}(x)",
        blocks="x",
        shape=same,
        sympy=f"{fn}(x)",
        gate="blocker",
        why="of real numbers: steps, no slope",
    )
rule(
    "y = np.square(x)",
    dx="2 * x * dy",
    shape=same,
    sympy="x**2",
    gate="scaler",
    stem="sqr",
    why="the slope of x**2 is 2 * x",
)
rule(
    "y = np.reciprocal(x)",
    dx="-y * y * dy",
    shape=same,
    sympy="1/x",
    gate="scaler",
    stem="inv",
    why="the slope of 1 / x is -1 / x**2",
)
rule(
    "y = np.sinc(x)", dx="(np.cos(np.pi * x) - y) / np.where(x == 0, 1.0, x) * dy", shape=same, sympy="sin(pi*x)/(pi*x)", gate="scaler",
    why="sin(pi * x) / (pi * x), differentiated as a quotient; 0 at 0",
)  # fmt: skip
rule(
    "y = np.nan_to_num(x, nan=0.0)", dx="np.where(np.isfinite(x), dy, 0.0)", shape=same, sympy="x", gate="router", stem="num",
    why="what is no number is replaced by a constant",
)  # fmt: skip

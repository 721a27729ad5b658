"""Rows: NumPy's functions that work entry by entry and have no counterpart among Python's operators and `math`."""

from gradgen.rules.rule import rule
from gradgen.rules.shapes import elementwise, same
from gradgen.rules.site import Site


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
rule(
    "y = np.clip(x, low, high)", blocks="low high", dx="np.where((x >= low) & (x <= high), dy, 0.0)", shape=same,
    also=".clip(x, low, high)", sympy="Min(Max(x, low), high)", gate="router", why="inside the bounds y is x, outside it does not move",
)  # fmt: skip
for fn, op in (("multiply", "*"), ("add", "+"), ("subtract", "-"), ("divide", "/"), ("true_divide", "/"), ("power", "**")):
    slopes = {
        "*": ("y * dz", "x * dz"), "+": ("dz", "dz"), "-": ("dz", "-dz"), "/": ("dz / y", "-z / y * dz"),
        "**": ("y * x ** (y - 1) * dz", "z * np.log(np.where(x == 0, 1.0, x)) * dz"),
    }[op]  # fmt: skip
    rule(
        f"z = np.{fn}(x, y)", dx=slopes[0], dy=slopes[1], shape=elementwise, sympy=f"x{op}y", stem="",
        gate="switcher" if op == "*" else "distributor" if op in "+-" else "scaler", why=f"x {op} y",
    )  # fmt: skip
rule("y = np.negative(x)", dx="-dy", shape=same, sympy="-x", gate="scaler", stem="neg", why="the slope of -x is -1")
rule("y = np.square(x)", dx="2 * x * dy", shape=same, sympy="x**2", gate="scaler", stem="sqr", why="the slope of x**2 is 2 * x")
rule("y = np.reciprocal(x)", dx="-y * y * dy", shape=same, sympy="1/x", gate="scaler", stem="inv", why="the slope of 1 / x is -1 / x**2")
rule(
    "z = np.logaddexp(x, y)", dx="np.exp(x - z) * dz", dy="np.exp(y - z) * dz", shape=elementwise,
    sympy="log(exp(x) + exp(y))", gate="scaler", stem="lse", why="the shares of exp(x) and exp(y) in their sum",
)  # fmt: skip
for fn in ("sign", "round", "rint", "around", "isnan", "isinf", "isfinite", "logical_not", "logical_and", "logical_or", "logical_xor"):
    two = fn.startswith("logical_") and fn != "logical_not"
    rule(
        f"z = np.{fn}(x{', y' if two else ''})", blocks="x y" if two else "x", shape=elementwise if two else same, sympy=f"{fn}(x)",
        gate="blocker", why="steps, no slope",
    )  # fmt: skip
for fn in ("greater", "greater_equal", "less", "less_equal", "equal", "not_equal"):
    rule(f"z = np.{fn}(x, y)", blocks="x y", shape=elementwise, sympy=f"{fn}(x, y)", gate="blocker", why="steps, no slope")

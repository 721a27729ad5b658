"""Rows: the operators.  ``+`` takes any number of terms; ``a - b`` is ``a + (neg b)``."""

from gradgen.rules.rule import rule

rule(
    "z = x + y", dx="dz", dy="dz", sympy="x + y", gate="distributor", stem="",
    why="growing any term by h grows the sum by h; a subtracted one shrinks it by h",
)  # fmt: skip
rule("y = +x", dx="dy", sympy="x", gate="mover", why="y is x", stem="")
rule("y = -x", dx="-dy", sympy="-x", gate="scaler", why="the slope of -x is -1", stem="neg")
rule(
    "z = x * y", dx="y * dz", dy="x * dz", sympy="x*y", gate="switcher", stem="",
    why="growing x by h grows the product by y * h, and the other way round",
)  # fmt: skip
rule(
    "z = x / y", dx="dz / y", dy="-z / y * dz", sympy="x/y", domain="y != 0", gate="scaler", stem="over",
    why="the slope of x / y is 1 / y by x and -(x / y) / y by y",
)  # fmt: skip
rule("z = x / C", dx="dz / C", sympy="x/C", domain="C != 0", gate="scaler", stem="over", why="a constant divisor scales")
rule(
    "z = 1 / x", dx="-1.0 / x**2 * dz", sympy="1/x", domain="x != 0", gate="scaler", name="reciprocal", stem="inv",
    why="the slope of 1 / x is -1 / x**2",
)  # fmt: skip


def power_slope(n):
    """(N * x ** (N - 1)) * dy, folded; 0 for N = 0; inf at x = 0 for 0 < N < 1"""
    if n is None:
        return "(N * x ** (N - 1) if x or N >= 1 else math.inf if N else 0.0) * dy"
    if n == 0:
        return "0.0 * dy"
    if n == 1:
        return "dy"
    if n == 2:
        return f"{n!r} * x * dy"
    rest = repr(n - 1)
    factor = f"N * x ** {rest if len(rest) < 6 else '(N - 1)'}"
    return f"({factor} if x else math.inf) * dy" if 0 < n < 1 else f"{factor} * dy"


rule(
    "y = x ** N", dx=power_slope, sympy="x**N", domain="x > 0", gate="scaler", name="power", stem="pow",
    also=("pow(x, N)", "math.pow(x, N)"), why="the slope of x**n is n * x**(n - 1)",
)  # fmt: skip
rule(
    "z = x ** y",
    dx="(y * x ** (y - 1) if x or y >= 1 else math.inf if y else 0.0) * dz",
    dy="(z * math.log(x) if x > 0 else math.nan if x else 0.0) * dz",
    sympy="x**y", domain="x > 0", gate="scaler", name="power", stem="pow",
    why="by the base y * x**(y - 1); by the exponent z * log(x), which is 0 at x = 0 and undefined below",
)  # fmt: skip
rule("y = x // z", blocks="x z", sympy="floor(x/z)", gate="blocker", stem="div", why="a whole number: steps, no slope")
rule(
    "z = x % y", dx="dz", dy="-(x // y) * dz", sympy="x - y*floor(x/y)", domain="y > 0", gate="scaler", stem="mod",
    why="x % y is x - y * (x // y), and x // y is constant between its steps",
)  # fmt: skip
rule("y = float(x)", dx="dy", sympy="x", gate="mover", stem="", why="the same number")
rule("y = int(x)", blocks="x", sympy="floor(x)", domain="x > 0", gate="blocker", why="a whole number: steps, no slope")
rule("y = round(x)", blocks="x", sympy="floor(x + 1/2)", gate="blocker", why="a rounded number: steps, no slope")
rule("y = round(x, n)", blocks="x n", sympy="floor(x + 1/2)", domain="n == 0", gate="blocker", why="steps, no slope")
rule("y = sum([*x])", dx="dy", sympy="x", gate="distributor", stem="sum", why="each term grows the sum by as much")
rule("y = math.fsum([*x])", dx="dy", sympy="x", gate="distributor", stem="sum", why="each term grows the sum by as much")

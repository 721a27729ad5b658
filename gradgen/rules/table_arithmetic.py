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
rule(
    "z = x / C", dx="dz / C", sympy="x/C", domain="C != 0", gate="scaler", stem="over", why="a constant divisor scales"
)
rule(
    "z = 1 / x", dx="-1.0 / x**2 * dz", sympy="1/x", domain="x != 0", gate="scaler", name="reciprocal", stem="inv",
    why="the slope of 1 / x is -1 / x**2",
)  # fmt: skip


def power_slope(n):
    """N * x**(N - 1) * dy, folded; 0 for N = 0; inf at x = 0 for 0 < N < 1"""
    if n is None:
        return "(N * math.pow(x, N - 1) if x or N >= 1 else math.inf if N else 0.0) * dy"
    if n in (0, 1, 2):
        return ("0.0", "dy", f"{n!r} * x * dy")[int(n)]
    if n == int(n):  # below 0 by way of the output: x ** (N - 1) overflows before x ** N does
        return f"N * x ** {n - 1!r} * dy" if n > 0 else "-y / x * dy" if n == -1 else "N * y / x * dy"
    rest = repr(n - 1)
    power = f"math.pow(x, {rest if len(rest) < 6 else 'N - 1'})"  # raises where x ** N is complex
    return f"({f'N * {power} if x else math.inf' if 0 < n < 1 else f'N * {power}'}) * dy"


SQUARES = {3: "x ** 2 * x", 4: "(x ** 2) ** 2", 5: "(x ** 2) ** 2 * x", 6: "(x ** 2) ** 2 * x ** 2"}


def power_slope_of_arrays(n):
    """N * x**(N - 1) * dy, folded; by way of squares and of the output, as NumPy is slow at other powers"""
    if n in (0, 1, 2):
        return ("0.0 * dy", "dy", f"{n!r} * x * dy")[int(n)]
    if n is None:
        return "N * x ** (N - 1) * dy"
    if n < 0:
        return "-y ** 2 * dy" if n == -1 else "N * y / x * dy"
    return f"N * {SQUARES[n - 1]} * dy" if n - 1 in SQUARES else f"N * x ** {n - 1!r} * dy"


def exponential_slope(b):
    """z * log(B) * dz, the logarithm of a constant base; 0 at B = 0, nan below"""
    if b is None:
        return "(z * math.log(B) if B > 0 else math.nan if B else 0.0) * dz"
    return "math.log(B) * z * dz" if b > 0 else "math.nan * dz" if b else "0.0"


rule(
    "y = x ** N", dx=power_slope, array={"dx": power_slope_of_arrays}, sympy="x**N", domain="x > 0", gate="scaler", name="power",
    stem="pow", also=("pow(x, N)", "math.pow(x, N)", "np.power(x, N)"), why="the slope of x**n is n * x**(n - 1)",
)  # fmt: skip
rule(
    "z = B ** y", dy=exponential_slope, array={"dy": "math.log(B) * z * dz"}, sympy="B**y", domain="B > 0", gate="scaler", name="exponential", stem="pow",
    also=("pow(B, y)", "math.pow(B, y)", "np.power(B, y)"), why="the slope of b**y is log(b) * b**y",
)  # fmt: skip
rule(
    "z = x ** y",
    dx="(y * math.pow(x, y - 1) if x or y >= 1 else math.inf if y else 0.0) * dz",
    dy="(z * math.log(x) if x > 0 else math.nan if x else 0.0) * dz",
    array={"dx": "y * x ** (y - 1) * dz", "dy": "z * np.log(np.where(x == 0, 1.0, x)) * dz"},
    sympy="x**y", domain="x > 0", gate="scaler", name="power", stem="pow",
    also=("pow(x, y)", "math.pow(x, y)", "np.power(x, y)"),
    why="by the base y * x**(y - 1); by the exponent z * log(x), which is 0 at x = 0 and undefined below",
)  # fmt: skip
rule(
    "y = x // z",
    blocks="x z",
    sympy="floor(x/z)",
    domain="z > 1",
    gate="blocker",
    stem="div",
    why="a whole number: steps, no slope",
)
rule(
    "z = x % y", dx="dz", dy="-(x // y) * dz", sympy="x - y*floor(x/y)", domain="y > 0", gate="scaler", stem="mod",
    why="x % y is x - y * (x // y), and x // y is constant between its steps",
)  # fmt: skip
rule("y = float(x)", dx="dy", sympy="x", gate="mover", stem="", why="the same number")
rule(
    "w = math.fma(x, y, z)", dx="y * dw", dy="x * dw", dz="dw", sympy="x*y + z", gate="switcher", stem="fma",
    why="x * y + z with a single rounding: a product and a sum",
)  # fmt: skip
rule("y = int(x)", blocks="x", sympy="floor(x)", domain="x > 0", gate="blocker", why="a whole number: steps, no slope")
rule("y = round(x)", blocks="x", sympy="floor(x + 1/2)", gate="blocker", why="a rounded number: steps, no slope")
rule("y = round(x, n)", blocks="x n", sympy="floor(x + 1/2)", domain="n == 0", gate="blocker", why="steps, no slope")
rule("y = sum([*x])", dx="dy", sympy="x", gate="distributor", stem="sum", why="each term grows the sum by as much")
rule(
    "y = math.fsum([*x])", dx="dy", sympy="x", gate="distributor", stem="sum", why="each term grows the sum by as much"
)

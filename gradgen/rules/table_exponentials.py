"""Rows: exponentials, logarithms and roots."""

from gradgen.rules.rule import rule

rule("y = np.exp(x)", dx="y * dy", sympy="exp(x)", gate="scaler", also="math.exp(x)", why="exp is its own slope")
rule(
    "y = np.exp2(x)", dx="math.log(2) * y * dy", sympy="2**x", gate="scaler", also="math.exp2(x)",
    why="the slope of 2**x is log(2) * 2**x",
)  # fmt: skip
rule(
    "y = np.expm1(x)", dx="(y + 1) * dy", sympy="exp(x) - 1", gate="scaler", also="math.expm1(x)",
    why="the slope of exp(x) - 1 is exp(x), the output plus 1",
)  # fmt: skip
rule(
    "y = np.log(x)", dx="dy / x", sympy="log(x)", domain="x > 0", gate="scaler", also="math.log(x)",
    why="the slope of log(x) is 1 / x",
)  # fmt: skip
rule(
    "z = math.log(x, B)", dx="dz / (x * math.log(B))", sympy="log(x)/log(B)", domain="x > 0, B > 1", gate="scaler",
    why="log to a base is log(x) over a constant",
)  # fmt: skip
rule(
    "z = math.log(x, b)", dx="dz / (x * math.log(b))", db="-z / (b * math.log(b)) * dz", sympy="log(x)/log(b)",
    domain="x > 0, b > 1", gate="scaler", why="log(x) / log(b), differentiated as a quotient",
)  # fmt: skip
rule(
    "y = np.log2(x)", dx="dy / (x * math.log(2))", sympy="log(x)/log(2)", domain="x > 0", gate="scaler",
    also="math.log2(x)", why="log(x) over the constant log(2)",
)  # fmt: skip
rule(
    "y = np.log10(x)", dx="dy / (x * math.log(10))", sympy="log(x)/log(10)", domain="x > 0", gate="scaler",
    also="math.log10(x)", why="log(x) over the constant log(10)",
)  # fmt: skip
rule(
    "y = np.log1p(x)", dx="dy / (1 + x)", sympy="log(1 + x)", domain="x > -1", gate="scaler", also="math.log1p(x)",
    why="the slope of log(1 + x) is 1 / (1 + x)",
)  # fmt: skip
rule(
    "y = np.sqrt(x)", dx="(0.5 / y if y else math.inf) * dy", array={"dx": "0.5 / y * dy"}, sympy="sqrt(x)", domain="x > 0", gate="scaler",
    also="math.sqrt(x)", why="the slope of sqrt(x) is half of 1 / sqrt(x); infinite at 0",
)  # fmt: skip
rule(
    "y = np.cbrt(x)", dx="(1 / (3 * y * y) if y else math.inf) * dy", array={"dx": "dy / (3 * y * y)"}, sympy="x**(1/3)", domain="x > 0", gate="scaler",
    also="math.cbrt(x)", why="the slope of the cube root is 1 / (3 * y**2); infinite at 0",
)  # fmt: skip

"""Rows: error and gamma functions, and the rest of `math` that has a slope (or none)."""

from gradgen.rules.rule import rule

rule(
    "y = math.erf(x)", dx="2 / math.sqrt(math.pi) * math.exp(-x * x) * dy", sympy="erf(x)", gate="scaler",
    why="the slope of erf is the bell curve 2 / sqrt(pi) * exp(-x**2)",
)  # fmt: skip
rule(
    "y = math.erfc(x)", dx="-2 / math.sqrt(math.pi) * math.exp(-x * x) * dy", sympy="1 - erf(x)", gate="scaler",
    why="erfc is 1 - erf",
)  # fmt: skip
rule(
    "y = math.lgamma(x)", dx="digamma(x) * dy", sympy="loggamma(x)", domain="x > 0", gate="scaler",
    why="the slope of log-gamma is the digamma function",
)  # fmt: skip
rule(
    "y = math.gamma(x)", dx="y * digamma(x) * dy", sympy="gamma(x)", domain="x > 0", gate="scaler",
    why="gamma is the exponential of log-gamma, whose slope is digamma",
)  # fmt: skip
rule(
    "z = math.fmod(x, y)", dx="dz", dy="(z - x) / y * dz", sympy="x - y*floor(x/y)", domain="x > 0, y > 0",
    gate="scaler", stem="mod", why="x - y * n with n constant between its steps",
)  # fmt: skip
rule(
    "z = math.remainder(x, y)", dx="dz", dy="(z - x) / y * dz", sympy="x - y*floor(x/y + 1/2)", domain="x > 0, y > 0",
    gate="scaler", stem="rem", why="x - y * n with n the nearest whole number, constant between its steps",
)  # fmt: skip
rule(
    "z = math.ldexp(x, n)", dx="math.ldexp(dz, n)", blocks="n", sympy="x*2**n", domain="n == 3", gate="scaler", stem="ldexp",
    why="a factor of 2**n",
)  # fmt: skip
rule(
    "z = np.copysign(x, y)", dx="(dz if x > 0 else -dz if x < 0 else 0.0) * math.copysign(1.0, y)", array={"dx": "np.sign(x) * np.copysign(1.0, y) * dz"}, blocks="y",
    sympy="x", domain="x > 0, y > 0", gate="scaler", also="math.copysign(x, y)", stem="sgn",
    why="the size of x with the sign of y: abs, times a sign that does not change",
)  # fmt: skip
rule("y = math.floor(x)", blocks="x", sympy="floor(x)", gate="blocker", also="np.floor(x)", why="steps, no slope")
rule(
    "y = math.ceil(x)",
    blocks="x",
    sympy="ceiling(x)",
    gate="blocker",
    also="np.ceil(x)",
    stem="ceil",
    why="steps, no slope",
)
rule(
    "y = math.trunc(x)",
    blocks="x",
    sympy="floor(x)",
    domain="x > 0",
    gate="blocker",
    also="np.trunc(x)",
    why="steps, no slope",
)

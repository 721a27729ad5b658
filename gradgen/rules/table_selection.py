"""Rows: functions that pick one of their operands.  At a tie a constant wins, else the first operand."""

from gradgen.rules.rule import rule

rule(
    "z = max(x, y)", dx="dz if x >= y else 0.0", dy="0.0 if x >= y else dz", sympy="Max(x, y)", gate="router",
    why="only the larger input moves the output", stem="max",
)  # fmt: skip
rule(
    "z = max(x, C)",
    dx="dz if x > C else 0.0",
    sympy="Max(x, C)",
    gate="router",
    stem="max",
    why="a constant wins a tie",
)
rule(
    "z = max(C, x)",
    dx="dz if x > C else 0.0",
    sympy="Max(x, C)",
    gate="router",
    stem="max",
    why="a constant wins a tie",
)
rule(
    "z = min(x, y)", dx="dz if x <= y else 0.0", dy="0.0 if x <= y else dz", sympy="Min(x, y)", gate="router",
    why="only the smaller input moves the output", stem="min",
)  # fmt: skip
rule(
    "z = min(x, C)",
    dx="dz if x < C else 0.0",
    sympy="Min(x, C)",
    gate="router",
    stem="min",
    why="a constant wins a tie",
)
rule(
    "z = min(C, x)",
    dx="dz if x < C else 0.0",
    sympy="Min(x, C)",
    gate="router",
    stem="min",
    why="a constant wins a tie",
)
rule(
    "y = abs(x)", dx="dy if x > 0 else -dy if x < 0 else 0.0", sympy="Abs(x)", gate="router", domain="x > 0", stem="abs",
    array={"dx": "np.sign(x) * dy"}, also=("math.fabs(x)", "np.abs(x)", "np.absolute(x)", "np.fabs(x)"), why="the gradient passes, with the sign of x; 0 at 0",
)  # fmt: skip

"""Rows: whole expressions that an expert treats as one gate."""

from gradgen.rules.rule import rule

rule(
    "s = 1 / (1 + np.exp(-x))", dx="(1 - s) * s * ds", sympy="1/(1 + exp(-x))", gate="scaler", name="sigmoid", stem="sig",
    why="the slope of the sigmoid is (1 - s) * s, from its output alone",
)  # fmt: skip
rule(
    "s = 1 / (np.exp(-x) + 1)", dx="(1 - s) * s * ds", sympy="1/(1 + exp(-x))", gate="scaler", name="sigmoid", stem="sig",
    why="the slope of the sigmoid is (1 - s) * s, from its output alone",
)  # fmt: skip
rule(
    "s = 1 / (1 + np.exp(x))", dx="-(1 - s) * s * ds", sympy="1/(1 + exp(x))", gate="scaler", name="sigmoid", stem="sig",
    why="the sigmoid of -x: the slope changes its sign",
)  # fmt: skip

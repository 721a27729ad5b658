"""Rows: what has steps and no slope: signs, roundings, comparisons, positions.  No gradient flows through these."""

from gradgen.rules.rule import rule
from gradgen.rules.shapes import elementwise, rearranged, same, scalar, unknown
from gradgen.rules.shapes_moved import shape_of_found

STEPS = "steps, no slope"

for fn in (
    "sign",
    "rint",
    "fix",
    "signbit",
    "isnan",
    "isinf",
    "isfinite",
    "isposinf",
    "isneginf",
    "logical_not",
    "invert",
):
    rule(f"y = np.{fn}(x)", blocks="x", shape=same, sympy=f"{fn}(x)", gate="blocker", why=STEPS)
rule(
    "y = np.round(x, decimals=0)", also=(".round(x, decimals=0)", "np.around(x, decimals=0)"), blocks="x", shape=same, sympy="floor(x + 1/2)",
    gate="blocker", why=STEPS,
)  # fmt: skip
TWO = (
    "logical_and", "logical_or", "logical_xor", "bitwise_and", "bitwise_or", "bitwise_xor", "floor_divide", "heaviside",
    "greater", "greater_equal", "less", "less_equal", "equal", "not_equal",
)  # fmt: skip
for fn in TWO:
    rule(f"z = np.{fn}(x, y)", blocks="x y", shape=elementwise, sympy=f"{fn}(x, y)", gate="blocker", why=STEPS)
rule(
    "z = np.isclose(x, y, rtol=1e-05, atol=1e-08)", blocks="x y", shape=elementwise, sympy="isclose(x, y)", gate="blocker", why=STEPS,
)  # fmt: skip
for fn in ("allclose(x, y, rtol=1e-05, atol=1e-08)", "array_equal(x, y)"):
    rule(f"z = np.{fn}", blocks="x y", shape=scalar, sympy=fn, gate="blocker", why=STEPS)
rule("z = np.isin(x, y)", blocks="x y", shape=same, sympy="isin(x, y)", gate="blocker", why=STEPS)
rule(
    "y = np.argsort(x, axis=-1, kind=None)", also=".argsort(x, axis=-1, kind=None)", blocks="x", shape=rearranged, sympy="argsort(x)",
    gate="blocker", why="positions: steps, no slope",
)  # fmt: skip
rule(
    "y = np.searchsorted(x, v, side='left')",
    blocks="x v",
    shape=shape_of_found,
    sympy="count(x)",
    gate="blocker",
    why="positions: steps, no slope",
)
rule(
    "y = np.digitize(x, bins, right=False)",
    blocks="x bins",
    shape=same,
    sympy="count(x)",
    gate="blocker",
    why="positions: steps, no slope",
)
for fn in ("nonzero", "flatnonzero", "argwhere"):
    methods = ".nonzero(x)" if fn == "nonzero" else ()
    rule(
        f"y = np.{fn}(x)",
        also=methods,
        blocks="x",
        shape=unknown,
        sympy="x",
        gate="blocker",
        why="positions: steps, no slope",
    )
rule(
    "y = np.unique(x)",
    blocks="x",
    shape=unknown,
    sympy="x",
    gate="blocker",
    why="labels: no gradient flows through them",
)
rule(
    "y = np.bincount(x, minlength=0)",
    blocks="x",
    shape=unknown,
    sympy="count(x)",
    gate="blocker",
    why="counts: steps, no slope",
)

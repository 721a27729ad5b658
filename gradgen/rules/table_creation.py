"""Rows: new arrays.  No gradient flows to a size or to a pattern."""

from gradgen.rules.rule import rule
from gradgen.rules.shapes import counted, filled, same, square

for fn in ("zeros", "ones", "empty"):
    rule(f"y = np.{fn}(shape, dtype=None)", blocks="shape", shape=filled, sympy="0", gate="blocker", why="a new array of constants")
    rule(f"y = np.{fn}_like(x, dtype=None)", blocks="x", shape=same, sympy="0", gate="blocker", stem=fn, why="a new array of constants")
rule("y = np.arange(start, stop=None, step=None, dtype=None)", blocks="start", shape=counted, sympy="0", gate="blocker", why="whole numbers in order")
rule("y = range(start, stop=None, step=None)", blocks="start", shape=counted, sympy="0", gate="blocker", why="whole numbers in order")
rule("y = np.eye(n, m=None, dtype=None)", also="np.identity(n, m=None, dtype=None)", blocks="n", shape=square, sympy="0", gate="blocker", why="a constant matrix")  # fmt: skip

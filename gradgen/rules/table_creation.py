"""Rows: new arrays.  No gradient flows to a size or to a pattern; one flows to the number that fills an array."""

from gradgen.rules.rule import rule
from gradgen.rules.shapes import counted, filled, same, square
from gradgen.rules.shapes_moved import like_first, spaced
from gradgen.rules.site import Site

CONSTANTS = "a new array of constants"

for fn in ("zeros", "ones", "empty"):
    rule(f"y = np.{fn}(shape, dtype=None)", blocks="shape", shape=filled, sympy="0", gate="blocker", why=CONSTANTS)
    rule(f"y = np.{fn}_like(x, dtype=None)", blocks="x", shape=same, sympy="0", gate="blocker", stem=fn, why=CONSTANTS)
for fn in ("np.arange(start, stop=None, step=None, dtype=None)", "range(start, stop=None, step=None)"):
    rule(f"y = {fn}", blocks="start", shape=counted, sympy="0", gate="blocker", why="whole numbers in order")
rule(
    "y = np.eye(n, m=None, k=0, dtype=None)", also="np.identity(n, dtype=None)", blocks="n", shape=square, sympy="0", gate="blocker",
    why="a constant matrix",
)  # fmt: skip
rule(
    "y = np.tri(n, m=None, k=0, dtype=None)",
    blocks="n",
    shape=square,
    sympy="0",
    gate="blocker",
    why="a constant matrix",
)


def filled_back(site: Site) -> str:
    """the sum of dy"""
    return "np.sum(dy)" if site.rank("fill_value") == 0 else "parts.unbroadcast(dy, fill_value)"


rule(
    "y = np.full(shape, fill_value, dtype=None)", blocks="shape", dfill_value=filled_back, shape=filled, sympy="x", gate="spreader", stem="full",
    why="every entry is the number",
)  # fmt: skip
rule(
    "y = np.full_like(x, fill_value, dtype=None)", blocks="x", dfill_value=filled_back, shape=like_first, sympy="x", gate="spreader", stem="full",
    why="every entry is the number",
)  # fmt: skip


def ramp(site: Site, ends: str) -> str:
    """A sum of dy weighted by a ramp between 0 and 1."""
    end = "" if site.flag("endpoint") else ", endpoint=endpoint"
    return f"np.sum(np.linspace({ends}, num{end}) * dy)"


def start_back(site: Site) -> str:
    """dy weighted from 1 down to 0"""
    return ramp(site, "1.0, 0.0")


def stop_back(site: Site) -> str:
    """dy weighted from 0 up to 1"""
    return ramp(site, "0.0, 1.0")


rule(
    "y = np.linspace(start, stop, num=50, endpoint=True)", dstart=start_back, dstop=stop_back, shape=spaced, sympy="x", gate="spreader",
    stem="grid", why="each point is a mixture of the two ends",
)  # fmt: skip

"""Rows: products of matrices and vectors."""

from gradgen.rules.rule import rule
from gradgen.rules.shapes import matrix_product, outer, stacked_product
from gradgen.rules.site import Site


def dot_x(site: Site) -> str:
    """dz @ y.T: the one product of these whose dimensions work out"""
    ranks = site.rank("x"), site.rank("y")
    match ranks:
        case (1, 1):
            return "dz * y"
        case (_, 1):
            return "dz[..., None] * y"
        case (1, 2):
            return product(site, "y", "dz")
        case (_, 2):
            return product(site, "dz", "y.T")
    return "np.matmul(dz, np.swapaxes(y, -1, -2))"


def dot_y(site: Site) -> str:
    """x.T @ dz"""
    ranks = site.rank("x"), site.rank("y")
    match ranks:
        case (1, 1):
            return "x * dz"
        case (2, 1 | 2):
            return product(site, "x.T", "dz")
        case (1, 2):
            return "np.outer(x, dz)"
        case (n, 1 | 2) if n is not None:
            axes = f"({', '.join(str(i) for i in range(n - 1))})"
            return f"np.tensordot(x, dz, axes=({axes}, {axes}))"
    return "np.matmul(np.swapaxes(x, -1, -2), dz)"


def product(site: Site, left: str, right: str) -> str:
    """A product in the author's own spelling."""
    return {"np.dot": f"np.dot({left}, {right})", ".dot": f"{left}.dot({right})", "np.matmul": f"np.matmul({left}, {right})"}.get(
        site.fn, f"{left} @ {right}"
    )


rule(
    "z = x @ y", dx=dot_x, dy=dot_y, shape=stacked_product, also="np.matmul(x, y)", sympy="x*y", gate="switcher", stem="",
    why="each operand gets the gradient times the other, transposed so that the dimensions work out",
)  # fmt: skip
rule(
    "z = np.dot(x, y)", dx=dot_x, dy=dot_y, shape=matrix_product, also=(".dot(x, y)",), sympy="x*y", gate="switcher", stem="",
    why="each operand gets the gradient times the other, transposed so that the dimensions work out",
)  # fmt: skip
rule(
    "z = np.outer(x, y)", dx="np.dot(dz, y)", dy="np.dot(x, dz)", shape=outer, sympy="x*y", gate="switcher",
    why="entry (i, j) is x[i] * y[j]",
)  # fmt: skip

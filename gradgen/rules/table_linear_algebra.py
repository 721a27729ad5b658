"""Rows: matrices as a whole: inverse, linear systems, determinant, norm."""

from gradgen.ir.nodes import Const
from gradgen.rules.rule import rule
from gradgen.rules.shapes import reduced, rearranged
from gradgen.rules.shapes_products import of_each_matrix, solved
from gradgen.rules.site import NONE, Shape, Site
from gradgen.rules.table_reductions import back

# -- inverse and determinant -----------------------------------------------------------------------------------------------


def inv_back(site: Site) -> str:
    """-y.T @ dy @ y.T"""
    if site.rank("x") == 2:
        return "-y.T @ dy @ y.T"
    return "-np.swapaxes(y, -1, -2) @ dy @ np.swapaxes(y, -1, -2)"


def transposed(site: Site) -> str:
    """The matrix (or each of a stack) transposed, as text."""
    return "x.T" if site.rank("x") == 2 else "np.swapaxes(x, -1, -2)"


def solve_b(site: Site) -> str:
    """solve(x.T, dy)"""
    return f"np.linalg.solve({transposed(site)}, dy)"


def solve_x(site: Site) -> str:
    """-solve(x.T, dy) @ y.T"""
    solution = solve_b(site)
    match site.rank("x"), site.rank("b"):
        case (2, 1):
            return f"-np.outer({solution}, y)"
        case (2, 2):
            return f"-{solution} @ y.T"
        case (int() as n, int() as m) if n == m:
            return f"-{solution} @ np.swapaxes(y, -1, -2)"
    return site.refuse("the ranks of its operands")


def det_back(site: Site) -> str:
    """y * inv(x).T * dy"""
    if site.rank("x") == 2:
        return "y * dy * np.linalg.inv(x).T"
    return "(y * dy)[..., None, None] * np.swapaxes(np.linalg.inv(x), -1, -2)"


rule(
    "y = np.linalg.inv(x)", dx=inv_back, shape=rearranged, sympy="1/x", gate="scaler",
    why="from x @ y = 1 follows x @ change of y = -change of x @ y",
)  # fmt: skip
rule(
    "y = np.linalg.solve(x, b)", dx=solve_x, db=solve_b, shape=solved, sympy="b/x", gate="scaler", stem="sol",
    why="y = inv(x) @ b: b gets the transposed system's solution, and x that times -y",
)  # fmt: skip
rule(
    "y = np.linalg.det(x)",
    dx=det_back,
    shape=of_each_matrix,
    sympy="x",
    gate="scaler",
    why="the cofactors: det(x) * inv(x).T",
)


# -- norm ------------------------------------------------------------------------------------------------------------------


def takes_norm(found) -> bool:
    """The norms that are sums of squares or of sizes."""
    return found["ord"] in (NONE, Const("2"), Const("1"), Const("'fro'")) and isinstance(found["keepdims"], Const)


def norm_shape(site: Site) -> Shape:
    """As a sum over ``axis``; ``ord`` 1 and 2 are about vectors, and a bare parameter is taken for one."""
    if not site.given("axis") and site.found["ord"] in (Const("1"), Const("2")):
        site.sizes.ranked(site.found["x"], 1)
    return reduced(site)


def norm_back(site: Site) -> str:
    """x / y * dy, 0 where y is 0"""
    ord, rank = site.found["ord"], site.rank("x")
    vector = rank == 1 or site.integer("axis") is not None
    if ord in (Const("1"), Const("2")) and not vector:
        site.refuse("whether this is a vector: of a matrix, ord 1 and 2 are other norms")
    if ord == Const("1"):
        return f"np.sign(x) * {back(site, 'dy')}"
    if site.out == ():
        return "x * (dy / (y or 1.0))"
    return f"x * {back(site, '(dy / np.where(y == 0, 1.0, y))')}"


rule(
    "y = np.linalg.norm(x, ord=None, axis=None, keepdims=False)", dx=norm_back, shape=norm_shape, takes=takes_norm, sympy="sqrt(x**2)",
    gate="scaler", stem="norm", why="the length grows along each coordinate by that coordinate over the length; 0 at the origin",
)  # fmt: skip

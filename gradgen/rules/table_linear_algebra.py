"""Rows: matrices as a whole: inverse, linear systems, determinant, norm."""

from gradgen.ir.nodes import Call, Const
from gradgen.rules.constants import value_of
from gradgen.rules.rule import rule
from gradgen.rules.shapes import reduced, rearranged
from gradgen.rules.shapes_products import of_each_matrix, solved, turned_matrix
from gradgen.rules.site import NONE, Shape, Site
from gradgen.rules.table_reductions import back, kept

INFINITE = (Call("np.inf", ()), Call("math.inf", ()))

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


def power_back(site: Site) -> str:
    """each x.T ** k @ dy @ x.T ** (n - 1 - k), one for each factor"""
    n, x_t = site.integer("n"), transposed(site)

    def power(k: int) -> list[str]:
        return [] if k == 0 else [x_t if k == 1 else f"np.linalg.matrix_power({x_t}, {k})"]

    return " + ".join(" @ ".join([*power(k), "dy", *power(n - 1 - k)]) for k in range(n))


def takes_power(found) -> bool:
    """A small power that stands in the text."""
    return value_of(found["n"]) in range(1, 5)


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
    "y = np.linalg.matrix_power(x, n)", blocks="n", dx=power_back, shape=rearranged, takes=takes_power, sympy="x**n", gate="scaler", stem="power",
    why="a product: each of its factors gets what stands on both of its sides, transposed",
)  # fmt: skip
rule(
    "y = np.linalg.solve(x, b)", db=solve_b, dx=solve_x, shape=solved, sympy="b/x", gate="scaler", stem="sol",
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


def logdet_back(site: Site) -> str:
    """inv(x).T * dy"""
    if site.rank("x") == 2:
        return "dy * np.linalg.inv(x).T"
    return "dy[..., None, None] * np.swapaxes(np.linalg.inv(x), -1, -2)"


def cholesky_back(site: Site) -> str:
    """what arrives at the lower triangle, both halves of the symmetric matrix together"""
    if site.rank("x") != 2:
        site.refuse("that this is one matrix")
    symmetric = "np.tril(y.T @ dy) + np.tril(y.T @ dy, -1).T"
    whole = f"np.linalg.solve(y.T, np.linalg.solve(y.T, {symmetric}).T)"
    return f"np.tril({whole}) * (1 - 0.5 * np.eye(y.shape[0], dtype=y.dtype))"


def pinv_back(site: Site) -> str:
    """-y.T @ dy @ y.T, and what the two projections let through"""
    if site.rank("x") != 2:
        site.refuse("that this is one matrix")
    return "(dy.T - x @ (y @ dy.T)) @ y @ y.T + y.T @ y @ (dy.T - dy.T @ y @ x) - y.T @ dy @ y.T"


rule(
    "y = gate.logdet(x)", dx=logdet_back, shape=of_each_matrix, sympy="log(x)", gate="scaler", stem="logdet",
    why="the slope of log(det(x)) is inv(x).T: det's own, over det",
)  # fmt: skip
rule(
    "y = gate.sign_of_det(x)", blocks="x", shape=of_each_matrix, sympy="sign(x)", gate="blocker", stem="sign", why="a sign: steps, no slope",
)  # fmt: skip
rule(
    "y = np.linalg.cholesky(x)", dx=cholesky_back, shape=rearranged, sympy="sqrt(x)", gate="scaler", stem="chol",
    why="from y @ y.T = x follows y = y @ lower(inv(y) @ x @ inv(y).T) for changes, lower being the triangle with half of its diagonal; only the lower triangle of x is read",
)  # fmt: skip
rule(
    "y = np.linalg.pinv(x)", dx=pinv_back, shape=turned_matrix, sympy="1/x", gate="scaler",
    why="as the inverse, and two terms more for what the pseudo-inverse does not see (of matrices of full rank)",
)  # fmt: skip


# -- norm ------------------------------------------------------------------------------------------------------------------


def takes_norm(found) -> bool:
    """The norms that are sums of squares or of sizes."""
    order = value_of(found["ord"])
    known = found["ord"] in (NONE, Const("'fro'"), *INFINITE) or type(order) in (int, float) and order > 0
    return known and isinstance(found["keepdims"], Const)


def norm_shape(site: Site) -> Shape:
    """As a sum over ``axis``; ``ord`` 1 and 2 are about vectors, and a bare parameter is taken for one."""
    if not site.given("axis") and site.found["ord"] not in (NONE, Const("'fro'")):
        site.sizes.ranked(site.found["x"], 1)
    return reduced(site)


def norm_back(site: Site) -> str:
    """x / y * dy, 0 where y is 0"""
    ord, rank = site.found["ord"], site.rank("x")
    vector = rank == 1 or site.integer("axis") is not None
    if ord not in (NONE, Const("'fro'")) and not vector:
        site.refuse("whether this is a vector: of a matrix, ord 1 and 2 are other norms")
    if ord == Const("1"):
        return f"np.sign(x) * {back(site, 'dy')}"
    if ord in INFINITE:
        at = f"np.abs(x) == {back(site, 'y')}"
        share = f"{back(site, 'dy')} / np.sum({at}{kept(site)}, dtype=x.dtype)"
        return f"np.where({at}, np.sign(x) * ({share}), 0.0)"
    if ord not in (NONE, Const("2"), Const("'fro'")):
        y = "(y or 1.0)" if site.out == () else back(site, "np.where(y == 0, 1.0, y)")
        return f"np.sign(x) * (np.abs(x) / {y}) ** (ord - 1) * {back(site, 'dy')}"
    if site.out == ():
        return "x * (dy / (y or 1.0))"
    return f"x * {back(site, '(dy / np.where(y == 0, 1.0, y))')}"


rule(
    "y = np.linalg.norm(x, ord=None, axis=None, keepdims=False)", dx=norm_back, shape=norm_shape, takes=takes_norm, sympy="sqrt(x**2)",
    gate="scaler", stem="norm", why="the length grows along each coordinate by that coordinate over the length; 0 at the origin",
)  # fmt: skip

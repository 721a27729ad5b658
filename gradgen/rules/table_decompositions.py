"""Rows: eigenvalues and singular values, and the vectors that belong to them (all values apart from each other, matrices of full rank)."""

from gradgen.rules.rule import rule
from gradgen.rules.shapes import rearranged
from gradgen.rules.shapes_products import least_sides, left_vectors, rows_of_matrix, right_vectors
from gradgen.rules.site import Site


def one_matrix(site: Site) -> None:
    """Refuses stacks of matrices."""
    if site.rank("x") != 2:
        site.refuse("that this is one matrix")


UNIT = "np.eye(x.shape[0], dtype=x.dtype)"


def lower(symmetric: str) -> str:
    """What arrives at the lower triangle, which alone is read, of a gradient on a symmetric matrix that is symmetric itself."""
    return f"shaped(np.tril({symmetric}) * (2 - {UNIT}))"


def gaps(values: str) -> str:
    """1 over the differences of values, column less row; 0 on the diagonal."""
    unit = "np.eye(y.shape[{axis}], dtype=y.dtype)"
    return f"(1 - {unit}) / ({values} - {values}[:, None] + {unit})"


def eigenvalues_back(site: Site) -> str:
    """(v * dy) @ v.T, both halves of the symmetric matrix together"""
    one_matrix(site)
    return lower("(v * dy) @ v.T")


def eigvalsh_back(site: Site) -> str:
    """(v * dy) @ v.T for the eigenvectors v, both halves of the symmetric matrix together"""
    one_matrix(site)
    return lower("(np.linalg.eigh(x)[1] * dy) @ np.linalg.eigh(x)[1].T")


def eigenvectors_back(site: Site) -> str:
    """y @ (y.T @ dy over the gaps between the eigenvalues) @ y.T, both halves of the symmetric matrix together"""
    one_matrix(site)
    turned = f"y @ ({gaps('np.linalg.eigvalsh(x)').format(axis=0)} * (y.T @ dy - dy.T @ y)) @ y.T"
    return f"shaped(np.tril({turned}) * (1 - 0.5 * {UNIT}))"


def singular_back(site: Site) -> str:
    """(u * dy) @ vt"""
    one_matrix(site)
    return "(u * dy) @ vt"


def left_back(site: Site) -> str:
    """what turns y within its span, and out of it; y.T @ x are the right vectors times their singular values"""
    one_matrix(site)
    squares = "np.sum((y.T @ x) ** 2, axis=1)"
    within = f"y @ ({gaps(squares).format(axis=1)} * (y.T @ dy - dy.T @ y)) @ (y.T @ x)"
    return f"{within} + (dy - y @ (y.T @ dy)) @ (y.T @ x / {squares}[:, None])"


def right_back(site: Site) -> str:
    """what turns y within its span, and out of it; x @ y.T are the left vectors times their singular values"""
    one_matrix(site)
    squares = "np.sum((x @ y.T) ** 2, axis=0)"
    within = f"x @ y.T @ ({gaps(squares).format(axis=0)} * (y @ dy.T - dy @ y.T)) @ y"
    return f"{within} + x @ y.T / {squares} @ (dy - dy @ y.T @ y)"


rule(
    "y = gate.eigenvalues(x, v)", dx=eigenvalues_back, blocks="v", shape=rows_of_matrix, sympy="x", gate="scaler", stem="eigenvalues",
    why="an eigenvalue changes by v @ change @ v for its vector v; only the lower triangle of x is read",
)  # fmt: skip
rule(
    "y = gate.eigenvectors(x)", dx=eigenvectors_back, shape=rearranged, sympy="x", gate="scaler", stem="eigenvectors",
    why="a vector turns towards each other one by v @ change @ w over the gap between their eigenvalues",
)  # fmt: skip
rule(
    "y = np.linalg.eigvalsh(x)", dx=eigvalsh_back, shape=rows_of_matrix, sympy="x", gate="scaler", stem="eigenvalues",
    why="an eigenvalue changes by v @ change @ v for its vector v; only the lower triangle of x is read",
)  # fmt: skip
rule(
    "y = gate.singular_values(x, u, vt)", dx=singular_back, blocks="u vt", shape=least_sides, sympy="x", gate="scaler", stem="singular",
    why="a singular value changes by u @ change @ v for its vectors u and v",
)  # fmt: skip
rule(
    "y = gate.left_vectors(x)", dx=left_back, shape=left_vectors, sympy="x", gate="scaler", stem="left",
    why="the vectors turn towards each other by the change over the gaps between squares of singular values, and out of their span",
)  # fmt: skip
rule(
    "y = gate.right_vectors(x)", dx=right_back, shape=right_vectors, sympy="x", gate="scaler", stem="right",
    why="the vectors turn towards each other by the change over the gaps between squares of singular values, and out of their span",
)  # fmt: skip

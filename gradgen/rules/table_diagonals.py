"""Rows: diagonals and triangles of matrices."""

from gradgen.rules.rule import rule
from gradgen.rules.shapes import rearranged
from gradgen.rules.shapes_moved import diagonal, diagonal_matrix, diagonals, traced
from gradgen.rules.site import Site


def offset(site: Site, prefix: str = ", ") -> str:
    """The argument that says which diagonal; nothing for the main one."""
    name = "k" if "k" in site.found else "offset"
    return "" if site.integer(name) == 0 else f"{prefix}{name}"


def is_square(site: Site) -> bool:
    """Whether the operand is known to be a square matrix."""
    shape = site.known("x")
    return shape is not None and len(shape) == 2 and shape[0] == shape[1]


def trace_back(site: Site) -> str:
    """dy on the diagonal"""
    size = "x.shape[0]" if is_square(site) else "x.shape[0], x.shape[1]"
    return f"dy * np.eye({size}{offset(site, ', k=')}, dtype=x.dtype)"


def onto_diagonal(site: Site) -> str:
    """dy on the diagonal"""
    if is_square(site):
        return f"np.diag(dy{offset(site)})"
    if offset(site):
        site.refuse("that the matrix is square")
    return "scatter(dy, entries[np.arange(min(x.shape)), np.arange(min(x.shape))])"


def diag_back(site: Site) -> str:
    """the diagonal of dy, or dy on the diagonal"""
    match site.rank("x"):
        case 1:
            return f"np.diagonal(dy{offset(site)})"
        case 2:
            return onto_diagonal(site)
    return site.refuse("the rank of its operand")


def diagflat_back(site: Site) -> str:
    """the diagonal of dy"""
    text = f"np.diagonal(dy{offset(site)})"
    return text if site.rank("x") == 1 else f"np.reshape({text}, np.shape(x))"


rule(
    "y = np.trace(x, offset=0)", also=".trace(x, offset=0)", dx=trace_back, shape=traced, sympy="x", gate="spreader",
    why="a sum over the diagonal",
)  # fmt: skip
rule(
    "y = np.diag(x, k=0)", dx=diag_back, shape=diagonal, sympy="x", gate="mover", why="a vector put on a diagonal, or a diagonal taken out",
)  # fmt: skip
def diagonal_back(site: Site) -> str:
    """dy on the diagonal"""
    axes = site.integer("axis1"), site.integer("axis2")
    if axes == (0, 1) and site.rank("x") in (2, None):
        return onto_diagonal(site)
    rank = site.rank("x")
    if rank is None or None in axes or offset(site):
        site.refuse("how many axes there are, and that this is the main diagonal")
    if sorted(a % rank for a in axes) != [rank - 2, rank - 1]:
        site.refuse("that these are the last two axes")
    places = f"np.arange(min(x.shape[{rank - 2}:]))"
    return f"scatter(dy, entries[..., {places}, {places}])"


rule(
    "y = np.diagonal(x, offset=0, axis1=0, axis2=1)", also=".diagonal(x, offset=0, axis1=0, axis2=1)", dx=diagonal_back, shape=diagonals, sympy="x", gate="router", stem="diag",
    why="only the diagonal moves the output",
)  # fmt: skip
rule(
    "y = np.diagflat(x, k=0)", dx=diagflat_back, shape=diagonal_matrix, sympy="x", gate="mover", stem="diag", why="all entries put on a diagonal",
)  # fmt: skip
for fn in ("tril", "triu"):
    rule(
        f"y = np.{fn}(x, k=0)", dx=f"np.{fn}(dy, k)", shape=rearranged, sympy="x", gate="router",
        why=f"the {'lower' if fn == 'tril' else 'upper'} triangle passes, the rest is constant",
    )  # fmt: skip

"""Rows: products of matrices and vectors."""

from gradgen.ir.nodes import Call, Const
from gradgen.rules.einsum import einsum_back, einsum_shape, is_plain
from gradgen.rules.rule import rule
from gradgen.rules.shapes import scalar
from gradgen.rules.shapes_products import (
    chained,
    contracted,
    convolved,
    crossed,
    evaluated,
    inner_product,
    kronecker,
    matrix_product,
    outer,
    pairs,
)
from gradgen.rules.shapes_products import stacked_product, tensor_product
from gradgen.rules.site import Site

BY_MATRIX = "each operand gets the gradient times the other, transposed so that the dimensions work out"


def product(site: Site, left: str, right: str) -> str:
    """A product in the author's own spelling."""
    return {
        "np.dot": f"np.dot({left}, {right})",
        ".dot": f"{left}.dot({right})",
        "np.matmul": f"np.matmul({left}, {right})",
    }.get(site.fn, f"{left} @ {right}")


def axes_of(*groups) -> str:
    """An ``axes`` argument of np.tensordot: ``((0, 1), (0, 1))``, or a number for the last axes of the one and the first of the other."""
    return f"({', '.join(str(tuple(g)) for g in groups)})"


def ranks(site: Site) -> tuple[int | None, int | None]:
    """The ranks of both factors; one that is not known is asserted to be 2 beside a vector, and in a dot beside a stack."""
    x, y = site.rank("x"), site.rank("y")
    many = 3 if site.fn in ("np.dot", ".dot") else 99
    if x is None and y is not None and (y == 1 or y >= many):
        return 2, y
    return (x, 2) if x == 1 and y is None else (x, y)


def dot_x(site: Site) -> str:
    """dz @ y.T: the one product of these whose dimensions work out"""
    match ranks(site):
        case (0, _):
            return "np.sum(y * dz)"
        case (_, 0) | (1, 1):
            return "y * dz"
        case (2, 1):
            return "np.outer(dz, y)"
        case (_, 1):
            return "dz[..., None] * y"
        case (1, 2):
            return product(site, "y", "dz")
        case (_, 2):
            return product(site, "dz", "y.T")
        case (int() as n, int() as m) if site.fn in ("np.dot", ".dot"):
            return f"np.tensordot(dz, y, axes={axes_of(range(n - 1, n + m - 2), [*range(m - 2), m - 1])})"
        case (1, int() as m):
            return f"np.tensordot(dz, y, axes={axes_of(range(m - 1), [*range(m - 2), m - 1])})"
        case (2, int() as m):
            return f"np.tensordot(dz, y, axes={axes_of([*range(m - 2), m - 1], [*range(m - 2), m - 1])})"
    return stacked(site, product(site, "dz", "np.swapaxes(y, -1, -2)"), "x")


def dot_y(site: Site) -> str:
    """x.T @ dz"""
    match ranks(site):
        case (_, 0):
            return "np.sum(x * dz)"
        case (0, _) | (1, 1):
            return "x * dz"
        case (2, 1 | 2):
            return product(site, "x.T", "dz")
        case (1, 2):
            return "np.outer(x, dz)"
        case (int() as n, 1 | 2):
            return f"np.tensordot(x, dz, axes={axes_of(range(n - 1), range(n - 1))})"
        case (int() as n, int()) if site.fn in ("np.dot", ".dot"):
            return f"np.moveaxis(np.tensordot(x, dz, axes={axes_of(range(n - 1), range(n - 1))}), 0, -2)"
        case (1, int()):
            return "x[:, None] * dz[..., None, :]"
    return stacked(site, product(site, "np.swapaxes(x, -1, -2)", "dz"), "y")


def stacked(site: Site, text: str, hole: str) -> str:
    """A product over stacks of matrices, summed over the stack axes along which the operand was broadcast."""
    shape = site.known(hole)
    if shape is not None and not isinstance(site.out, str) and shape[:-2] == site.out[:-2]:
        return text
    return f"parts.unbroadcast({text}, {hole})"


def inner_x(site: Site) -> str:
    """dz @ y"""
    match site.rank("x"), site.rank("y"):
        case (0, _):
            return "np.sum(y * dz)"
        case (_, 0) | (1, 1):
            return "y * dz"
        case (2, 1):
            return "np.outer(dz, y)"
        case (1 | 2, 2):
            return "dz @ y"
        case (int() as n, int() as m):
            return f"np.tensordot(dz, y, axes={axes_of(range(n - 1, n + m - 2), range(m - 1))})"
    return site.refuse("the ranks of its operands")


def inner_y(site: Site) -> str:
    """dz.T @ x"""
    match site.rank("x"), site.rank("y"):
        case (_, 0):
            return "np.sum(x * dz)"
        case (0, _) | (1, 1):
            return "x * dz"
        case (1, 2):
            return "np.outer(dz, x)"
        case (2, 1):
            return "dz @ x"
        case (2, 2):
            return "dz.T @ x"
        case (int() as n, int()):
            return f"np.tensordot(dz, x, axes={axes_of(range(n - 1), range(n - 1))})"
    return site.refuse("the ranks of its operands")


def vdot_x(site: Site) -> str:
    """y * dz, in the shape of x"""
    return "y * dz" if site.rank("x") == site.rank("y") == 1 else "np.reshape(y, np.shape(x)) * dz"


def vdot_y(site: Site) -> str:
    """x * dz, in the shape of y"""
    return "x * dz" if site.rank("x") == site.rank("y") == 1 else "np.reshape(x, np.shape(y)) * dz"


def outer_x(site: Site) -> str:
    """dz @ y"""
    text = "dz @ y" if site.rank("y") == 1 else "dz @ np.ravel(y)"
    return text if site.rank("x") == 1 else f"np.reshape({text}, np.shape(x))"


def outer_y(site: Site) -> str:
    """x @ dz"""
    text = "x @ dz" if site.rank("x") == 1 else "np.ravel(x) @ dz"
    return text if site.rank("y") == 1 else f"np.reshape({text}, np.shape(y))"


def tensordot_x(site: Site) -> str:
    """dz times y over the axes of y that were kept"""
    gone_x, gone_y, kept_x, kept_y = tensor_axes(site)
    text = f"np.tensordot(dz, y, axes={axes_of(range(len(kept_x), len(kept_x) + len(kept_y)), kept_y)})"
    order = [*kept_x, *(gone_x[gone_y.index(a)] for a in sorted(gone_y))]
    return in_order(text, order)


def tensordot_y(site: Site) -> str:
    """x times dz over the axes of x that were kept"""
    gone_x, gone_y, kept_x, kept_y = tensor_axes(site)
    text = f"np.tensordot(x, dz, axes={axes_of(kept_x, range(len(kept_x)))})"
    order = [*(gone_y[gone_x.index(a)] for a in sorted(gone_x)), *kept_y]
    return in_order(text, order)


def tensor_axes(site: Site) -> tuple[list[int], list[int], list[int], list[int]]:
    """The axes of x and y that are summed over, and those that are kept."""
    axes = contracted(site)
    if axes is None:
        site.refuse("the ranks of its operands, or its axes")
    return *axes, *([a for a in range(site.rank(n)) if a not in gone] for n, gone in zip("xy", axes, strict=True))


def in_order(text: str, order: list[int]) -> str:
    """A value whose axis i is to become axis ``order[i]``."""
    places = [order.index(a) for a in range(len(order))]
    return text if places == sorted(places) else f"np.transpose({text}, {tuple(places)})"


def cross_x(site: Site) -> str:
    """y x dz"""
    return fitting(site, "np.cross(y, dz)", "x")


def cross_y(site: Site) -> str:
    """dz x x"""
    return fitting(site, "np.cross(dz, x)", "y")


def fitting(site: Site, text: str, hole: str) -> str:
    """A gradient in the shape of the output, brought to the operand's."""
    return text if site.shape(hole) == site.out else f"parts.unbroadcast({text}, {hole})"


def kron_x(site: Site) -> str:
    """dz times y, block by block"""
    match site.rank("x"), site.rank("y"):
        case 1, 1:
            return "dz.reshape(x.shape[0], y.shape[0]) @ y"
        case 2, 2:
            return f"np.tensordot({BLOCKS}, y, axes=((1, 3), (0, 1)))"
    return site.refuse("the ranks of its operands")


def kron_y(site: Site) -> str:
    """x times dz, block by block"""
    match site.rank("x"), site.rank("y"):
        case 1, 1:
            return "x @ dz.reshape(x.shape[0], y.shape[0])"
        case 2, 2:
            return f"np.tensordot(x, {BLOCKS}, axes=((0, 1), (0, 2)))"
    return site.refuse("the ranks of its operands")


BLOCKS = "dz.reshape(x.shape[0], y.shape[0], x.shape[1], y.shape[1])"


def vectors(site: Site) -> None:
    if site.rank("x") != 1 or site.rank("y") != 1:
        site.refuse("that its operands have one axis")


def chain_back(site: Site):
    """dy between the transposed products of the matrices on both of its sides"""
    matrices, at = site.found["x"].args, site.part
    if any(isinstance(shape, str) or len(shape) != 2 for shape in map(site.sizes.of, matrices)):
        site.refuse("that all of its operands are matrices")
    before = [f"part{i}.T" for i in reversed(range(at))]
    behind = [f"part{i}.T" for i in reversed(range(at + 1, len(matrices)))]
    return " @ ".join([*before, "dy", *behind]), {f"part{i}": m for i, m in enumerate(matrices)}


def is_listed(found) -> bool:
    """A list of matrices that stands in the text."""
    return isinstance(found["x"], Call) and found["x"].fn in ("list", "tuple")


def has_mode(*modes: str):
    """Whether a convolution's mode is one of these."""
    return lambda found: found["mode"] in [Const(f"'{mode}'") for mode in modes]


def lengths(site: Site) -> tuple[int, int] | None:
    """How long both vectors are, where the text says so."""
    vectors(site)
    sizes = (*site.shape("x"), *site.shape("y"))
    return (int(sizes[0]), int(sizes[1])) if all(n.isdigit() for n in sizes) else None


def every_place(site: Site) -> str:
    """dz, with zeros at the places that its mode leaves out: the gradient of all the sums of products."""
    known = lengths(site)
    short = min(known) if known else "min(x.shape[0], y.shape[0])"
    match site.found["mode"]:
        case Const("'valid'"):
            return f"np.pad(dz, {short - 1 if known else f'{short} - 1'})"
        case Const("'same'"):
            ends = ((short - 1) // 2, short // 2) if known else f"(({short} - 1) // 2, {short} // 2)"
            return f"np.pad(dz, {ends})"
    return "dz"


def covers(site: Site) -> bool:
    """Whether ``y`` is known to be no longer than ``x`` and slides along it, never over its ends."""
    known = lengths(site)
    return known is not None and known[0] >= known[1] and site.found["mode"] == Const("'valid'")


def convolve_x(site: Site) -> str:
    """dz slid along y"""
    if covers(site):
        return "shaped(np.correlate(dz, y, mode='full'))"
    return f"shaped(np.correlate({every_place(site)}, y, mode='valid'))"


def convolve_y(site: Site) -> str:
    """dz slid along x"""
    if covers(site):
        return "shaped(np.correlate(x, dz, mode='valid')[::-1])"
    return f"shaped(np.correlate({every_place(site)}, x, mode='valid'))"


def correlate_x(site: Site) -> str:
    """dz convolved with y"""
    if covers(site):
        return "shaped(np.convolve(dz, y))"
    return f"shaped(np.convolve({every_place(site)}, y, mode='valid'))"


def correlate_y(site: Site) -> str:
    """dz slid along x"""
    if covers(site):
        return "shaped(np.correlate(x, dz, mode='valid'))"
    return f"shaped(np.correlate({every_place(site)}, x, mode='valid')[::-1])"


def polyval_p(site: Site) -> str:
    """dz times the powers of x, the highest first"""
    if site.rank("p") == 1 and site.rank("x") == 0:
        return "shaped(dz * x ** np.arange(p.shape[0], dtype=p.dtype)[::-1])"
    if site.rank("p") == 1 and site.rank("x") == 1:
        return "shaped(dz @ x[:, None] ** np.arange(p.shape[0], dtype=p.dtype)[::-1])"
    return site.refuse("that the coefficients have one axis and the points one or none")


def rows(site: Site, text: str) -> str:
    """An adjoint of an outer operation on two vectors."""
    vectors(site)
    return text


rule(
    "z = x @ y", dx=dot_x, dy=dot_y, shape=stacked_product, also="np.matmul(x, y)", sympy="x*y", gate="switcher", stem="",
    why=BY_MATRIX,
)  # fmt: skip
rule(
    "z = np.dot(x, y)", dx=dot_x, dy=dot_y, shape=matrix_product, also=(".dot(x, y)",), sympy="x*y", gate="switcher", stem="",
    why=BY_MATRIX,
)  # fmt: skip
rule(
    "z = np.inner(x, y)", dx=inner_x, dy=inner_y, shape=inner_product, sympy="x*y", gate="switcher",
    why="a product with the second operand transposed",
)  # fmt: skip
rule(
    "z = np.vdot(x, y)",
    dx=vdot_x,
    dy=vdot_y,
    shape=scalar,
    sympy="x*y",
    gate="switcher",
    stem="dot",
    why="the sum of all products of entries",
)
rule(
    "z = np.outer(x, y)",
    dx=outer_x,
    dy=outer_y,
    shape=outer,
    sympy="x*y",
    gate="switcher",
    why="entry (i, j) is x[i] * y[j]",
)
rule(
    "z = np.tensordot(x, y, axes=2)", dx=tensordot_x, dy=tensordot_y, shape=tensor_product, sympy="x*y", gate="switcher", stem="dot",
    why="a product summed over some axes: each operand gets the gradient times the other, summed over the axes that the other kept",
)  # fmt: skip
rule(
    "y = np.einsum(subscripts, *x, optimize=False)", blocks="subscripts", dx=einsum_back, shape=einsum_shape, takes=is_plain, parts=True,
    sympy="x", gate="switcher", why="linear in each operand: the gradient and the operand change places in the subscripts",
)  # fmt: skip
rule(
    "z = np.cross(x, y)", dx=cross_x, dy=cross_y, shape=crossed, sympy="x*y", gate="switcher",
    why="dz . (x x y) turns cyclically: x gets y x dz, and y gets dz x x",
)  # fmt: skip
rule(
    "z = np.kron(x, y)", dx=kron_x, dy=kron_y, shape=kronecker, sympy="x*y", gate="switcher", why="a block of y for each entry of x, times that entry",
)  # fmt: skip
rule(
    "y = np.linalg.multi_dot(x)", dx=chain_back, shape=chained, takes=is_listed, parts=True, sympy="x", gate="switcher", stem="product",
    why="a product: each of the matrices gets what stands on both of its sides, transposed",
)  # fmt: skip
rule(
    "z = np.convolve(x, y, mode='full')", dx=convolve_x, dy=convolve_y, shape=convolved, takes=has_mode("full", "same", "valid"),
    sympy="x*y", gate="switcher", stem="conv",
    why="every product of entries lands where their places add up to: each operand gets the gradient times the other, at these places",
)  # fmt: skip
rule(
    "z = np.correlate(x, y, mode='valid')", dx=correlate_x, dy=correlate_y, shape=convolved, takes=has_mode("full", "valid"),
    sympy="x*y", gate="switcher", stem="corr",
    why="y is slid along x: each operand gets the gradient times the other, at the places where they met",
)  # fmt: skip
rule(
    "z = np.polyval(p, x)", dp=polyval_p, dx="shaped(dz * np.polyval(np.polyder(p).astype(p.dtype), x))", shape=evaluated,
    takes=lambda found: not isinstance(found["p"], Call) or found["p"].fn not in ("list", "tuple"), sympy="p*x", gate="switcher", stem="poly",
    why="linear in the coefficients, each with its power of x; in x the slope of the polynomial",
)  # fmt: skip
for name, value, gate, dx, dy in (
    ("add", "x + y", "distributor", "np.sum(dz, axis=1)", "np.sum(dz, axis=0)"),
    ("subtract", "x - y", "distributor", "np.sum(dz, axis=1)", "-np.sum(dz, axis=0)"),
    ("multiply", "x*y", "switcher", "dz @ y", "x @ dz"),
):

    def by_rows(site: Site, text=dx) -> str:
        """dz summed over what y was paired with"""
        return rows(site, text)

    def by_columns(site: Site, text=dy) -> str:
        """dz summed over what x was paired with"""
        return rows(site, text)

    rule(
        f"z = np.{name}.outer(x, y)", dx=by_rows, dy=by_columns, shape=pairs, sympy=value, gate=gate, stem="outer", why=f"entry (i, j) is {value} of x[i] and y[j]",
    )  # fmt: skip

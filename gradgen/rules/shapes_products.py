"""Shape rules of products: matrices, vectors, and more axes than two."""

from __future__ import annotations

import itertools

from gradgen.ir.nodes import Call
from gradgen.rules.shapes import integers
from gradgen.rules.site import Shape, Site


def factors(site: Site) -> list[Shape]:
    """The shapes of ``x`` and ``y``, of unknown rank taken for matrices: a reduction or a part last, which may be one of the other."""
    sizes, pair = site.sizes, [site.found[n] for n in ("x", "y")]
    for factor in sorted(pair, key=lambda e: sizes.is_derived(sizes.of(e))):
        sizes.ranked(factor, 2)
    return [sizes.of(e) for e in pair]


def beside_vector(site: Site) -> Shape | None:
    """The shape of a product of a vector and a factor of unknown rank, which is taken for a matrix; None for other factors."""
    for vector, other in (("x", "y"), ("y", "x")):
        if site.rank(vector) == 1 and site.rank(other) is None:
            site.sizes.need(site.found[other], "==", 2)
            return (site.sizes.fresh_dim(),)
    return None


def matrix_product(site: Site) -> Shape:
    """``np.dot(x, y)``; operands of unknown rank are taken for matrices, which the generated text asserts."""
    sizes = site.sizes
    x, y = factors(site)
    if (vector := beside_vector(site)) is not None:
        return vector
    if isinstance(x, str) or isinstance(y, str):
        sizes.need(site.found["x"], "==" if isinstance(y, tuple) and len(y) > 2 else ">=", 2)
        sizes.need(site.found["y"], "==", 2)
        return sizes.fresh_shape()
    if not x or not y:
        return x or y
    sizes.equal(x[-1], y[-2] if len(y) > 1 else y[0])
    left = x[:-1]
    right = (*y[:-2], y[-1]) if len(y) > 1 else ()
    return (*left, *right)


def stacked_product(site: Site) -> Shape:
    """``x @ y`` with leading axes that broadcast."""
    sizes = site.sizes
    x, y = factors(site)
    if (vector := beside_vector(site)) is not None:
        return vector
    if isinstance(x, str) or isinstance(y, str) or not x or not y:
        for n in ("x", "y"):
            sizes.need(site.found[n], ">=", 2)
        return sizes.fresh_shape()
    sizes.equal(x[-1], y[-2] if len(y) > 1 else y[0])
    if len(x) < 3 and len(y) < 3:
        return (*x[:-1], *(y[-1:] if len(y) > 1 else ()))
    lead = sizes.broadcast(x[:-2], y[:-2])
    if isinstance(lead, str):
        return sizes.fresh_shape()
    return (*lead, *(x[-2:-1] if len(x) > 1 else ()), *(y[-1:] if len(y) > 1 else ()))


def inner_product(site: Site) -> Shape:
    """The last axes of ``x`` and ``y`` are summed away."""
    x, y = site.shape("x"), site.shape("y")
    if isinstance(x, str) or isinstance(y, str):
        return site.sizes.fresh_shape()
    if not x or not y:
        return x or y
    site.sizes.equal(x[-1], y[-1])
    return (*x[:-1], *y[:-1])


def outer(site: Site) -> Shape:
    """Every product of an entry of ``x`` and one of ``y``."""
    flat = []
    for shape in map(site.shape, ("x", "y")):
        known = isinstance(shape, tuple) and len(shape) < 2
        flat.append((*shape, "1")[0] if known else site.sizes.fresh_dim())  # a number is one entry
    return tuple(flat)


def contracted(site: Site) -> tuple[list[int], list[int]] | None:
    """The axes of ``x`` and of ``y`` that ``np.tensordot`` sums over; None while they are not known."""
    x, y = site.known("x"), site.known("y")
    axes = site.found["axes"]
    if x is None or y is None:
        return None
    if (count := site.integer("axes")) is not None:
        return list(range(len(x) - count, len(x))), list(range(count))
    pair = [integers(part) for part in axes.args] if isinstance(axes, Call) and axes.fn in ("tuple", "list") else []
    if len(pair) != 2 or None in pair or not x or not y:
        return None
    return [a % len(x) for a in pair[0]], [a % len(y) for a in pair[1]]


def tensor_product(site: Site) -> Shape:
    """The axes of ``x`` that stay, then those of ``y``."""
    axes, x, y = contracted(site), site.shape("x"), site.shape("y")
    if axes is None:
        return site.sizes.fresh_shape()
    for a, b in zip(*axes, strict=False):
        site.sizes.equal(x[a], y[b])
    return tuple(d for shape, gone in ((x, axes[0]), (y, axes[1])) for i, d in enumerate(shape) if i not in gone)


def solved(site: Site) -> Shape:
    """The shape of ``b``."""
    return site.shape("b")


def crossed(site: Site) -> Shape:
    """``x`` and ``y`` broadcast; vectors of 3 along the last axis."""
    return site.sizes.broadcast(site.shape("x"), site.shape("y"))


def turned_matrix(site: Site) -> Shape:
    """The matrix ``x`` with its axes changed about."""
    shape = site.sizes.ranked(site.found["x"], 2)
    return (
        (*shape[:-2], shape[-1], shape[-2]) if isinstance(shape, tuple) and len(shape) > 1 else site.sizes.fresh_shape()
    )


def kronecker(site: Site) -> Shape:
    """Each size of ``x`` times that of ``y``."""
    shapes = [site.sizes.ranked(site.found[n], 2) for n in ("x", "y")]
    if any(isinstance(s, str) for s in shapes) or len(shapes[0]) != len(shapes[1]):
        return site.sizes.fresh_shape()
    return tuple(site.sizes.times(a, b) for a, b in zip(*shapes, strict=True))


def pairs(site: Site) -> Shape:
    """The axes of ``x``, then those of ``y``."""
    shapes = site.known("x"), site.known("y")
    return site.sizes.fresh_shape() if None in shapes else (*shapes[0], *shapes[1])


def chained(site: Site) -> Shape:
    """The rows of the first matrix, the columns of the last; each fits the next."""
    shapes = [site.sizes.ranked(matrix, 2) for matrix in site.found["x"].args]
    if any(isinstance(shape, str) or len(shape) != 2 for shape in shapes):
        return site.sizes.fresh_shape()
    for left, right in itertools.pairwise(shapes):
        site.sizes.equal(left[1], right[0])
    return (shapes[0][0], shapes[-1][1])


def evaluated(site: Site) -> Shape:
    """The shape of the points ``x``; the coefficients have one axis."""
    site.sizes.ranked(site.found["p"], 1)
    return site.shape("x")


def convolved(site: Site) -> Shape:
    """One axis; how long it is depends on the mode."""
    for n in ("x", "y"):
        site.sizes.ranked(site.found[n], 1)
    return (site.sizes.fresh_dim(),)


def of_each_matrix(site: Site) -> Shape:
    """A number for each matrix: the last two axes are gone."""
    shape = site.sizes.ranked(site.found["x"], 2)
    return shape[:-2] if isinstance(shape, tuple) else site.sizes.fresh_shape()


def rows_of_matrix(site: Site) -> Shape:
    """A number for each row of a matrix."""
    shape = site.sizes.ranked(site.found["x"], 2)
    return shape[:-1] if isinstance(shape, tuple) else site.sizes.fresh_shape()


def least_sides(site: Site) -> Shape:
    """A number for each row or for each column of a matrix, whichever are fewer."""
    shape = site.sizes.ranked(site.found["x"], 2)
    if not isinstance(shape, tuple) or len(shape) != 2:
        return site.sizes.fresh_shape()
    return (_least(site, shape),)


def left_vectors(site: Site) -> Shape:
    """As many columns as there are singular values, as long as those of ``x``."""
    shape = site.sizes.ranked(site.found["x"], 2)
    return (shape[0], _least(site, shape)) if isinstance(shape, tuple) and len(shape) == 2 else site.sizes.fresh_shape()


def right_vectors(site: Site) -> Shape:
    """As many rows as there are singular values, as long as those of ``x``."""
    shape = site.sizes.ranked(site.found["x"], 2)
    return (_least(site, shape), shape[1]) if isinstance(shape, tuple) and len(shape) == 2 else site.sizes.fresh_shape()


def _least(site: Site, shape: Shape) -> str:
    """The smaller of two sizes: one of them if they are alike or both stand in the text, else a new one."""
    if shape[0] == shape[1]:
        return shape[0]
    if all(d.isdigit() for d in shape):
        return min(shape, key=int)
    return site.sizes.part_sizes.setdefault((site.found["x"], "least"), site.sizes.fresh_dim())

import numpy as np
from jaxtyping import Float


def mean_rows(x: Float[np.ndarray, "N D"]):
    return np.mean(x, axis=1)


def sum_squares_keep(x: Float[np.ndarray, "N D"]):
    return x / (x**2).sum(axis=0, keepdims=True)


def row_max(x: Float[np.ndarray, "N D"]):
    return np.max(x, axis=1)


def range_of(x: Float[np.ndarray, "N D"]):
    return x.max() - x.min()


def variance_total(x):
    return np.var(x) + x.std()


def product(x):
    return np.prod(x)


def product_rows(x: Float[np.ndarray, "N D"]):
    return np.prod(x, axis=1)


def cumulative(x):
    return np.cumsum(x)


def cumulative_rows(x: Float[np.ndarray, "N D"]):
    c = np.cumsum(x, axis=1)
    return c / (1 + c**2)


def discounted(rewards, gamma):
    t = np.arange(len(rewards))
    return np.sum(rewards * gamma**t)


def channel_mean(x: Float[np.ndarray, "N C H W"]):
    return x.mean(axis=(0, 2, 3))


def weighted_mean(x, w):
    """
    Mean over the rows, by weights.

    Inputs:
    - x: array of shape (N, D)
    - w: array of shape (N, 1)
    """
    return np.sum(x * w, axis=0) / np.sum(w)


def min_distance(x: Float[np.ndarray, "N D"], c: Float[np.ndarray, "D"]):
    d = np.sqrt(np.sum((x - c) ** 2, axis=-1))
    return np.amin(d)


def normalise_columns(A):
    """
    Columns of unit length.

    Inputs:
    - A: array of shape (N, D)
    """
    norms = np.sqrt(np.sum(np.power(A, 2), axis=0))
    return A / norms


def geometric_mean(x: Float[np.ndarray, "N"]):
    return np.exp(np.log(x).mean())


def entropy(p: Float[np.ndarray, "N"]):
    p = p / np.sum(p)
    return -np.sum(p * np.log(p))


def trace_product(A, B):
    return np.trace(A.dot(B))


def einsum_bilinear(x: Float[np.ndarray, "N D"], W: Float[np.ndarray, "D E"], y: Float[np.ndarray, "N E"]):
    return np.einsum("nd,de,ne->n", x, W, y)


RECIPES = {
    "mean_rows": dict(x="N D"),
    "sum_squares_keep": dict(x="N D"),
    "row_max": dict(x="N D"),
    "range_of": dict(x="N D"),
    "variance_total": dict(x="N D"),
    "product": dict(x="N"),
    "product_rows": dict(x="N D"),
    "cumulative": dict(x="N"),
    "cumulative_rows": dict(x="N D"),
    "discounted": dict(rewards="N", gamma="number 0.9"),
    "channel_mean": dict(x="N C H W"),
    "weighted_mean": dict(x="N D", w="positive N 1"),
    "min_distance": dict(x="N D", c="D"),
    "normalise_columns": dict(A="N D"),
    "geometric_mean": dict(x="positive N"),
    "entropy": dict(p="positive N"),
    "trace_product": dict(A="N D", B="D N"),
    "einsum_bilinear": dict(x="N D", W="D E", y="N E"),
}

import numpy as np
from jaxtyping import Bool, Float, Int


def pick(x: Float[np.ndarray, "N C"], y: Int[np.ndarray, "N"]):
    return x[np.arange(x.shape[0]), y]


def lookup(table: Float[np.ndarray, "V D"], ids: Int[np.ndarray, "N"]):
    return table[ids]


def twice_the_same(x: Float[np.ndarray, "N"]):
    return x[[0, 0, 1]] * x[[1, 2, 2]]


def take_rows(x, idx):
    return np.take(x, idx, axis=0)


def masked_sum(x: Float[np.ndarray, "N D"], mask: Bool[np.ndarray, "N D"]):
    return np.sum(x[mask] ** 2)


def positives(x):
    p = x[x > 0]
    return np.sum(np.log(p))


def zero_negatives(x):
    y = x * 2
    y[y < 0] = 0
    return y


def clip_store(x, low):
    y = np.tanh(x)
    y[y < low] = low
    return y * y


def first_column_out(x: Float[np.ndarray, "N D"]):
    out = np.zeros_like(x)
    out[:, 0] = x[:, 0] ** 2
    out[:, 1:] = np.exp(x[:, 1:])
    return out


def corners(u: Float[np.ndarray, "N D"]):
    return u[0, 0] * u[-1, -1] - u[0, -1] * u[-1, 0]


def every_other(x):
    return x[::2] - 0.5


def inner_part(x: Float[np.ndarray, "N M"]):
    return x[1:-1, 1:-1] * x[:-2, 1:-1]


def shift_store(x):
    y = x * x
    y[1:] = y[:-1]
    return y * x


def add_into_rows(x, idx, v):
    """
    Add v to some rows, all different, then square.

    Inputs:
    - x: array of shape (V, D)
    - idx: integers of shape (K,)
    - v: array of shape (K, D)
    """
    y = x * 1.0
    y[idx] += v
    return y**2


def gates(a, H):
    """
    Three slices of one activation.

    Inputs:
    - a: array of shape (N, K)
    - H: an integer
    """
    i = a[:, :H]
    f = a[:, H:2*H]
    g = a[:, 2*H:]
    return np.tanh(i) * f + g


def upper_triangle(A):
    return np.sum(np.triu(A) ** 2)


def diagonal(A):
    return np.diag(A) * 2.0


def last_axis(x):
    return x[..., 0] * x[..., -1]


def fill_two_parts(a: Float[np.ndarray, "N"], b: Float[np.ndarray, "N"]):
    out = np.empty((2, len(a)))
    out[0] = a * b
    out[1] = a + b
    return out


RECIPES = {
    "pick": dict(x="N C", y="ints N < C"),
    "lookup": dict(table="V D", ids="ints N < V"),
    "twice_the_same": dict(x="N"),
    "take_rows": dict(x="V D", idx="ints N < V"),
    "masked_sum": dict(x="N D", mask="bools N D"),
    "positives": dict(x="N", where={"N": "7"}),
    "zero_negatives": dict(x="N D"),
    "clip_store": dict(x="N D", low="number 0.1"),
    "first_column_out": dict(x="N D"),
    "corners": dict(u="N D"),
    "every_other": dict(x="N", where={"N": "7"}),
    "inner_part": dict(x="N M", where={"N": "5", "M": "7"}),
    "shift_store": dict(x="N"),
    "add_into_rows": dict(x="V D", idx="perm K < V", v="K D", where={"V": "5", "K": "3"}),
    "gates": dict(a="N K", H="int 3", where={"K": "9"}),
    "upper_triangle": dict(A="D D"),
    "diagonal": dict(A="D D"),
    "last_axis": dict(x="N T D"),
    "fill_two_parts": dict(a="N", b="N"),
}

import numpy as np


def f(x: Float[np.ndarray, "N D"], w: Float[np.ndarray, "E C"]):
    h = x @ w  # error: GG121 col 9
    return np.sum(h)


# rewrite
import numpy as np


def f(x: Float[np.ndarray, "N D"], w: Float[np.ndarray, "D C"]):
    h = x @ w
    return np.sum(h)

import numpy as np


def f(x):
    x[0] = 0.0  # error: GG114 col 5
    return np.sum(x * x)


# rewrite
import numpy as np


def f(x):
    x_new = x.copy()
    x_new[0] = 0.0
    return np.sum(x_new * x_new)

import numpy as np


def f(x):
    a = np.zeros((2, 2)) + x
    b = a.ravel()
    a[0, 0] = 0.0  # error: GG114 col 5
    return np.sum(b) + a[0, 0]


# rewrite
import numpy as np


def f(x):
    a = np.zeros((2, 2)) + x
    b = a.ravel().copy()
    a[0, 0] = 0.0
    return np.sum(b) + a[0, 0]

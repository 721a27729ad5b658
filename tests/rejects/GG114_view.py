import numpy as np


def f(x):
    a = np.zeros(3)
    b = a[1:]
    a[0] = x  # error: GG114 col 5
    return np.sum(b) + a[0]


# rewrite
import numpy as np


def f(x):
    a = np.zeros(3)
    b = a[1:].copy()
    a[0] = x
    return np.sum(b) + a[0]

import numpy as np


def g(p, x):
    p["a"] = x
    return p["a"]


def f(p, x):
    return np.sum(g(p, x) * p["a"])  # error: GG114 col 29


# rewrite
import numpy as np


def g(p, x):
    p["a"] = x
    return p["a"]


def f(p, x):
    a = g(p, x)
    return np.sum(a * a)

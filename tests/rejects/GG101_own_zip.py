import numpy as np


def zip(a, b):
    return a * b


def f(X, Y):
    s = np.sum(X)
    for x, y in zip(X, Y):  # error: GG101 col 9
        s = s + x * y
    return s

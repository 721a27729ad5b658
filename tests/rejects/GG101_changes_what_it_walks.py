import numpy as np


def f(X):
    s = 0.0
    for x in X:  # error: GG101 col 14
        s = s + np.sum(x * x)
        X = X * 2.0
    return s


# rewrite
import numpy as np


def f(X):
    s = 0.0
    Y = X
    for i in range(len(X)):
        s = s + np.sum(X[i] * X[i])
        Y = Y * 2.0
    return s

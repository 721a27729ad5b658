import numpy as np


def f(x, params):
    for W, b in params:  # error: GG111 col 17
        x = np.tanh(np.dot(x, W) + b)
    return np.mean(x)


# rewrite
import numpy as np


def f(x, params):
    for l in range(3):
        W, b = params[l]
        x = np.tanh(np.dot(x, W) + b)
    return np.mean(x)

import numpy as np


def f(params, x, layers):
    for l in range(layers):
        x = np.tanh(x @ params["W" + str(l)])  # error: GG111 col 25
    return np.sum(x)


# rewrite
import numpy as np


def f(params, x):
    for l in range(3):
        x = np.tanh(x @ params["W" + str(l)])
    return np.sum(x)

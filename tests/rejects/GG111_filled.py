import numpy as np


def f(x):
    hs = []
    for t in range(3):
        x = np.tanh(x)
        hs.append(x)
    return np.sum(hs[0])  # error: GG111 col 19


# rewrite
import numpy as np


def f(x):
    hs = np.zeros((3, x.shape[0]))
    for t in range(3):
        x = np.tanh(x)
        hs[t] = x
    return np.sum(hs[0])

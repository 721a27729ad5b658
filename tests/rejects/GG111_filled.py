import numpy as np


def f(x):
    hs = []
    for t in range(3):
        x = np.tanh(x)
        hs.append(x)
        x = x + np.sum(hs)  # error: GG111 col 24
    return np.sum(x)


# rewrite
import numpy as np


def f(x):
    total = np.zeros(x.shape[0])
    for t in range(3):
        x = np.tanh(x)
        total = total + x
        x = x + np.sum(total)
    return np.sum(x)

import numpy as np


def f(x, n):
    hs = []
    for t in range(n):
        x = np.tanh(x)
        if t > 1:
            hs.append(x)  # error: GG111 col 13
    return np.sum(np.array(hs))


# rewrite
import numpy as np


def f(x, n):
    hs = []
    for t in range(n):
        x = np.tanh(x)
        hs.append(x)
    return np.sum(np.array(hs))

import numpy as np


def f(x, Ws, bs):
    for W, b in zip(Ws, bs):  # error: GG111 col 17
        x = np.maximum(x @ W + b, 0)
    return np.mean(x)


# rewrite
import numpy as np


def f(x, Ws, bs):
    for l in range(3):
        W, b = Ws[l], bs[l]
        x = np.maximum(x @ W + b, 0)
    return np.mean(x)

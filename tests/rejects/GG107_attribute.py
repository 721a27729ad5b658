import numpy as np


def f(x):
    return np.sum(x.flat)  # error: GG107 col 19

import numpy as np


def f(x):
    return np.exp(x)  # error: GG107 col 12


# rewrite
import math


def f(x):
    return math.exp(x)

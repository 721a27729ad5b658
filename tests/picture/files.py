"""Functions with a file of their own, for the decorator."""

import math

import numpy as np


def notes(x, y):
    sigy = 1.0 / (1 + math.exp(-y))
    num = x + sigy
    sigx = 1.0 / (1 + math.exp(-x))
    xpy = x + y
    xpysqr = xpy**2
    den = sigx + xpysqr
    invden = 1.0 / den
    f = num * invden
    return f


def norm(x):
    return np.sqrt(np.sum(x * x))

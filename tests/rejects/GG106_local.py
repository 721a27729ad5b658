import math


def f(x):
    exp = x * x
    return exp(x)  # error: GG106 col 12


# rewrite
from math import exp


def f(x):
    xsqr = x * x
    return exp(xsqr)

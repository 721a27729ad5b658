from math import *


def f(x):
    return exp(x)  # error: GG106 col 12


# rewrite
from math import exp


def f(x):
    return exp(x)

import math


def f(x):
    a, b = math.frexp(x)  # error: GG104 col 12
    return a

import math

if True:
    math = None


def f(x):
    return math.exp(x)  # error: GG106 col 12

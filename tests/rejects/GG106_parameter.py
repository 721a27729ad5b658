def f(x, activation):
    return activation(x)  # error: GG106 col 12


# rewrite
import math


def activation(x):
    return math.tanh(x)


def f(x):
    return activation(x)

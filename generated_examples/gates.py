"""The gates with one input: 1 / x, c + x, exp(x) and a x of the notes, and the two activations made of such gates."""

import math

C = 3.0
A = 2.0


def inverse(x):
    f = 1.0 / x
    return f


def shift(x):
    f = C + x
    return f


def exponential(x):
    f = math.exp(x)
    return f


def scale(x):
    f = A * x
    return f


def sigmoid(x):
    f = 1.0 / (1.0 + math.exp(-x))
    return f


def relu(x):
    f = max(0.0, x)
    return f

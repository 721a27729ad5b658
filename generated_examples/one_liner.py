"""The function of staged.py, written as one would write the formula."""

import math


def sigmoid(x):
    return 1.0 / (1 + math.exp(-x))


def f(x, y):
    return (x + sigmoid(y)) / (sigmoid(x) + (x + y) ** 2)

import math


def f(x):
    return x * sigmiod(x)  # error: GG104 col 16


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


# function: f
# rewrite
import math


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


def f(x):
    return x * sigmoid(x)

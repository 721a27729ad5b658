# at: x=3.0, y=-4.0
import math


def sigmoid(x):
    return 1.0 / (1 + math.exp(-x))


def f(x, y):
    return (x + sigmoid(y)) / (sigmoid(x) + (x + y) ** 2)

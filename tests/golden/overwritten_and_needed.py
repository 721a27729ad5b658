# at: x=0.5
import math


def f(x):
    y = math.exp(x)
    y = y + 1
    y = y * y
    return y

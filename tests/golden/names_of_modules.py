# at: math=0.5, sum=2.0
from math import sin as sine


def f(math, sum):
    return sine(math) * sum

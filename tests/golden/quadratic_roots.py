# at: a=1.0, b=-5.0, c=3.0
import math


def root(a, b, c):
    disc = b * b - 4 * a * c
    return (-b + math.sqrt(disc)) / (2 * a)

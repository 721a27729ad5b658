"""Iterations that end when they are done: a square root by Newton's method, and a fixed point."""

import math


def square_root(a, x, tol=1e-12):
    while abs(x * x - a) > tol:
        x = x - (x * x - a) / (2 * x)
    return x


def fixed_point(theta, x):
    for k in range(100):
        new = math.cos(theta * x)
        change = abs(new - x)
        x = new
        if change < 1e-10:
            break
    return x

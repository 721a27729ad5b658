"""The three gates with two inputs that the notes begin with: f(x, y) = x y, x + y, max(x, y)."""


def product(x, y):
    f = x * y
    return f


def addition(x, y):
    f = x + y
    return f


def maximum(x, y):
    f = max(x, y)
    return f

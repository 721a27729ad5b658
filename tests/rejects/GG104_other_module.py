import cmath


def f(x):
    return cmath.exp(x)  # error: GG104 col 12

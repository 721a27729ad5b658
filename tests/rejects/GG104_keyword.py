def g(a, b):
    return a * b + a


def f(x):
    return g(x, c=x)  # error: GG104 col 12

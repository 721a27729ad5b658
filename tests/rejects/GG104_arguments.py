def g(a, b):
    return a * b + a


def f(x):
    return g(x)  # error: GG104 col 12


# rewrite
def g(a, b):
    return a * b + a


def f(x):
    return g(x, 2.0)

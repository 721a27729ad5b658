def f(x):
    g = lambda t: t * t  # error: GG105 col 9
    return g(x)


# rewrite
def g(t):
    return t * t


def f(x):
    return g(x)

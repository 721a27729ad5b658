def g(x):
    y = f(x)  # error: GG112 col 9
    return y


def f(x):
    y = g(x)
    return y * x

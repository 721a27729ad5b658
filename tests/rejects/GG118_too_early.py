def f(x):
    z = y * x  # error: GG118 col 9
    y = x
    return z + y


# rewrite
def f(x):
    y = x
    z = y * x
    return z + y

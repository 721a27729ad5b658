def f(*x):  # error: GG110 col 8
    return x[0] * x[1]


# rewrite
def f(x0, x1):
    return x0 * x1

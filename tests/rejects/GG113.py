def f(x):  # error: GG113 col 1
    y = x * x


# rewrite
def f(x):
    y = x * x
    return y

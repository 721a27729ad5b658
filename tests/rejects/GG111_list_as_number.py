def f(x, y):
    p = [x, y]
    return p * 2  # error: GG111 col 12


# rewrite
def f(x, y):
    p = [x, y]
    return p[0] * 2 + p[1] * 2

def f(x, y):
    a, *b = x, y, x  # error: GG111 col 8
    return a


# rewrite
def f(x, y):
    a, b, c = x, y, x
    return a

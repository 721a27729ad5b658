def f(x, y):
    a, b = x, y, x  # error: GG111 col 5
    return a

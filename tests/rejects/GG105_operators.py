def f(x, n):
    a = x ^ 2  # error: GG105 col 9
    b = n & 1  # error: GG105 col 9
    c = n | 1  # error: GG105 col 9
    d = n << 2  # error: GG105 col 9
    e = n >> 2  # error: GG105 col 9
    g = ~n  # error: GG105 col 9
    return a


# rewrite
def f(x):
    a = x**2
    return a

def f(x, flag):
    g = lambda t: t * t  # error: GG105 col 9
    if flag:
        g = lambda t: t + 1  # error: GG105 col 13
    return g(x)


# rewrite
def f(x, flag):
    g = lambda t: t * t
    if flag:
        return x + 1
    return g(x)

def f(x, history=[]):  # error: GG109 col 18
    return x * 2


# rewrite
def f(x, history=()):
    return x * 2

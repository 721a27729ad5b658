def f(w, i):
    return w[i] * 2  # error: GG111 col 14


# rewrite
def f(w):
    return w[0] * 2

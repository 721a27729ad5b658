def f(w, x):
    w[0] = x  # error: GG114 col 5
    return w[0] * x


# rewrite
def f(w, x):
    w_new = x
    return w_new * x

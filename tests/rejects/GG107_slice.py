def f(w):
    v = w[1:]  # error: GG107 col 11
    return v[0]


# rewrite
def f(w):
    return w[1]

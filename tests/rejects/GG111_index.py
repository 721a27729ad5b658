def f(w, i):
    return [w, 1.0][i] * 2  # error: GG111 col 12


# rewrite
def f(w):
    return [w, 1.0][0] * 2

def f(w):
    return w * w[0]  # error: GG111 col 16

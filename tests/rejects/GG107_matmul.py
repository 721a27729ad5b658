def f(w, x):
    return w @ x  # error: GG107 col 12

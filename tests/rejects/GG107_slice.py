def f(w):
    v = [w, w * 2]
    return v[1:]  # error: GG107 col 14

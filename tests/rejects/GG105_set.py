def f(x):
    s = 0.0
    for i in {1, 2, 3}:  # error: GG105 col 14
        s = s + i * x
    return s

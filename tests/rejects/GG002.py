def f(x):
    return x +* 2  # error: GG002 col 15

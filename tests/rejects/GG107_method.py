def f(x):
    return x.upper()  # error: GG107 col 12

def f(x):
    return x.cumprod()  # error: GG107 col 12

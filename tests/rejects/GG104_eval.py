def f(x):
    return eval("x * x")  # error: GG104 col 12

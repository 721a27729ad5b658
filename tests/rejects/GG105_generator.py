def f(x):
    yield x * x  # error: GG105 col 5

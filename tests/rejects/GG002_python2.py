def f(x):
    print x  # error: GG002 col 5
    return x

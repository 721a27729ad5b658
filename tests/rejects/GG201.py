def f(x):
    return 1j * x  # error: GG201 col 12

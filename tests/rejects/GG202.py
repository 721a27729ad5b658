def f(x):
    return "text"  # error: GG202 col 12

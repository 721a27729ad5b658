def f(x, n):
    if n == 0:
        return 1.0
    return x * f(x, n - 1)  # error: GG112 col 16

def f(x, n):
    if n == 0:
        return 1.0
    return x * f(x, n - 1)  # error: GG112 col 16


# rewrite
def f(x, n):
    y = 1.0
    for _ in range(n):
        y = x * y
    return y

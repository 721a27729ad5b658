def f(x, n):
    for i in range(n):
        y = x * i
    return y  # error: GG111 col 12


# rewrite
def f(x, n):
    y = 0.0
    for i in range(n):
        y = x * i
    return y

def f(x):
    s = 0.0
    for c in (1, 2 * x, 4):  # error: GG101 col 14
        s = s + c * x
    return s


# rewrite
def f(x):
    s = 0.0
    for i in range(3):
        s = s + x**i * x
    return s

def f(x):
    s = 0.0
    for i in range(3):  # error: GG101 col 5
        s = s + i * x
    else:
        s = 2 * s
    return s


# rewrite
def f(x):
    s = 0.0
    for i in range(3):
        s = s + i * x
    s = 2 * s
    return s

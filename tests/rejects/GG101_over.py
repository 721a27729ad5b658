def f(x):
    s = 0.0
    for c in (1, 2, 1):  # error: GG101 col 14
        s = s + c * x
    return s


# rewrite
def f(x):
    s = 0.0
    for c in (1, 2):
        s = s + c * x
    return s + x

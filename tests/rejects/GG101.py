def f(x):
    s = 0.0
    for i in range(3):  # error: GG101 col 5
        s = s + x
        if s > 10:
            return s
    return s


# rewrite
def f(x):
    s = 0.0
    for i in range(3):
        s = s + x
    return s

def f(x):  # error: GG113 col 1
    if x > 0:
        return x * x


# rewrite
def f(x):
    if x > 0:
        return x * x
    return 0.0

def f(x):
    if x > 0:
        return  # error: GG113 col 9
    return x


# rewrite
def f(x):
    if x > 0:
        return 0.0
    return x

def f(x):
    if (y := x * x) > 1:  # error: GG105 col 9
        return y
    return x


# rewrite
def f(x):
    y = x * x
    if y > 1:
        return y
    return x

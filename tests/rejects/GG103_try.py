def f(x):
    try:  # error: GG103 col 5
        y = 1 / x
    except ZeroDivisionError:
        y = 0.0
    return y


# rewrite
def f(x):
    if x == 0:
        y = 0.0
    else:
        y = 1 / x
    return y

def f(x):
    return x * rate  # error: GG118 col 16


# rewrite
rate = 0.1


def f(x):
    return x * rate

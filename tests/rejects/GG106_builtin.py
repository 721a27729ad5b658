max = 3


def f(x):
    return max(x, 0)  # error: GG106 col 12


# rewrite
most = 3


def f(x):
    return max(x, most)

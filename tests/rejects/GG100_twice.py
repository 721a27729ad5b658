# function: f
def f(x):
    return x


def f(x):  # error: GG100 col 1
    return x * x

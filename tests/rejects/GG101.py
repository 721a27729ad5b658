def f(x):
    for i in range(3):  # error: GG101 col 5
        x = x * x
    return x


# rewrite
def f(x):
    x = x * x
    x = x * x
    x = x * x
    return x

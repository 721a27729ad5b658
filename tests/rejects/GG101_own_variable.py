def f(x, n):
    for i in range(n):  # error: GG101 col 5
        i = i + 1
        x = x * i
    return x


# rewrite
def f(x, n):
    for i in range(n):
        i_new = i + 1
        x = x * i_new
    return x

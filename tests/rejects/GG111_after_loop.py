def f(x, n):
    for i in range(n):
        pair = [x, x * i]
    return pair[0]  # error: GG111 col 12


# rewrite
def f(x, n):
    pair0 = x
    for i in range(n):
        pair0 = x
    return pair0

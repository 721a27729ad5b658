def f(x, n):
    a = [x * k for k in range(n)]  # error: GG105 col 9
    b = {x * k for k in (1, 2)}  # error: GG105 col 9
    c = {k: x * k for k in (1, 2)}  # error: GG105 col 9
    d = sum(x * k for k in range(n))  # error: GG105 col 12
    e = {x, x * x}  # error: GG105 col 9
    return d


# rewrite
def f(x, n):
    d = 0.0
    for k in range(n):
        d = d + x * k
    return d

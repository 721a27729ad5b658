def f(x):
    a = [x * k for k in (1, 2)]  # error: GG105 col 9
    b = {x * k for k in (1, 2)}  # error: GG105 col 9
    c = {k: x * k for k in (1, 2)}  # error: GG105 col 9
    d = sum(x * k for k in (1, 2))  # error: GG105 col 12
    e = {x, x * x}  # error: GG105 col 9
    return d


# rewrite
def f(x):
    return x * 1 + x * 2

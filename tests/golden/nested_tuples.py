# at: x=0.5, y=2.0
def f(x, y):
    (a, b), c = (x * y, x + y), x - y
    [d, e] = a * b, b * c
    return d / e

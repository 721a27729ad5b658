# at: a=0.5, b=2.0
def f(a, b):
    a, b = b, a
    a, b = a * b, a + b
    return a - b * b

# at: a=0.5, b=2.0, c=3.0, d=0.25
def f(a, /, b, *, c=2.0, d):
    return a * b + c * d

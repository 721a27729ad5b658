# at: x=0.5, y=2.0
def f(x, y):
    return x - 2 * y

# at: x=4.0, y=-3.0
def f(x, y):
    return x * y

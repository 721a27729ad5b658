# at: x=1.5, y=2.5
def f(x, y):
    return x**2 + x**3 - x**-1 + x**0.5 + x**y + 2**y + (x + y) ** 4

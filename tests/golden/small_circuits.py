# at: x=-2.0, y=5.0, z=-4.0
def f(x, y, z):
    q = x + y
    f = q * z
    return f

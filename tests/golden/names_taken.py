# at: x=0.5, dx=2.0
def f(x, dx):
    den = x + dx
    cache = den * 2
    dout = cache * x
    f_backward = dout / (den + x)
    return f_backward

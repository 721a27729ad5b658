# at: w=[2.0, -3.0, 0.5]
def f(w):
    return w[0] * w[-1]

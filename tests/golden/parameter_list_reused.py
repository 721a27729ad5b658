# at: w=[2.0, -3.0]
def f(w):
    s = w[0] * w[1]
    return s * w[0] + w[1]

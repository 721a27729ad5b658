# at: w=[2.0, -3.0, 0.5], x=4.0
def f(w, x):
    a, b, c = w
    return a * x * x + b * x + c

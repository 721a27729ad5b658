# at: x=0.5, y=2.0
def f(x, y):
    p = [x * y, x + y]
    q = {"a": p[0] * x, "b": p[1]}
    return q["a"] * q["b"] + sum(p)

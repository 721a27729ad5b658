# options: outputs=u,v
# at: x=0.5, y=2.0
def f(x, y):
    u = x * y
    v = x + u * y
    return u, v

# options: outputs=u,v
# at: x=0.5, y=2.0
def f(x, y):
    u = x * y
    v = x + u * y
    return u, v

# output split
def f_forward(x, y):
    """f(x, y) and the cache that f_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    u = x * y  # (1)
    v = x + u * y  # (2)
    return (u, v), (x, y, u)


def f_backward(dout, cache):
    """The gradient (dx, dy) of f, from the gradients on its results and the cache.

    UNCHECKED (not asked for).
    """
    x, y, u = cache
    dout1, dout2 = dout
    du = dout1
    # backprop v = x + u * y
    dx = dout2  # (2)
    du += y * dout2  # (2)
    dy = u * dout2  # (2)
    # backprop u = x * y
    dx += y * du  # (1)
    dy += x * du  # (1)
    return dx, dy

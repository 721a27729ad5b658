# at: x=0.5, y=2.0
def f(x, y):
    x, y = y, x * y
    x, y = y, x * y
    return x + y

# output
def f_value_and_grad(x, y):
    """f(x, y) and its gradient (dx, dy), for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    y2 = x * y  # (1)
    x2 = y2  # (2)
    y3 = y * y2  # (3)
    f = x2 + y3  # (4)

    # backprop f = x2 + y3
    dx2 = 1.0  # (4)
    dy3 = 1.0  # (4)
    # backprop y3 = y * y2
    dy = y2 * dy3  # (3)
    dy2 = y * dy3  # (3)
    # backprop x2 = y2
    dy2 += dx2  # (2)
    # backprop y2 = x * y
    dx = y * dy2  # (1)
    dy += x * dy2  # (1)
    return f, (dx, dy)

# output split
def f_forward(x, y):
    """f(x, y) and the cache that f_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    y2 = x * y  # (1)
    x2 = y2  # (2)
    y3 = y * y2  # (3)
    f = x2 + y3  # (4)
    return f, (x, y, y2)


def f_backward(dout, cache):
    """The gradient (dx, dy) of f, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    x, y, y2 = cache
    # backprop f = x2 + y3
    dx2 = dout  # (4)
    dy3 = dout  # (4)
    # backprop y3 = y * y2
    dy = y2 * dy3  # (3)
    dy2 = y * dy3  # (3)
    # backprop x2 = y2
    dy2 += dx2  # (2)
    # backprop y2 = x * y
    dx = y * dy2  # (1)
    dy += x * dy2  # (1)
    return dx, dy

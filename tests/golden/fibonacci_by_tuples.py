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
    x2 = y  # (1)
    y2 = x * y  # (2)
    x3 = y2  # (3)
    y3 = x2 * y2  # (4)
    f = x3 + y3  # (5)

    # backprop f = x3 + y3
    dx3 = 1.0  # (5)
    dy3 = 1.0  # (5)
    # backprop y3 = x2 * y2
    dx2 = y2 * dy3  # (4)
    dy2 = x2 * dy3  # (4)
    # backprop x3 = y2
    dy2 += dx3  # (3)
    # backprop y2 = x * y
    dx = y * dy2  # (2)
    dy = x * dy2  # (2)
    # backprop x2 = y
    dy += dx2  # (1)
    return f, (dx, dy)

# output split
def f_forward(x, y):
    """f(x, y) and the cache that f_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    x2 = y  # (1)
    y2 = x * y  # (2)
    x3 = y2  # (3)
    y3 = x2 * y2  # (4)
    f = x3 + y3  # (5)
    return f, (x, y, x2, y2)


def f_backward(dout, cache):
    """The gradient (dx, dy) of f, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    x, y, x2, y2 = cache
    # backprop f = x3 + y3
    dx3 = dout  # (5)
    dy3 = dout  # (5)
    # backprop y3 = x2 * y2
    dx2 = y2 * dy3  # (4)
    dy2 = x2 * dy3  # (4)
    # backprop x3 = y2
    dy2 += dx3  # (3)
    # backprop y2 = x * y
    dx = y * dy2  # (2)
    dy = x * dy2  # (2)
    # backprop x2 = y
    dy += dx2  # (1)
    return dx, dy

# at: x=4.0, y=-3.0
def f(x, y):
    return x * y

# output
def f_value_and_grad(x, y):
    """f(x, y) and its gradient (dx, dy), for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    f = x * y  # (1)

    # backprop f = x * y
    dx = y  # (1)
    dy = x  # (1)
    return f, (dx, dy)

# output split
def f_forward(x, y):
    """f(x, y) and the cache that f_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    f = x * y  # (1)
    return f, (x, y)


def f_backward(dout, cache):
    """The gradient (dx, dy) of f, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    x, y = cache
    # backprop f = x * y
    dx = y * dout  # (1)
    dy = x * dout  # (1)
    return dx, dy

# at: x=0.5, y=2.0
def f(x, y):
    return x - 2 * y

# output
def f_value_and_grad(x, y):
    """f(x, y) and its gradient (dx, dy), for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    f = x - 2 * y  # (1)

    # backprop f = x - 2 * y
    dx = 1.0  # (1)
    dy = -2  # (1)
    return f, (dx, dy)

# output split
def f_forward(x, y):
    """f(x, y) and the cache that f_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    f = x - 2 * y  # (1)
    return f, ()


def f_backward(dout, cache):
    """The gradient (dx, dy) of f, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    # backprop f = x - 2 * y
    dx = dout  # (1)
    dy = -2 * dout  # (1)
    return dx, dy

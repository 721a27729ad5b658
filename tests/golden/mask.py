# at: x=1.5, y=-0.5
def f(x, y):
    mask = x > 0
    return y * mask + x * (y < x)

# output
def f_value_and_grad(x, y):
    """f(x, y) and its gradient (dx, dy), for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    mask = x > 0
    f = y * mask + x * (y < x)  # (1)

    # backprop f = y * mask + x * (y < x)
    dy = 1.0 if mask else 0.0  # (1)
    dx = 1.0 if y < x else 0.0  # (1)
    return f, (dx, dy)

# output split
def f_forward(x, y):
    """f(x, y) and the cache that f_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    mask = x > 0
    f = y * mask + x * (y < x)  # (1)
    return f, (x, y, mask)


def f_backward(dout, cache):
    """The gradient (dx, dy) of f, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    x, y, mask = cache
    # backprop f = y * mask + x * (y < x)
    dy = mask * dout  # (1)
    dx = (y < x) * dout  # (1)
    return dx, dy

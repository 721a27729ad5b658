# at: x=1.5
def f(x):
    return x * x * x + x - x

# output
def f_value_and_grad(x):
    """f(x) and its gradient dx, for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    xx = x * x  # (1)
    f = xx * x + x - x  # (2)

    # backprop f = xx * x + x - x
    dxx = x  # (2)
    dx = xx  # (2)
    dx += 1.0  # (2)
    dx -= 1.0  # (2)
    # backprop xx = x * x
    dx += (2 * x) * dxx  # (1)
    return f, dx

# output split
def f_forward(x):
    """f(x) and the cache that f_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    xx = x * x  # (1)
    f = xx * x + x - x  # (2)
    return f, (x, xx)


def f_backward(dout, cache):
    """The gradient dx of f, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    x, xx = cache
    # backprop f = xx * x + x - x
    dxx = x * dout  # (2)
    dx = xx * dout  # (2)
    dx += dout  # (2)
    dx -= dout  # (2)
    # backprop xx = x * x
    dx += (2 * x) * dxx  # (1)
    return dx

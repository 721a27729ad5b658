# at: x=0.5, rate=0.1
def f(x: float, rate: float = 0.1) -> float:
    y: float = x * rate
    z: float
    z = y * y
    return z

# output
def f_value_and_grad(x: float, rate: float = 0.1):
    """f(x, rate) and its gradient (dx, drate), for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    y = x * rate  # (1)
    z = y * y  # (2)

    # backprop z = y * y
    dy = 2 * y  # (2)
    # backprop y = x * rate
    dx = rate * dy  # (1)
    drate = x * dy  # (1)
    return z, (dx, drate)

# output split
def f_forward(x: float, rate: float = 0.1):
    """f(x, rate) and the cache that f_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    y = x * rate  # (1)
    z = y * y  # (2)
    return z, (x, rate, y)


def f_backward(dout, cache):
    """The gradient (dx, drate) of f, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    x, rate, y = cache
    # backprop z = y * y
    dy = (2 * y) * dout  # (2)
    # backprop y = x * rate
    dx = rate * dy  # (1)
    drate = x * dy  # (1)
    return dx, drate

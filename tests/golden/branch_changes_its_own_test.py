# at: x=0.5
# at: x=-0.5
def f(x):
    if x < 0:
        x = -x
    return x * x * x

# output
def f_value_and_grad(x):
    """f(x) and its gradient dx, for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    cond = x < 0
    if cond:
        x = -x  # (1)
    f = x * x * x  # (2)

    # backprop f = x * x * x
    dx = (3 * x) * x  # (2)
    if cond:
        # backprop x = -x
        dx = -dx  # (1)
    return f, dx

# output split
def f_forward(x):
    """f(x) and the cache that f_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    cond = x < 0
    if cond:
        x = -x  # (1)
    f = x * x * x  # (2)
    return f, (cond, x)


def f_backward(dout, cache):
    """The gradient dx of f, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    cond, x = cache
    # backprop f = x * x * x
    dx = (3 * x * x) * dout  # (2)
    if cond:
        # backprop x = -x
        dx = -dx  # (1)
    return dx

# at: x=0.5
# at: x=-0.5
def f(x):
    if x > 0:
        k = 2
    else:
        k = 3
    return k * x

# output
def f_value_and_grad(x):
    """f(x) and its gradient dx, for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    if x > 0:
        k = 2
    else:
        k = 3
    f = k * x  # (1)

    # backprop f = k * x
    dx = k  # (1)
    return f, dx

# output split
def f_forward(x):
    """f(x) and the cache that f_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    if x > 0:
        k = 2
    else:
        k = 3
    f = k * x  # (1)
    return f, (k,)


def f_backward(dout, cache):
    """The gradient dx of f, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    (k,) = cache
    # backprop f = k * x
    dx = k * dout  # (1)
    return dx

# at: x=0.5, n=3
def f(x, n):
    # before the loop
    for i in range(n):  # again and again
        # the square
        x = x * x  # of what it was
    return x

# output
def f_value_and_grad(x, n):
    """f(x, n) and its gradient dx, for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    x_hist = []
    # before the loop
    # again and again
    for i in range(n):
        x_hist.append(x)
        # the square
        # of what it was
        x = x * x  # (1)

    dx = 1.0
    # backprop the loop over i
    for i in reversed(range(n)):
        # backprop x = x * x
        dx = (2 * x_hist[i]) * dx  # (1)
    return x, dx

# output split
def f_forward(x, n):
    """f(x, n) and the cache that f_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    x_hist = []
    # before the loop
    # again and again
    for i in range(n):
        x_hist.append(x)
        # the square
        # of what it was
        x = x * x  # (1)
    return x, (n, x_hist)


def f_backward(dout, cache):
    """The gradient dx of f, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    n, x_hist = cache
    dx = dout
    # backprop the loop over i
    for i in reversed(range(n)):
        # backprop x = x * x
        dx = (2 * x_hist[i]) * dx  # (1)
    return dx

# at: x=0.7, n=3
# at: x=0.7, n=0
def horner(x, n):
    y = 0.0
    for i in reversed(range(n)):
        y = y * x + i
    return y

# output
def horner_value_and_grad(x, n):
    """horner(x, n) and its gradient dx, for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    y = 0.0
    y_hist = {}
    for i in reversed(range(n)):
        y_hist[i] = y
        y = y * x + i  # (1)

    dy = 1.0
    dx = 0.0
    # backprop the loop over i
    for i in range(n):
        # backprop y = y * x + i
        dx += y_hist[i] * dy  # (1)
        dy = x * dy  # (1)
    return y, dx

# output split
def horner_forward(x, n):
    """horner(x, n) and the cache that horner_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    y = 0.0
    y_hist = {}
    for i in reversed(range(n)):
        y_hist[i] = y
        y = y * x + i  # (1)
    return y, (x, n, y_hist)


def horner_backward(dout, cache):
    """The gradient dx of horner, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    x, n, y_hist = cache
    dy = dout
    dx = 0.0
    # backprop the loop over i
    for i in range(n):
        # backprop y = y * x + i
        dx += y_hist[i] * dy  # (1)
        dy = x * dy  # (1)
    return dx

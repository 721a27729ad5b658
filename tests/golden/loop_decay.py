# at: x=1.5, rate=0.1, n=3
# at: x=1.5, rate=0.1, n=0
def decay(x, rate, n):
    for i in range(n):
        x = x - rate * x
    return x

# output
def decay_value_and_grad(x, rate, n):
    """decay(x, rate, n) and its gradient (dx, drate), for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    x_hist = []
    for i in range(n):
        x_hist.append(x)
        x = x - rate * x  # (1)

    dx = 1.0
    drate = 0.0
    # backprop the loop over i
    for i in reversed(range(n)):
        # backprop x = x - rate * x
        drate -= x_hist[i] * dx  # (1)
        dx = dx - rate * dx  # (1)
    return x, (dx, drate)

# output split
def decay_forward(x, rate, n):
    """decay(x, rate, n) and the cache that decay_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    x_hist = []
    for i in range(n):
        x_hist.append(x)
        x = x - rate * x  # (1)
    return x, (rate, n, x_hist)


def decay_backward(dout, cache):
    """The gradient (dx, drate) of decay, from the gradient on its result and the
    cache.

    UNCHECKED (not asked for).
    """
    rate, n, x_hist = cache
    dx = dout
    drate = 0.0
    # backprop the loop over i
    for i in reversed(range(n)):
        # backprop x = x - rate * x
        drate -= x_hist[i] * dx  # (1)
        dx = dx - rate * dx  # (1)
    return dx, drate

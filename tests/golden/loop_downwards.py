# at: x=0.5, y=2.0, n=4
def horner(x, y, n):
    s = y
    for i in range(n, 0, -2):
        s = s * x + i * y
    return s

# output
def horner_value_and_grad(x, y, n):
    """horner(x, y, n) and its gradient (dx, dy), for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    s = y  # (1)
    s_hist = {}
    for i in range(n, 0, -2):
        s_hist[i] = s
        s = s * x + i * y  # (2)

    ds = 1.0
    dx = 0.0
    dy = 0.0
    # backprop the loop over i
    for i in reversed(range(n, 0, -2)):
        # backprop s = s * x + i * y
        dx += s_hist[i] * ds  # (2)
        dy += i * ds  # (2)
        ds = x * ds  # (2)
    # backprop s = y
    dy += ds  # (1)
    return s, (dx, dy)

# output split
def horner_forward(x, y, n):
    """horner(x, y, n) and the cache that horner_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    s = y  # (1)
    s_hist = {}
    for i in range(n, 0, -2):
        s_hist[i] = s
        s = s * x + i * y  # (2)
    return s, (x, n, s_hist)


def horner_backward(dout, cache):
    """The gradient (dx, dy) of horner, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    x, n, s_hist = cache
    ds = dout
    dx = 0.0
    dy = 0.0
    # backprop the loop over i
    for i in reversed(range(n, 0, -2)):
        # backprop s = s * x + i * y
        dx += s_hist[i] * ds  # (2)
        dy += i * ds  # (2)
        ds = x * ds  # (2)
    # backprop s = y
    dy += ds  # (1)
    return dx, dy

# at: x=1.7, n=4
# at: x=0.3, n=2
def damped(x, n):
    s = x
    for i in range(n):
        if s > 1:
            s = s * 0.5
        else:
            t = s * x
            s = s + t * t
    return s

# output
def damped_value_and_grad(x, n):
    """damped(x, n) and its gradient dx, for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    s = x  # (1)
    s_hist = []
    for i in range(n):
        s_hist.append(s)
        cond = s > 1
        if cond:
            s = s * 0.5  # (2)
        else:
            t = s * x  # (3)
            s = s + t * t  # (4)

    ds = 1.0
    dx = 0.0
    # backprop the loop over i
    for i in reversed(range(n)):
        cond = s_hist[i] > 1
        t = s_hist[i] * x
        if cond:
            # backprop s = s * 0.5
            ds = 0.5 * ds  # (2)
        else:
            # backprop s = s + t * t
            dt = (2 * t) * ds  # (4)
            # backprop t = s * x
            ds += x * dt  # (3)
            dx += s_hist[i] * dt  # (3)
    # backprop s = x
    dx += ds  # (1)
    return s, dx

# output split
def damped_forward(x, n):
    """damped(x, n) and the cache that damped_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    s = x  # (1)
    s_hist = []
    for i in range(n):
        s_hist.append(s)
        cond = s > 1
        if cond:
            s = s * 0.5  # (2)
        else:
            t = s * x  # (3)
            s = s + t * t  # (4)
    return s, (x, n, s_hist)


def damped_backward(dout, cache):
    """The gradient dx of damped, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    x, n, s_hist = cache
    ds = dout
    dx = 0.0
    # backprop the loop over i
    for i in reversed(range(n)):
        cond = s_hist[i] > 1
        t = s_hist[i] * x
        if cond:
            # backprop s = s * 0.5
            ds = 0.5 * ds  # (2)
        else:
            # backprop s = s + t * t
            dt = (2 * t) * ds  # (4)
            # backprop t = s * x
            ds += x * dt  # (3)
            dx += s_hist[i] * dt  # (3)
    # backprop s = x
    dx += ds  # (1)
    return dx

# at: x=0.5, delta=1.0
# at: x=2.5, delta=1.0
# at: x=-2.5, delta=1.0
def huber(x, delta):
    a = abs(x)
    if a <= delta:
        loss = 0.5 * x**2
    else:
        loss = delta * (a - 0.5 * delta)
    return loss

# output
def huber_value_and_grad(x, delta):
    """huber(x, delta) and its gradient (dx, ddelta), for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    a = abs(x)  # (1)
    if a <= delta:
        xsqr = x**2  # (2)
        loss = 0.5 * xsqr  # (3)
    else:
        diff = a - 0.5 * delta  # (4)
        loss = delta * diff  # (5)

    dx = 0.0
    ddelta = 0.0
    da = 0.0
    if a <= delta:
        # backprop loss = 0.5 * xsqr
        dxsqr = 0.5  # (3)
        # backprop xsqr = x**2
        dx = (2 * x) * dxsqr  # (2)
    else:
        # backprop loss = delta * diff
        ddelta = diff  # (5)
        ddiff = delta  # (5)
        # backprop diff = a - 0.5 * delta
        da = ddiff  # (4)
        ddelta -= 0.5 * ddiff  # (4)
    # backprop a = abs(x)
    dx += da if x > 0 else -da if x < 0 else 0.0  # (1)
    return loss, (dx, ddelta)

# output split
def huber_forward(x, delta):
    """huber(x, delta) and the cache that huber_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    diff = None
    a = abs(x)  # (1)
    if a <= delta:
        xsqr = x**2  # (2)
        loss = 0.5 * xsqr  # (3)
    else:
        diff = a - 0.5 * delta  # (4)
        loss = delta * diff  # (5)
    return loss, (x, delta, a, diff)


def huber_backward(dout, cache):
    """The gradient (dx, ddelta) of huber, from the gradient on its result and the
    cache.

    UNCHECKED (not asked for).
    """
    x, delta, a, diff = cache
    dx = 0.0
    ddelta = 0.0
    da = 0.0
    if a <= delta:
        # backprop loss = 0.5 * xsqr
        dxsqr = 0.5 * dout  # (3)
        # backprop xsqr = x**2
        dx = (2 * x) * dxsqr  # (2)
    else:
        # backprop loss = delta * diff
        ddelta = diff * dout  # (5)
        ddiff = delta * dout  # (5)
        # backprop diff = a - 0.5 * delta
        da = ddiff  # (4)
        ddelta -= 0.5 * ddiff  # (4)
    # backprop a = abs(x)
    dx += da if x > 0 else -da if x < 0 else 0.0  # (1)
    return dx, ddelta

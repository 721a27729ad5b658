# at: x=1.5, y=0.5
def himmelblau(x, y):
    return (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2

# output
def himmelblau_value_and_grad(x, y):
    """himmelblau(x, y) and its gradient (dx, dy), for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    xsqr = x**2  # (1)
    total = xsqr + y - 11  # (2)
    totalsqr = total**2  # (3)
    ysqr = y**2  # (4)
    total2 = x + ysqr - 7  # (5)
    total2sqr = total2**2  # (6)
    out = totalsqr + total2sqr  # (7)

    # backprop out = totalsqr + total2sqr
    dtotalsqr = 1.0  # (7)
    dtotal2sqr = 1.0  # (7)
    # backprop total2sqr = total2**2
    dtotal2 = (2 * total2) * dtotal2sqr  # (6)
    # backprop total2 = x + ysqr - 7
    dx = dtotal2  # (5)
    dysqr = dtotal2  # (5)
    # backprop ysqr = y**2
    dy = (2 * y) * dysqr  # (4)
    # backprop totalsqr = total**2
    dtotal = (2 * total) * dtotalsqr  # (3)
    # backprop total = xsqr + y - 11
    dxsqr = dtotal  # (2)
    dy += dtotal  # (2)
    # backprop xsqr = x**2
    dx += (2 * x) * dxsqr  # (1)
    return out, (dx, dy)

# output split
def himmelblau_forward(x, y):
    """himmelblau(x, y) and the cache that himmelblau_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    xsqr = x**2  # (1)
    total = xsqr + y - 11  # (2)
    totalsqr = total**2  # (3)
    ysqr = y**2  # (4)
    total2 = x + ysqr - 7  # (5)
    total2sqr = total2**2  # (6)
    out = totalsqr + total2sqr  # (7)
    return out, (x, y, total, total2)


def himmelblau_backward(dout, cache):
    """The gradient (dx, dy) of himmelblau, from the gradient on its result and the
    cache.

    UNCHECKED (not asked for).
    """
    x, y, total, total2 = cache
    # backprop out = totalsqr + total2sqr
    dtotalsqr = dout  # (7)
    dtotal2sqr = dout  # (7)
    # backprop total2sqr = total2**2
    dtotal2 = (2 * total2) * dtotal2sqr  # (6)
    # backprop total2 = x + ysqr - 7
    dx = dtotal2  # (5)
    dysqr = dtotal2  # (5)
    # backprop ysqr = y**2
    dy = (2 * y) * dysqr  # (4)
    # backprop totalsqr = total**2
    dtotal = (2 * total) * dtotalsqr  # (3)
    # backprop total = xsqr + y - 11
    dxsqr = dtotal  # (2)
    dy += dtotal  # (2)
    # backprop xsqr = x**2
    dx += (2 * x) * dxsqr  # (1)
    return dx, dy

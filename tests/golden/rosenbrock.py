# at: x=1.5, y=0.5
def rosenbrock(x, y):
    return (1 - x) ** 2 + 100 * (y - x**2) ** 2

# output
def rosenbrock_value_and_grad(x, y):
    """rosenbrock(x, y) and its gradient (dx, dy), for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    onemx = 1 - x  # (1)
    onemxsqr = onemx**2  # (2)
    xsqr = x**2  # (3)
    ymxsqr = y - xsqr  # (4)
    ymxsqrsqr = ymxsqr**2  # (5)
    out = onemxsqr + 100 * ymxsqrsqr  # (6)

    # backprop out = onemxsqr + 100 * ymxsqrsqr
    donemxsqr = 1.0  # (6)
    dymxsqrsqr = 100.0  # (6)
    # backprop ymxsqrsqr = ymxsqr**2
    dymxsqr = (2 * ymxsqr) * dymxsqrsqr  # (5)
    # backprop ymxsqr = y - xsqr
    dy = dymxsqr  # (4)
    dxsqr = -dymxsqr  # (4)
    # backprop xsqr = x**2
    dx = (2 * x) * dxsqr  # (3)
    # backprop onemxsqr = onemx**2
    donemx = (2 * onemx) * donemxsqr  # (2)
    # backprop onemx = 1 - x
    dx -= donemx  # (1)
    return out, (dx, dy)

# output split
def rosenbrock_forward(x, y):
    """rosenbrock(x, y) and the cache that rosenbrock_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    onemx = 1 - x  # (1)
    onemxsqr = onemx**2  # (2)
    xsqr = x**2  # (3)
    ymxsqr = y - xsqr  # (4)
    ymxsqrsqr = ymxsqr**2  # (5)
    out = onemxsqr + 100 * ymxsqrsqr  # (6)
    return out, (x, onemx, ymxsqr)


def rosenbrock_backward(dout, cache):
    """The gradient (dx, dy) of rosenbrock, from the gradient on its result and the
    cache.

    UNCHECKED (not asked for).
    """
    x, onemx, ymxsqr = cache
    # backprop out = onemxsqr + 100 * ymxsqrsqr
    donemxsqr = dout  # (6)
    dymxsqrsqr = 100 * dout  # (6)
    # backprop ymxsqrsqr = ymxsqr**2
    dymxsqr = (2 * ymxsqr) * dymxsqrsqr  # (5)
    # backprop ymxsqr = y - xsqr
    dy = dymxsqr  # (4)
    dxsqr = -dymxsqr  # (4)
    # backprop xsqr = x**2
    dx = (2 * x) * dxsqr  # (3)
    # backprop onemxsqr = onemx**2
    donemx = (2 * onemx) * donemxsqr  # (2)
    # backprop onemx = 1 - x
    dx -= donemx  # (1)
    return dx, dy

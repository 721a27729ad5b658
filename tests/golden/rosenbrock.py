# at: x=1.5, y=0.5
def rosenbrock(x, y):
    return (1 - x) ** 2 + 100 * (y - x**2) ** 2

# output
def rosenbrock_value_and_grad(x, y):
    """rosenbrock(x, y) and its gradient (dx, dy), for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    diff = 1 - x  # (1)
    diffsqr = diff**2  # (2)
    xsqr = x**2  # (3)
    ymxsqr = y - xsqr  # (4)
    power = ymxsqr**2  # (5)
    out = diffsqr + 100 * power  # (6)

    # backprop out = diffsqr + 100 * power
    ddiffsqr = 1.0  # (6)
    dpower = 100  # (6)
    # backprop power = ymxsqr**2
    dymxsqr = (2 * ymxsqr) * dpower  # (5)
    # backprop ymxsqr = y - xsqr
    dy = dymxsqr  # (4)
    dxsqr = -dymxsqr  # (4)
    # backprop xsqr = x**2
    dx = (2 * x) * dxsqr  # (3)
    # backprop diffsqr = diff**2
    ddiff = (2 * diff) * ddiffsqr  # (2)
    # backprop diff = 1 - x
    dx += -ddiff  # (1)
    return out, (dx, dy)

# output split
def rosenbrock_forward(x, y):
    """rosenbrock(x, y) and the cache that rosenbrock_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    diff = 1 - x  # (1)
    diffsqr = diff**2  # (2)
    xsqr = x**2  # (3)
    ymxsqr = y - xsqr  # (4)
    power = ymxsqr**2  # (5)
    out = diffsqr + 100 * power  # (6)
    return out, (x, diff, ymxsqr)


def rosenbrock_backward(dout, cache):
    """The gradient (dx, dy) of rosenbrock, from the gradient on its result and the
    cache.

    UNCHECKED (not asked for).
    """
    x, diff, ymxsqr = cache
    # backprop out = diffsqr + 100 * power
    ddiffsqr = dout  # (6)
    dpower = 100 * dout  # (6)
    # backprop power = ymxsqr**2
    dymxsqr = (2 * ymxsqr) * dpower  # (5)
    # backprop ymxsqr = y - xsqr
    dy = dymxsqr  # (4)
    dxsqr = -dymxsqr  # (4)
    # backprop xsqr = x**2
    dx = (2 * x) * dxsqr  # (3)
    # backprop diffsqr = diff**2
    ddiff = (2 * diff) * ddiffsqr  # (2)
    # backprop diff = 1 - x
    dx += -ddiff  # (1)
    return dx, dy

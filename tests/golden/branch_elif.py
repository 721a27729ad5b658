# at: x=0.5, y=2.0
# at: x=-0.5, y=2.0
# at: x=-3.0, y=2.0
import math


def f(x, y):
    if x > 0:
        z = math.log(x) * y
    elif x > -1:
        z = x * y
    else:
        z = y
    return z + x

# output
import math


def f_value_and_grad(x, y):
    """f(x, y) and its gradient (dx, dy), for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    if x > 0:
        logx = math.log(x)  # (1)
        z = logx * y  # (2)
    elif x > -1:
        z = x * y  # (3)
    else:
        z = y  # (4)
    f = z + x  # (5)

    # backprop f = z + x
    dz = 1.0  # (5)
    dx = 1.0  # (5)
    if x > 0:
        # backprop z = logx * y
        dlogx = y * dz  # (2)
        dy = logx * dz  # (2)
        # backprop logx = math.log(x)
        dx += dlogx / x  # (1)
    elif x > -1:
        # backprop z = x * y
        dx += y * dz  # (3)
        dy = x * dz  # (3)
    else:
        # backprop z = y
        dy = dz  # (4)
    return f, (dx, dy)

# output split
import math


def f_forward(x, y):
    """f(x, y) and the cache that f_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    logx = None
    if x > 0:
        logx = math.log(x)  # (1)
        z = logx * y  # (2)
    elif x > -1:
        z = x * y  # (3)
    else:
        z = y  # (4)
    f = z + x  # (5)
    return f, (x, y, logx)


def f_backward(dout, cache):
    """The gradient (dx, dy) of f, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    x, y, logx = cache
    # backprop f = z + x
    dz = dout  # (5)
    dx = dout  # (5)
    if x > 0:
        # backprop z = logx * y
        dlogx = y * dz  # (2)
        dy = logx * dz  # (2)
        # backprop logx = math.log(x)
        dx += dlogx / x  # (1)
    elif x > -1:
        # backprop z = x * y
        dx += y * dz  # (3)
        dy = x * dz  # (3)
    else:
        # backprop z = y
        dy = dz  # (4)
    return dx, dy

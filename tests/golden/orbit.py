# at: t=0.7, e=0.3
import math


def kepler(t, e):
    x = math.cos(t) - e
    y = math.sqrt(1 - e * e) * math.sin(t)
    return math.atan2(y, x) * math.hypot(x, y)

# output
import math


def kepler_value_and_grad(t, e):
    """kepler(t, e) and its gradient (dt, de), for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    cost = math.cos(t)  # (1)
    x = cost - e  # (2)
    onemee = 1 - e * e  # (3)
    sqrt = math.sqrt(onemee)  # (4)
    sint = math.sin(t)  # (5)
    y = sqrt * sint  # (6)
    angleyx = math.atan2(y, x)  # (7)
    normxy = math.hypot(x, y)  # (8)
    out = angleyx * normxy  # (9)

    # backprop out = angleyx * normxy
    dangleyx = normxy  # (9)
    dnormxy = angleyx  # (9)
    # backprop normxy = math.hypot(x, y)
    dx = (x / normxy if normxy else 0.0) * dnormxy  # (8)
    dy = (y / normxy if normxy else 0.0) * dnormxy  # (8)
    # backprop angleyx = math.atan2(y, x)
    dy += (x / (x * x + y * y) if x or y else 0.0) * dangleyx  # (7)
    dx += (-(y / (x * x + y * y)) if x or y else 0.0) * dangleyx  # (7)
    # backprop y = sqrt * sint
    dsqrt = sint * dy  # (6)
    dsint = sqrt * dy  # (6)
    # backprop sint = math.sin(t)
    dt = math.cos(t) * dsint  # (5)
    # backprop sqrt = math.sqrt(onemee)
    donemee = (0.5 / sqrt if sqrt else math.inf) * dsqrt  # (4)
    # backprop onemee = 1 - e * e
    de = (-2 * e) * donemee  # (3)
    # backprop x = cost - e
    dcost = dx  # (2)
    de -= dx  # (2)
    # backprop cost = math.cos(t)
    dt -= math.sin(t) * dcost  # (1)
    return out, (dt, de)

# output split
import math


def kepler_forward(t, e):
    """kepler(t, e) and the cache that kepler_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    cost = math.cos(t)  # (1)
    x = cost - e  # (2)
    onemee = 1 - e * e  # (3)
    sqrt = math.sqrt(onemee)  # (4)
    sint = math.sin(t)  # (5)
    y = sqrt * sint  # (6)
    angleyx = math.atan2(y, x)  # (7)
    normxy = math.hypot(x, y)  # (8)
    out = angleyx * normxy  # (9)
    cache = (t, e, x, sqrt, sint, y, angleyx, normxy)
    return out, cache


def kepler_backward(dout, cache):
    """The gradient (dt, de) of kepler, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    t, e, x, sqrt, sint, y, angleyx, normxy = cache
    # backprop out = angleyx * normxy
    dangleyx = normxy * dout  # (9)
    dnormxy = angleyx * dout  # (9)
    # backprop normxy = math.hypot(x, y)
    dx = (x / normxy if normxy else 0.0) * dnormxy  # (8)
    dy = (y / normxy if normxy else 0.0) * dnormxy  # (8)
    # backprop angleyx = math.atan2(y, x)
    dy += (x / (x * x + y * y) if x or y else 0.0) * dangleyx  # (7)
    dx += (-(y / (x * x + y * y)) if x or y else 0.0) * dangleyx  # (7)
    # backprop y = sqrt * sint
    dsqrt = sint * dy  # (6)
    dsint = sqrt * dy  # (6)
    # backprop sint = math.sin(t)
    dt = math.cos(t) * dsint  # (5)
    # backprop sqrt = math.sqrt(onemee)
    donemee = (0.5 / sqrt if sqrt else math.inf) * dsqrt  # (4)
    # backprop onemee = 1 - e * e
    de = (-2 * e) * donemee  # (3)
    # backprop x = cost - e
    dcost = dx  # (2)
    de -= dx  # (2)
    # backprop cost = math.cos(t)
    dt -= math.sin(t) * dcost  # (1)
    return dt, de

# at: x=0.5, y=2.0
import math


def polar(x, y):
    r = math.hypot(x, y)
    theta = math.atan2(y, x)
    return r, theta


def f(x, y):
    r, theta = polar(x, y)
    return r * math.exp(theta)

# output
import math


def polar_forward(x, y):
    """polar(x, y) and the cache that polar_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    r = math.hypot(x, y)  # (1)
    theta = math.atan2(y, x)  # (2)
    return (r, theta), (x, y, r)


def polar_backward(dout, cache):
    """The gradient (dx, dy) of polar, from the gradients on its results and the cache.

    UNCHECKED (not asked for).
    """
    x, y, r = cache
    dout1, dout2 = dout
    # backprop theta = math.atan2(y, x)
    dy = (x / (x * x + y * y) if x or y else 0.0) * dout2  # (2)
    dx = (-(y / (x * x + y * y)) if x or y else 0.0) * dout2  # (2)
    # backprop r = math.hypot(x, y)
    dx += (x / r if r else 0.0) * dout1  # (1)
    dy += (y / r if r else 0.0) * dout1  # (1)
    return dx, dy


def f_value_and_grad(x, y):
    """f(x, y) and its gradient (dx, dy), for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    (r, theta), r_cache = polar_forward(x, y)  # (1)
    exptheta = math.exp(theta)  # (2)
    f = r * exptheta  # (3)

    # backprop f = r * exptheta
    dr = exptheta  # (3)
    dexptheta = r  # (3)
    # backprop exptheta = math.exp(theta)
    dtheta = exptheta * dexptheta  # (2)
    dx, dy = polar_backward((dr, dtheta), r_cache)  # (1)
    return f, (dx, dy)

# output split
import math


def polar_forward(x, y):
    """polar(x, y) and the cache that polar_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    r = math.hypot(x, y)  # (1)
    theta = math.atan2(y, x)  # (2)
    return (r, theta), (x, y, r)


def polar_backward(dout, cache):
    """The gradient (dx, dy) of polar, from the gradients on its results and the cache.

    UNCHECKED (not asked for).
    """
    x, y, r = cache
    dout1, dout2 = dout
    # backprop theta = math.atan2(y, x)
    dy = (x / (x * x + y * y) if x or y else 0.0) * dout2  # (2)
    dx = (-(y / (x * x + y * y)) if x or y else 0.0) * dout2  # (2)
    # backprop r = math.hypot(x, y)
    dx += (x / r if r else 0.0) * dout1  # (1)
    dy += (y / r if r else 0.0) * dout1  # (1)
    return dx, dy


def f_forward(x, y):
    """f(x, y) and the cache that f_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    (r, theta), r_cache = polar_forward(x, y)  # (1)
    exptheta = math.exp(theta)  # (2)
    f = r * exptheta  # (3)
    return f, (r, r_cache, exptheta)


def f_backward(dout, cache):
    """The gradient (dx, dy) of f, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    r, r_cache, exptheta = cache
    # backprop f = r * exptheta
    dr = exptheta * dout  # (3)
    dexptheta = r * dout  # (3)
    # backprop exptheta = math.exp(theta)
    dtheta = exptheta * dexptheta  # (2)
    dx, dy = polar_backward((dr, dtheta), r_cache)  # (1)
    return dx, dy

# at: x=0.5, y=2.0
# at: x=-0.5, y=2.0
import math


def f(x, y):
    a = x * y if x > 0 else y
    b = math.log(x * x + 1) if x > 0 else math.exp(x * y)
    return a * b

# output
import math


def f_value_and_grad(x, y):
    """f(x, y) and its gradient (dx, dy), for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    a = x * y if x > 0 else y  # (1)
    if x > 0:
        xxp1 = x * x + 1  # (2)
        b = math.log(xxp1)  # (3)
    else:
        xy = x * y  # (4)
        b = math.exp(xy)  # (5)
    f = a * b  # (6)

    # backprop f = a * b
    da = b  # (6)
    db = a  # (6)
    dy = 0.0
    if x > 0:
        # backprop b = math.log(xxp1)
        dxxp1 = db / xxp1  # (3)
        # backprop xxp1 = x * x + 1
        dx = (2 * x) * dxxp1  # (2)
    else:
        # backprop b = math.exp(xy)
        dxy = b * db  # (5)
        # backprop xy = x * y
        dx = y * dxy  # (4)
        dy = x * dxy  # (4)
    # backprop a = x * y if x > 0 else y
    dx += y * da if x > 0 else 0.0  # (1)
    dy += x * da if x > 0 else da  # (1)
    return f, (dx, dy)

# output split
import math


def f_forward(x, y):
    """f(x, y) and the cache that f_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    xxp1 = None
    a = x * y if x > 0 else y  # (1)
    if x > 0:
        xxp1 = x * x + 1  # (2)
        b = math.log(xxp1)  # (3)
    else:
        xy = x * y  # (4)
        b = math.exp(xy)  # (5)
    f = a * b  # (6)
    cache = (x, y, a, xxp1, b)
    return f, cache


def f_backward(dout, cache):
    """The gradient (dx, dy) of f, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    x, y, a, xxp1, b = cache
    # backprop f = a * b
    da = b * dout  # (6)
    db = a * dout  # (6)
    dy = 0.0
    if x > 0:
        # backprop b = math.log(xxp1)
        dxxp1 = db / xxp1  # (3)
        # backprop xxp1 = x * x + 1
        dx = (2 * x) * dxxp1  # (2)
    else:
        # backprop b = math.exp(xy)
        dxy = b * db  # (5)
        # backprop xy = x * y
        dx = y * dxy  # (4)
        dy = x * dxy  # (4)
    # backprop a = x * y if x > 0 else y
    dx += y * da if x > 0 else 0.0  # (1)
    dy += x * da if x > 0 else da  # (1)
    return dx, dy

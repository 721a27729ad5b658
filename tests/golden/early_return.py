# at: x=0.5, y=3.0
# at: x=0.5, y=30.0
# at: x=-0.5, y=3.0
import math


def f(x, y):
    if x < 0:
        return y * y
    z = x * y
    if z > 2:
        return math.sin(z)
    return z * x

# output
import math


def f_value_and_grad(x, y):
    """f(x, y) and its gradient (dx, dy), for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    if x < 0:
        f = y * y  # (1)
    else:
        z = x * y  # (2)
        if z > 2:
            f = math.sin(z)  # (3)
        else:
            f = z * x  # (4)

    dx = 0.0
    if x < 0:
        # backprop f = y * y
        dy = 2 * y  # (1)
    else:
        if z > 2:
            # backprop f = math.sin(z)
            dz = math.cos(z)  # (3)
        else:
            # backprop f = z * x
            dz = x  # (4)
            dx = z  # (4)
        # backprop z = x * y
        dx += y * dz  # (2)
        dy = x * dz  # (2)
    return f, (dx, dy)

# output split
import math


def f_forward(x, y):
    """f(x, y) and the cache that f_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    z = None
    if x < 0:
        f = y * y  # (1)
    else:
        z = x * y  # (2)
        if z > 2:
            f = math.sin(z)  # (3)
        else:
            f = z * x  # (4)
    return f, (x, y, z)


def f_backward(dout, cache):
    """The gradient (dx, dy) of f, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    x, y, z = cache
    dx = 0.0
    if x < 0:
        # backprop f = y * y
        dy = (2 * y) * dout  # (1)
    else:
        if z > 2:
            # backprop f = math.sin(z)
            dz = math.cos(z) * dout  # (3)
        else:
            # backprop f = z * x
            dz = x * dout  # (4)
            dx = z * dout  # (4)
        # backprop z = x * y
        dx += y * dz  # (2)
        dy = x * dz  # (2)
    return dx, dy

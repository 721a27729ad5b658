# at: x=0.5
import math


def f(x):
    y = math.exp(x)
    y = y + 1
    y = y * y
    return y

# output
import math


def f_value_and_grad(x):
    """f(x) and its gradient dx, for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    y = math.exp(x)  # (1)
    y2 = y + 1  # (2)
    y3 = y2 * y2  # (3)

    # backprop y3 = y2 * y2
    dy2 = 2 * y2  # (3)
    # backprop y2 = y + 1
    dy = dy2  # (2)
    # backprop y = math.exp(x)
    dx = y * dy  # (1)
    return y3, dx

# output split
import math


def f_forward(x):
    """f(x) and the cache that f_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    y = math.exp(x)  # (1)
    y2 = y + 1  # (2)
    y3 = y2 * y2  # (3)
    return y3, (y, y2)


def f_backward(dout, cache):
    """The gradient dx of f, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    y, y2 = cache
    # backprop y3 = y2 * y2
    dy2 = (2 * y2) * dout  # (3)
    # backprop y2 = y + 1
    dy = dy2  # (2)
    # backprop y = math.exp(x)
    dx = y * dy  # (1)
    return dx

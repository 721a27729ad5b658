# at: x=0.5
# at: x=-0.5
import math


def f(x):
    if x > 0:
        y = math.exp(x)
    else:
        y = x * x
    return y * x

# output
import math


def f_value_and_grad(x):
    """f(x) and its gradient dx, for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    if x > 0:
        y = math.exp(x)  # (1)
    else:
        y = x * x  # (2)
    f = y * x  # (3)

    # backprop f = y * x
    dy = x  # (3)
    dx = y  # (3)
    if x > 0:
        # backprop y = math.exp(x)
        dx += y * dy  # (1)
    else:
        # backprop y = x * x
        dx += (2 * x) * dy  # (2)
    return f, dx

# output split
import math


def f_forward(x):
    """f(x) and the cache that f_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    if x > 0:
        y = math.exp(x)  # (1)
    else:
        y = x * x  # (2)
    f = y * x  # (3)
    return f, (x, y)


def f_backward(dout, cache):
    """The gradient dx of f, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    x, y = cache
    # backprop f = y * x
    dy = x * dout  # (3)
    dx = y * dout  # (3)
    if x > 0:
        # backprop y = math.exp(x)
        dx += y * dy  # (1)
    else:
        # backprop y = x * x
        dx += (2 * x) * dy  # (2)
    return dx

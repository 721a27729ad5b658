# at: x=0.5
import math


def f(x):
    n = math.floor(x)
    return 3 * x + n

# output
import math


def f_value_and_grad(x):
    """f(x) and its gradient dx, for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    n = math.floor(x)
    f = 3 * x + n  # (1)

    # backprop f = 3 * x + n
    dx = 3.0  # (1)
    return f, dx

# output split
import math


def f_forward(x):
    """f(x) and the cache that f_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    n = math.floor(x)
    f = 3 * x + n  # (1)
    return f, ()


def f_backward(dout, cache):
    """The gradient dx of f, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    # backprop f = 3 * x + n
    dx = 3 * dout  # (1)
    return dx

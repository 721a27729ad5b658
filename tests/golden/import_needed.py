# at: x=0.5
from math import sin


def f(x):
    return sin(x) ** 2

# output
from math import cos, sin


def f_value_and_grad(x):
    """f(x) and its gradient dx, for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    sinx = sin(x)  # (1)
    f = sinx**2  # (2)

    # backprop f = sinx**2
    dsinx = 2 * sinx  # (2)
    # backprop sinx = sin(x)
    dx = cos(x) * dsinx  # (1)
    return f, dx

# output split
from math import cos, sin


def f_forward(x):
    """f(x) and the cache that f_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    sinx = sin(x)  # (1)
    f = sinx**2  # (2)
    return f, (x, sinx)


def f_backward(dout, cache):
    """The gradient dx of f, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    x, sinx = cache
    # backprop f = sinx**2
    dsinx = (2 * sinx) * dout  # (2)
    # backprop sinx = sin(x)
    dx = cos(x) * dsinx  # (1)
    return dx

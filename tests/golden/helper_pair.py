# at: x=0.5, y=2.0
import math


def swish(x):
    s = 1 / (1 + math.exp(-x))
    return x * s


def f(x, y):
    return swish(x) * y

# output
import math


def swish_forward(x):
    """swish(x) and the cache that swish_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    s = 1 / (1 + math.exp(-x))  # (1)
    out = x * s  # (2)
    return out, (x, s)


def swish_backward(dout, cache):
    """The gradient dx of swish, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    x, s = cache
    # backprop out = x * s
    dx = s * dout  # (2)
    ds = x * dout  # (2)
    # backprop s = 1 / (1 + math.exp(-x))
    dx += ((1 - s) * s) * ds  # (1)
    return dx


def f_value_and_grad(x, y):
    """f(x, y) and its gradient (dx, dy), for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    swish_out, swish_out_cache = swish_forward(x)  # (1)
    f = swish_out * y  # (2)

    # backprop f = swish_out * y
    dswish_out = y  # (2)
    dy = swish_out  # (2)
    dx = swish_backward(dswish_out, swish_out_cache)  # (1)
    return f, (dx, dy)

# output split
import math


def swish_forward(x):
    """swish(x) and the cache that swish_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    s = 1 / (1 + math.exp(-x))  # (1)
    out = x * s  # (2)
    return out, (x, s)


def swish_backward(dout, cache):
    """The gradient dx of swish, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    x, s = cache
    # backprop out = x * s
    dx = s * dout  # (2)
    ds = x * dout  # (2)
    # backprop s = 1 / (1 + math.exp(-x))
    dx += ((1 - s) * s) * ds  # (1)
    return dx


def f_forward(x, y):
    """f(x, y) and the cache that f_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    swish_out, swish_out_cache = swish_forward(x)  # (1)
    f = swish_out * y  # (2)
    return f, (y, swish_out, swish_out_cache)


def f_backward(dout, cache):
    """The gradient (dx, dy) of f, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    y, swish_out, swish_out_cache = cache
    # backprop f = swish_out * y
    dswish_out = y * dout  # (2)
    dy = swish_out * dout  # (2)
    dx = swish_backward(dswish_out, swish_out_cache)  # (1)
    return dx, dy

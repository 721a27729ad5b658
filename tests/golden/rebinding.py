# at: x=0.5, y=2.0
import math


def f(x, y):
    x = x * 2
    h = x * y
    h = math.tanh(h)
    h = h * y + 1
    y = h + x
    return y

# output
import math


def f_value_and_grad(x, y):
    """f(x, y) and its gradient (dx, dy), for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    x = x * 2  # (1)
    h = x * y  # (2)
    h = math.tanh(h)  # (3)
    h2 = h * y + 1  # (4)
    y2 = h2 + x  # (5)

    # backprop y2 = h2 + x
    dh2 = 1.0  # (5)
    dx = 1.0  # (5)
    # backprop h2 = h * y + 1
    dy = h * dh2  # (4)
    dh = y * dh2  # (4)
    # backprop h = math.tanh(h)
    dh = (1 - h * h) * dh  # (3)
    # backprop h = x * y
    dx += y * dh  # (2)
    dy += x * dh  # (2)
    # backprop x = x * 2
    dx = 2 * dx  # (1)
    return y2, (dx, dy)

# output split
import math


def f_forward(x, y):
    """f(x, y) and the cache that f_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    x = x * 2  # (1)
    h = x * y  # (2)
    h = math.tanh(h)  # (3)
    h2 = h * y + 1  # (4)
    y2 = h2 + x  # (5)
    return y2, (y, x, h)


def f_backward(dout, cache):
    """The gradient (dx, dy) of f, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    y, x, h = cache
    # backprop y2 = h2 + x
    dh2 = dout  # (5)
    dx = dout  # (5)
    # backprop h2 = h * y + 1
    dy = h * dh2  # (4)
    dh = y * dh2  # (4)
    # backprop h = math.tanh(h)
    dh = (1 - h * h) * dh  # (3)
    # backprop h = x * y
    dx += y * dh  # (2)
    dy += x * dh  # (2)
    # backprop x = x * 2
    dx = 2 * dx  # (1)
    return dx, dy

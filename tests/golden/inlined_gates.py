# at: x=0.5, y=2.0
import math


def sigmoid(x):
    """1 / (1 + e^-x)"""
    return 1 / (1 + math.exp(-x))


def relu(x):
    return max(0, x)


def square(t):
    return t * t


def f(x, y):
    return square(sigmoid(x) - relu(y)) + sigmoid(x * y)

# output
import math


def f_value_and_grad(x, y):
    """f(x, y) and its gradient (dx, dy), for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    sigx = 1 / (1 + math.exp(-x))  # (1)
    maxy = max(0, y)  # (2)
    sigxmmaxy = sigx - maxy  # (3)
    xy = x * y  # (4)
    sigxy = 1 / (1 + math.exp(-xy))  # (5)
    f = sigxmmaxy * sigxmmaxy + sigxy  # (6)

    # backprop f = sigxmmaxy * sigxmmaxy + sigxy
    dsigxmmaxy = 2 * sigxmmaxy  # (6)
    dsigxy = 1.0  # (6)
    # backprop sigxy = 1 / (1 + math.exp(-xy))
    dxy = ((1 - sigxy) * sigxy) * dsigxy  # (5)
    # backprop xy = x * y
    dx = y * dxy  # (4)
    dy = x * dxy  # (4)
    # backprop sigxmmaxy = sigx - maxy
    dsigx = dsigxmmaxy  # (3)
    dmaxy = -dsigxmmaxy  # (3)
    # backprop maxy = max(0, y)
    dy += dmaxy if y > 0 else 0.0  # (2)
    # backprop sigx = 1 / (1 + math.exp(-x))
    dx += ((1 - sigx) * sigx) * dsigx  # (1)
    return f, (dx, dy)

# output split
import math


def f_forward(x, y):
    """f(x, y) and the cache that f_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    sigx = 1 / (1 + math.exp(-x))  # (1)
    maxy = max(0, y)  # (2)
    sigxmmaxy = sigx - maxy  # (3)
    xy = x * y  # (4)
    sigxy = 1 / (1 + math.exp(-xy))  # (5)
    f = sigxmmaxy * sigxmmaxy + sigxy  # (6)
    cache = (x, y, sigx, sigxmmaxy, sigxy)
    return f, cache


def f_backward(dout, cache):
    """The gradient (dx, dy) of f, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    x, y, sigx, sigxmmaxy, sigxy = cache
    # backprop f = sigxmmaxy * sigxmmaxy + sigxy
    dsigxmmaxy = (2 * sigxmmaxy) * dout  # (6)
    dsigxy = dout  # (6)
    # backprop sigxy = 1 / (1 + math.exp(-xy))
    dxy = ((1 - sigxy) * sigxy) * dsigxy  # (5)
    # backprop xy = x * y
    dx = y * dxy  # (4)
    dy = x * dxy  # (4)
    # backprop sigxmmaxy = sigx - maxy
    dsigx = dsigxmmaxy  # (3)
    dmaxy = -dsigxmmaxy  # (3)
    # backprop maxy = max(0, y)
    dy += dmaxy if y > 0 else 0.0  # (2)
    # backprop sigx = 1 / (1 + math.exp(-x))
    dx += ((1 - sigx) * sigx) * dsigx  # (1)
    return dx, dy

# at: x=3.0, y=-4.0
import math


def sigmoid(x):
    return 1.0 / (1 + math.exp(-x))


def f(x, y):
    return (x + sigmoid(y)) / (sigmoid(x) + (x + y) ** 2)

# output
import math


def f_value_and_grad(x, y):
    """f(x, y) and its gradient (dx, dy), for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    sigy = 1.0 / (1 + math.exp(-y))  # (1)
    num = x + sigy  # (2)
    sigx = 1.0 / (1 + math.exp(-x))  # (3)
    xpy = x + y  # (4)
    xpysqr = xpy**2  # (5)
    den = sigx + xpysqr  # (6)
    f = num / den  # (7)

    # backprop f = num / den
    dnum = 1.0 / den  # (7)
    dden = -f / den  # (7)
    # backprop den = sigx + xpysqr
    dsigx = dden  # (6)
    dxpysqr = dden  # (6)
    # backprop xpysqr = xpy**2
    dxpy = (2 * xpy) * dxpysqr  # (5)
    # backprop xpy = x + y
    dx = dxpy  # (4)
    dy = dxpy  # (4)
    # backprop sigx = 1.0 / (1 + math.exp(-x))
    dx += ((1 - sigx) * sigx) * dsigx  # (3)
    # backprop num = x + sigy
    dx += dnum  # (2)
    dsigy = dnum  # (2)
    # backprop sigy = 1.0 / (1 + math.exp(-y))
    dy += ((1 - sigy) * sigy) * dsigy  # (1)
    return f, (dx, dy)

# output split
import math


def f_forward(x, y):
    """f(x, y) and the cache that f_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    sigy = 1.0 / (1 + math.exp(-y))  # (1)
    num = x + sigy  # (2)
    sigx = 1.0 / (1 + math.exp(-x))  # (3)
    xpy = x + y  # (4)
    xpysqr = xpy**2  # (5)
    den = sigx + xpysqr  # (6)
    f = num / den  # (7)
    cache = (sigy, sigx, xpy, den, f)
    return f, cache


def f_backward(dout, cache):
    """The gradient (dx, dy) of f, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    sigy, sigx, xpy, den, f = cache
    # backprop f = num / den
    dnum = dout / den  # (7)
    dden = (-f / den) * dout  # (7)
    # backprop den = sigx + xpysqr
    dsigx = dden  # (6)
    dxpysqr = dden  # (6)
    # backprop xpysqr = xpy**2
    dxpy = (2 * xpy) * dxpysqr  # (5)
    # backprop xpy = x + y
    dx = dxpy  # (4)
    dy = dxpy  # (4)
    # backprop sigx = 1.0 / (1 + math.exp(-x))
    dx += ((1 - sigx) * sigx) * dsigx  # (3)
    # backprop num = x + sigy
    dx += dnum  # (2)
    dsigy = dnum  # (2)
    # backprop sigy = 1.0 / (1 + math.exp(-y))
    dy += ((1 - sigy) * sigy) * dsigy  # (1)
    return dx, dy

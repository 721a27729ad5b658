# at: x=1.5, y=2.5
def f(x, y):
    return x**2 + x**3 - x**-1 + x**0.5 + x**y + 2**y + (x + y) ** 4

# output
import math


def f_value_and_grad(x, y):
    """f(x, y) and its gradient (dx, dy), for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    xsqr = x**2  # (1)
    xcub = x**3  # (2)
    xpowneg1 = x**-1  # (3)
    xroot = x**0.5  # (4)
    xpowy = x**y  # (5)
    twopowy = 2**y  # (6)
    xpy = x + y  # (7)
    xpypow4 = xpy**4  # (8)
    f = xsqr + xcub - xpowneg1 + xroot + xpowy + twopowy + xpypow4  # (9)

    # backprop f = xsqr + xcub - xpowneg1 + xroot + xpowy + twopowy + xpypow4
    dxsqr = 1.0  # (9)
    dxcub = 1.0  # (9)
    dxpowneg1 = -1.0  # (9)
    dxroot = 1.0  # (9)
    dxpowy = 1.0  # (9)
    dtwopowy = 1.0  # (9)
    dxpypow4 = 1.0  # (9)
    # backprop xpypow4 = xpy**4
    dxpy = (4 * xpy**3) * dxpypow4  # (8)
    # backprop xpy = x + y
    dx = dxpy  # (7)
    dy = dxpy  # (7)
    # backprop twopowy = 2**y
    dy += (math.log(2) * twopowy) * dtwopowy  # (6)
    # backprop xpowy = x**y
    # (5)
    dx += (y * math.pow(x, y - 1) if x or y >= 1 else math.inf if y else 0.0) * dxpowy
    dy += (xpowy * math.log(x) if x > 0 else math.nan if x else 0.0) * dxpowy  # (5)
    # backprop xroot = x**0.5
    dx += (0.5 * math.pow(x, -0.5) if x else math.inf) * dxroot  # (4)
    # backprop xpowneg1 = x**-1
    dx -= (xpowneg1 / x) * dxpowneg1  # (3)
    # backprop xcub = x**3
    dx += (3 * x**2) * dxcub  # (2)
    # backprop xsqr = x**2
    dx += (2 * x) * dxsqr  # (1)
    return f, (dx, dy)

# output split
import math


def f_forward(x, y):
    """f(x, y) and the cache that f_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    xsqr = x**2  # (1)
    xcub = x**3  # (2)
    xpowneg1 = x**-1  # (3)
    xroot = x**0.5  # (4)
    xpowy = x**y  # (5)
    twopowy = 2**y  # (6)
    xpy = x + y  # (7)
    xpypow4 = xpy**4  # (8)
    f = xsqr + xcub - xpowneg1 + xroot + xpowy + twopowy + xpypow4  # (9)
    cache = (x, y, xpowneg1, xpowy, twopowy, xpy)
    return f, cache


def f_backward(dout, cache):
    """The gradient (dx, dy) of f, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    x, y, xpowneg1, xpowy, twopowy, xpy = cache
    # backprop f = xsqr + xcub - xpowneg1 + xroot + xpowy + twopowy + xpypow4
    dxsqr = dout  # (9)
    dxcub = dout  # (9)
    dxpowneg1 = -dout  # (9)
    dxroot = dout  # (9)
    dxpowy = dout  # (9)
    dtwopowy = dout  # (9)
    dxpypow4 = dout  # (9)
    # backprop xpypow4 = xpy**4
    dxpy = (4 * xpy**3) * dxpypow4  # (8)
    # backprop xpy = x + y
    dx = dxpy  # (7)
    dy = dxpy  # (7)
    # backprop twopowy = 2**y
    dy += (math.log(2) * twopowy) * dtwopowy  # (6)
    # backprop xpowy = x**y
    # (5)
    dx += (y * math.pow(x, y - 1) if x or y >= 1 else math.inf if y else 0.0) * dxpowy
    dy += (xpowy * math.log(x) if x > 0 else math.nan if x else 0.0) * dxpowy  # (5)
    # backprop xroot = x**0.5
    dx += (0.5 * math.pow(x, -0.5) if x else math.inf) * dxroot  # (4)
    # backprop xpowneg1 = x**-1
    dx -= (xpowneg1 / x) * dxpowneg1  # (3)
    # backprop xcub = x**3
    dx += (3 * x**2) * dxcub  # (2)
    # backprop xsqr = x**2
    dx += (2 * x) * dxsqr  # (1)
    return dx, dy

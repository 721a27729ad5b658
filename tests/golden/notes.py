# at: x=3.0, y=-4.0
# at: x=-0.5, y=1.25
import math


def f(x, y):
    sigy = 1.0 / (1 + math.exp(-y))  # sigmoid in numerator   #(1)
    num = x + sigy  # numerator                               #(2)
    sigx = 1.0 / (1 + math.exp(-x))  # sigmoid in denominator #(3)
    xpy = x + y  #                                            #(4)
    xpysqr = xpy**2  #                                        #(5)
    den = sigx + xpysqr  # denominator                        #(6)
    invden = 1.0 / den  #                                     #(7)
    f = num * invden  # done!                                 #(8)
    return f

# output
import math


def f_value_and_grad(x, y):
    """f(x, y) and its gradient (dx, dy), for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    # sigmoid in numerator
    sigy = 1.0 / (1 + math.exp(-y))  # (1)
    # numerator
    num = x + sigy  # (2)
    # sigmoid in denominator
    sigx = 1.0 / (1 + math.exp(-x))  # (3)
    xpy = x + y  # (4)
    xpysqr = xpy**2  # (5)
    # denominator
    den = sigx + xpysqr  # (6)
    invden = 1.0 / den  # (7)
    # done!
    f = num * invden  # (8)

    # backprop f = num * invden
    dnum = invden  # (8)
    dinvden = num  # (8)
    # backprop invden = 1.0 / den
    dden = (-1.0 / (den**2)) * dinvden  # (7)
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
    # sigmoid in numerator
    sigy = 1.0 / (1 + math.exp(-y))  # (1)
    # numerator
    num = x + sigy  # (2)
    # sigmoid in denominator
    sigx = 1.0 / (1 + math.exp(-x))  # (3)
    xpy = x + y  # (4)
    xpysqr = xpy**2  # (5)
    # denominator
    den = sigx + xpysqr  # (6)
    invden = 1.0 / den  # (7)
    # done!
    f = num * invden  # (8)
    cache = (sigy, num, sigx, xpy, den, invden)
    return f, cache


def f_backward(dout, cache):
    """The gradient (dx, dy) of f, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    sigy, num, sigx, xpy, den, invden = cache
    # backprop f = num * invden
    dnum = invden * dout  # (8)
    dinvden = num * dout  # (8)
    # backprop invden = 1.0 / den
    dden = (-1.0 / (den**2)) * dinvden  # (7)
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

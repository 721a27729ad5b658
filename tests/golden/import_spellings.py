# at: x=0.5, y=2.0
from math import cos, exp as e, pi


def f(x, y):
    return e(x) * cos(pi * y)

# output
from math import cos, exp as e, pi, sin


def f_value_and_grad(x, y):
    """f(x, y) and its gradient (dx, dy), for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    expx = e(x)  # (1)
    prod = pi * y  # (2)
    cosprod = cos(prod)  # (3)
    f = expx * cosprod  # (4)

    # backprop f = expx * cosprod
    dexpx = cosprod  # (4)
    dcosprod = expx  # (4)
    # backprop cosprod = cos(prod)
    dprod = -sin(prod) * dcosprod  # (3)
    # backprop prod = pi * y
    dy = pi * dprod  # (2)
    # backprop expx = e(x)
    dx = expx * dexpx  # (1)
    return f, (dx, dy)

# output split
from math import cos, exp as e, pi, sin


def f_forward(x, y):
    """f(x, y) and the cache that f_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    expx = e(x)  # (1)
    prod = pi * y  # (2)
    cosprod = cos(prod)  # (3)
    f = expx * cosprod  # (4)
    return f, (expx, prod, cosprod)


def f_backward(dout, cache):
    """The gradient (dx, dy) of f, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    expx, prod, cosprod = cache
    # backprop f = expx * cosprod
    dexpx = cosprod * dout  # (4)
    dcosprod = expx * dout  # (4)
    # backprop cosprod = cos(prod)
    dprod = -sin(prod) * dcosprod  # (3)
    # backprop prod = pi * y
    dy = pi * dprod  # (2)
    # backprop expx = e(x)
    dx = expx * dexpx  # (1)
    return dx, dy

# at: x=0.5, y=2.0
import math as m


def f(x, y):
    return m.sin(x) * m.sqrt(y)

# output
import math as m


def f_value_and_grad(x, y):
    """f(x, y) and its gradient (dx, dy), for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    sinx = m.sin(x)  # (1)
    sqrty = m.sqrt(y)  # (2)
    f = sinx * sqrty  # (3)

    # backprop f = sinx * sqrty
    dsinx = sqrty  # (3)
    dsqrty = sinx  # (3)
    # backprop sqrty = m.sqrt(y)
    dy = (0.5 / sqrty if sqrty else m.inf) * dsqrty  # (2)
    # backprop sinx = m.sin(x)
    dx = m.cos(x) * dsinx  # (1)
    return f, (dx, dy)

# output split
import math as m


def f_forward(x, y):
    """f(x, y) and the cache that f_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    sinx = m.sin(x)  # (1)
    sqrty = m.sqrt(y)  # (2)
    f = sinx * sqrty  # (3)
    return f, (x, sinx, sqrty)


def f_backward(dout, cache):
    """The gradient (dx, dy) of f, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    x, sinx, sqrty = cache
    # backprop f = sinx * sqrty
    dsinx = sqrty * dout  # (3)
    dsqrty = sinx * dout  # (3)
    # backprop sqrty = m.sqrt(y)
    dy = (0.5 / sqrty if sqrty else m.inf) * dsqrty  # (2)
    # backprop sinx = m.sin(x)
    dx = m.cos(x) * dsinx  # (1)
    return dx, dy

# at: x=0.7, n=3
# at: x=0.7, n=1
import math


def last(x, n):
    y = x
    for _ in range(n):
        u = math.sin(y)
        y = u * x
    return y + u

# output
import math


def last_value_and_grad(x, n):
    """last(x, n) and its gradient dx, for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    y = x  # (1)
    u = None
    y_hist = []
    u_hist = []
    for i in range(n):
        y_hist.append(y)
        u = math.sin(y)  # (2)
        u_hist.append(u)
        y = u * x  # (3)
    last = y + u  # (4)

    # backprop last = y + u
    dy = 1.0  # (4)
    du = 1.0  # (4)
    dx = 0.0
    # backprop the loop over i
    for i in reversed(range(n)):
        # backprop y = u * x
        du += x * dy  # (3)
        dx += u_hist[i] * dy  # (3)
        # backprop u = math.sin(y)
        dy = math.cos(y_hist[i]) * du  # (2)
        du = 0.0
    # backprop y = x
    dx += dy  # (1)
    return last, dx

# output split
import math


def last_forward(x, n):
    """last(x, n) and the cache that last_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    y = x  # (1)
    u = None
    y_hist = []
    u_hist = []
    for i in range(n):
        y_hist.append(y)
        u = math.sin(y)  # (2)
        u_hist.append(u)
        y = u * x  # (3)
    last = y + u  # (4)
    return last, (x, n, y_hist, u_hist)


def last_backward(dout, cache):
    """The gradient dx of last, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    x, n, y_hist, u_hist = cache
    # backprop last = y + u
    dy = dout  # (4)
    du = dout  # (4)
    dx = 0.0
    # backprop the loop over i
    for i in reversed(range(n)):
        # backprop y = u * x
        du += x * dy  # (3)
        dx += u_hist[i] * dy  # (3)
        # backprop u = math.sin(y)
        dy = math.cos(y_hist[i]) * du  # (2)
        du = 0.0
    # backprop y = x
    dx += dy  # (1)
    return dx

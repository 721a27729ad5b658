# at: x=0.7, y=1.5, n=2, m=3
# at: x=0.7, y=1.5, n=3, m=0
import math

def nested(x, y, n, m):
    total = 0.0
    for i in range(n):
        r = x * i
        for j in range(m):
            r = math.sin(r) * y + j
        total = total + r * r
    return total

# output
import math


def nested_value_and_grad(x, y, n, m):
    """nested(x, y, n, m) and its gradient (dx, dy), for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    total = 0.0
    r_hist = {}
    r_hist2 = []
    sinr_hist = {}
    for i in range(n):
        r = x * i  # (1)
        for j in range(m):
            r_hist[i, j] = r
            sinr = math.sin(r)  # (2)
            sinr_hist[i, j] = sinr
            r = sinr * y + j  # (3)
        r_hist2.append(r)
        total = total + r * r  # (4)

    dy = 0.0
    dx = 0.0
    # backprop the loop over i
    for i in range(n):
        # backprop total = total + r * r
        dr = 2 * r_hist2[i]  # (4)
        # backprop the loop over j
        for j in reversed(range(m)):
            # backprop r = sinr * y + j
            dsinr = y * dr  # (3)
            dy += sinr_hist[i, j] * dr  # (3)
            # backprop sinr = math.sin(r)
            dr = math.cos(r_hist[i, j]) * dsinr  # (2)
        # backprop r = x * i
        dx += i * dr  # (1)
    return total, (dx, dy)

# output split
import math


def nested_forward(x, y, n, m):
    """nested(x, y, n, m) and the cache that nested_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    total = 0.0
    r_hist = {}
    r_hist2 = []
    sinr_hist = {}
    for i in range(n):
        r = x * i  # (1)
        for j in range(m):
            r_hist[i, j] = r
            sinr = math.sin(r)  # (2)
            sinr_hist[i, j] = sinr
            r = sinr * y + j  # (3)
        r_hist2.append(r)
        total = total + r * r  # (4)
    cache = (y, n, m, r_hist, r_hist2, sinr_hist)
    return total, cache


def nested_backward(dout, cache):
    """The gradient (dx, dy) of nested, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    y, n, m, r_hist, r_hist2, sinr_hist = cache
    dy = 0.0
    dx = 0.0
    # backprop the loop over i
    for i in range(n):
        # backprop total = total + r * r
        dr = (2 * r_hist2[i]) * dout  # (4)
        # backprop the loop over j
        for j in reversed(range(m)):
            # backprop r = sinr * y + j
            dsinr = y * dr  # (3)
            dy += sinr_hist[i, j] * dr  # (3)
            # backprop sinr = math.sin(r)
            dr = math.cos(r_hist[i, j]) * dsinr  # (2)
        # backprop r = x * i
        dx += i * dr  # (1)
    return dx, dy

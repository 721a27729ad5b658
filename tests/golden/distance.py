# at: x1=1.5, y1=2.5, x2=-1.0, y2=0.5
import math


def distance(x1, y1, x2, y2):
    return math.sqrt((x1 - x2) ** 2 + (y1 - y2) ** 2)

# output
import math


def distance_value_and_grad(x1, y1, x2, y2):
    """distance(x1, y1, x2, y2) and its gradient (dx1, dy1, dx2, dy2), for real
    numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    x1mx2 = x1 - x2  # (1)
    x1mx2sqr = x1mx2**2  # (2)
    y1my2 = y1 - y2  # (3)
    y1my2sqr = y1my2**2  # (4)
    total = x1mx2sqr + y1my2sqr  # (5)
    out = math.sqrt(total)  # (6)

    # backprop out = math.sqrt(total)
    dtotal = 0.5 / out if out else math.inf  # (6)
    # backprop total = x1mx2sqr + y1my2sqr
    dx1mx2sqr = dtotal  # (5)
    dy1my2sqr = dtotal  # (5)
    # backprop y1my2sqr = y1my2**2
    dy1my2 = (2 * y1my2) * dy1my2sqr  # (4)
    # backprop y1my2 = y1 - y2
    dy1 = dy1my2  # (3)
    dy2 = -dy1my2  # (3)
    # backprop x1mx2sqr = x1mx2**2
    dx1mx2 = (2 * x1mx2) * dx1mx2sqr  # (2)
    # backprop x1mx2 = x1 - x2
    dx1 = dx1mx2  # (1)
    dx2 = -dx1mx2  # (1)
    return out, (dx1, dy1, dx2, dy2)

# output split
import math


def distance_forward(x1, y1, x2, y2):
    """distance(x1, y1, x2, y2) and the cache that distance_backward needs, for real
    numbers.

    UNCHECKED (not asked for).
    """
    x1mx2 = x1 - x2  # (1)
    x1mx2sqr = x1mx2**2  # (2)
    y1my2 = y1 - y2  # (3)
    y1my2sqr = y1my2**2  # (4)
    total = x1mx2sqr + y1my2sqr  # (5)
    out = math.sqrt(total)  # (6)
    return out, (x1mx2, y1my2, out)


def distance_backward(dout, cache):
    """The gradient (dx1, dy1, dx2, dy2) of distance, from the gradient on its result
    and the cache.

    UNCHECKED (not asked for).
    """
    x1mx2, y1my2, out = cache
    # backprop out = math.sqrt(total)
    dtotal = (0.5 / out if out else math.inf) * dout  # (6)
    # backprop total = x1mx2sqr + y1my2sqr
    dx1mx2sqr = dtotal  # (5)
    dy1my2sqr = dtotal  # (5)
    # backprop y1my2sqr = y1my2**2
    dy1my2 = (2 * y1my2) * dy1my2sqr  # (4)
    # backprop y1my2 = y1 - y2
    dy1 = dy1my2  # (3)
    dy2 = -dy1my2  # (3)
    # backprop x1mx2sqr = x1mx2**2
    dx1mx2 = (2 * x1mx2) * dx1mx2sqr  # (2)
    # backprop x1mx2 = x1 - x2
    dx1 = dx1mx2  # (1)
    dx2 = -dx1mx2  # (1)
    return dx1, dy1, dx2, dy2

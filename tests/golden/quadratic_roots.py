# at: a=1.0, b=-5.0, c=3.0
import math


def root(a, b, c):
    disc = b * b - 4 * a * c
    return (-b + math.sqrt(disc)) / (2 * a)

# output
import math


def root_value_and_grad(a, b, c):
    """root(a, b, c) and its gradient (da, db, dc), for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    disc = b * b - 4 * a * c  # (1)
    sqrtdisc = math.sqrt(disc)  # (2)
    num = -b + sqrtdisc  # (3)
    den = 2 * a  # (4)
    root = num / den  # (5)

    # backprop root = num / den
    dnum = 1.0 / den  # (5)
    dden = -root / den  # (5)
    # backprop den = 2 * a
    da = 2 * dden  # (4)
    # backprop num = -b + sqrtdisc
    db = -dnum  # (3)
    dsqrtdisc = dnum  # (3)
    # backprop sqrtdisc = math.sqrt(disc)
    ddisc = (0.5 / sqrtdisc if sqrtdisc else math.inf) * dsqrtdisc  # (2)
    # backprop disc = b * b - 4 * a * c
    db += (2 * b) * ddisc  # (1)
    da -= (4 * c) * ddisc  # (1)
    dc = (-4 * a) * ddisc  # (1)
    return root, (da, db, dc)

# output split
import math


def root_forward(a, b, c):
    """root(a, b, c) and the cache that root_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    disc = b * b - 4 * a * c  # (1)
    sqrtdisc = math.sqrt(disc)  # (2)
    num = -b + sqrtdisc  # (3)
    den = 2 * a  # (4)
    root = num / den  # (5)
    cache = (a, b, c, sqrtdisc, den, root)
    return root, cache


def root_backward(dout, cache):
    """The gradient (da, db, dc) of root, from the gradient on its result and the
    cache.

    UNCHECKED (not asked for).
    """
    a, b, c, sqrtdisc, den, root = cache
    # backprop root = num / den
    dnum = dout / den  # (5)
    dden = (-root / den) * dout  # (5)
    # backprop den = 2 * a
    da = 2 * dden  # (4)
    # backprop num = -b + sqrtdisc
    db = -dnum  # (3)
    dsqrtdisc = dnum  # (3)
    # backprop sqrtdisc = math.sqrt(disc)
    ddisc = (0.5 / sqrtdisc if sqrtdisc else math.inf) * dsqrtdisc  # (2)
    # backprop disc = b * b - 4 * a * c
    db += (2 * b) * ddisc  # (1)
    da -= (4 * c) * ddisc  # (1)
    dc = (-4 * a) * ddisc  # (1)
    return da, db, dc

# at: x=0.5, y=2.0
# at: x=2.5, y=2.0
def f(x, y):
    if x < y:
        lo, hi = x, y
    else:
        lo, hi = y, x
    return (hi - lo) * hi

# output
def f_value_and_grad(x, y):
    """f(x, y) and its gradient (dx, dy), for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    if x < y:
        lo = x  # (1)
        hi = y  # (2)
    else:
        lo = y  # (3)
        hi = x  # (4)
    himlo = hi - lo  # (5)
    f = himlo * hi  # (6)

    # backprop f = himlo * hi
    dhimlo = hi  # (6)
    dhi = himlo  # (6)
    # backprop himlo = hi - lo
    dhi += dhimlo  # (5)
    dlo = -dhimlo  # (5)
    if x < y:
        # backprop hi = y
        dy = dhi  # (2)
        # backprop lo = x
        dx = dlo  # (1)
    else:
        # backprop hi = x
        dx = dhi  # (4)
        # backprop lo = y
        dy = dlo  # (3)
    return f, (dx, dy)

# output split
def f_forward(x, y):
    """f(x, y) and the cache that f_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    if x < y:
        lo = x  # (1)
        hi = y  # (2)
    else:
        lo = y  # (3)
        hi = x  # (4)
    himlo = hi - lo  # (5)
    f = himlo * hi  # (6)
    return f, (x, y, hi, himlo)


def f_backward(dout, cache):
    """The gradient (dx, dy) of f, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    x, y, hi, himlo = cache
    # backprop f = himlo * hi
    dhimlo = hi * dout  # (6)
    dhi = himlo * dout  # (6)
    # backprop himlo = hi - lo
    dhi += dhimlo  # (5)
    dlo = -dhimlo  # (5)
    if x < y:
        # backprop hi = y
        dy = dhi  # (2)
        # backprop lo = x
        dx = dlo  # (1)
    else:
        # backprop hi = x
        dx = dhi  # (4)
        # backprop lo = y
        dy = dlo  # (3)
    return dx, dy

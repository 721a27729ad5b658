# at: x=0.5, y=2.0
# at: x=-0.5, y=2.0
# at: x=0.5, y=-2.0
def f(x, y):
    z = x or 1.0
    w = x > 0 and y > 0
    if w or not x < y:
        z = z * y
    return z * (0 < x < 1)

# output
def f_value_and_grad(x, y):
    """f(x, y) and its gradient (dx, dy), for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    z = x if x else 1.0  # (1)
    w = x > 0 and y > 0
    if w or not x < y:
        z2 = z * y  # (2)
    else:
        z2 = z
    f = z2 * (0 < x < 1)  # (3)

    # backprop f = z2 * (0 < x < 1)
    dz2 = 1.0 if 0 < x < 1 else 0.0  # (3)
    dy = 0.0
    if w or not x < y:
        # backprop z2 = z * y
        dy = z * dz2  # (2)
        dz = y * dz2  # (2)
    else:
        dz = dz2
    # backprop z = x if x else 1.0
    dx = dz if x else 0.0  # (1)
    return f, (dx, dy)

# output split
def f_forward(x, y):
    """f(x, y) and the cache that f_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    z = x if x else 1.0  # (1)
    w = x > 0 and y > 0
    if w or not x < y:
        z2 = z * y  # (2)
    else:
        z2 = z
    f = z2 * (0 < x < 1)  # (3)
    return f, (x, y, z, w)


def f_backward(dout, cache):
    """The gradient (dx, dy) of f, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    x, y, z, w = cache
    # backprop f = z2 * (0 < x < 1)
    dz2 = (0 < x < 1) * dout  # (3)
    dy = 0.0
    if w or not x < y:
        # backprop z2 = z * y
        dy = z * dz2  # (2)
        dz = y * dz2  # (2)
    else:
        dz = dz2
    # backprop z = x if x else 1.0
    dx = dz if x else 0.0  # (1)
    return dx, dy

# at: x=0.5, y=2.0
# at: x=0.5, y=-2.0
# at: x=-0.5, y=2.0
def f(x, y):
    z = x + y
    if x > 0:
        w = z * x
        if y > 0:
            w = w * y
        z = w + 1
    return z * z

# output
def f_value_and_grad(x, y):
    """f(x, y) and its gradient (dx, dy), for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    z = x + y  # (1)
    if x > 0:
        w = z * x  # (2)
        if y > 0:
            w2 = w * y  # (3)
        else:
            w2 = w
        z2 = w2 + 1  # (4)
    else:
        z2 = z
    f = z2 * z2  # (5)

    # backprop f = z2 * z2
    dz2 = 2 * z2  # (5)
    dy = 0.0
    dx = 0.0
    if x > 0:
        # backprop z2 = w2 + 1
        dw2 = dz2  # (4)
        if y > 0:
            # backprop w2 = w * y
            dy = w * dw2  # (3)
            dw = y * dw2  # (3)
        else:
            dw = dw2
        # backprop w = z * x
        dz = x * dw  # (2)
        dx = z * dw  # (2)
    else:
        dz = dz2
    # backprop z = x + y
    dx += dz  # (1)
    dy += dz  # (1)
    return f, (dx, dy)

# output split
def f_forward(x, y):
    """f(x, y) and the cache that f_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    w = None
    z = x + y  # (1)
    if x > 0:
        w = z * x  # (2)
        if y > 0:
            w2 = w * y  # (3)
        else:
            w2 = w
        z2 = w2 + 1  # (4)
    else:
        z2 = z
    f = z2 * z2  # (5)
    cache = (x, y, z, w, z2)
    return f, cache


def f_backward(dout, cache):
    """The gradient (dx, dy) of f, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    x, y, z, w, z2 = cache
    # backprop f = z2 * z2
    dz2 = (2 * z2) * dout  # (5)
    dy = 0.0
    dx = 0.0
    if x > 0:
        # backprop z2 = w2 + 1
        dw2 = dz2  # (4)
        if y > 0:
            # backprop w2 = w * y
            dy = w * dw2  # (3)
            dw = y * dw2  # (3)
        else:
            dw = dw2
        # backprop w = z * x
        dz = x * dw  # (2)
        dx = z * dw  # (2)
    else:
        dz = dz2
    # backprop z = x + y
    dx += dz  # (1)
    dy += dz  # (1)
    return dx, dy

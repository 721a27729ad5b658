# at: x=0.5, y=2.0
# at: x=-0.5, y=2.0
def f(x, y):
    z = x * y
    if x > 0:
        z = z * z
    return z + y

# output
def f_value_and_grad(x, y):
    """f(x, y) and its gradient (dx, dy), for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    z = x * y  # (1)
    if x > 0:
        z2 = z * z  # (2)
    else:
        z2 = z
    f = z2 + y  # (3)

    # backprop f = z2 + y
    dz2 = 1.0  # (3)
    dy = 1.0  # (3)
    if x > 0:
        # backprop z2 = z * z
        dz = (2 * z) * dz2  # (2)
    else:
        dz = dz2
    # backprop z = x * y
    dx = y * dz  # (1)
    dy += x * dz  # (1)
    return f, (dx, dy)

# output split
def f_forward(x, y):
    """f(x, y) and the cache that f_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    z = x * y  # (1)
    if x > 0:
        z2 = z * z  # (2)
    else:
        z2 = z
    f = z2 + y  # (3)
    return f, (x, y, z)


def f_backward(dout, cache):
    """The gradient (dx, dy) of f, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    x, y, z = cache
    # backprop f = z2 + y
    dz2 = dout  # (3)
    dy = dout  # (3)
    if x > 0:
        # backprop z2 = z * z
        dz = (2 * z) * dz2  # (2)
    else:
        dz = dz2
    # backprop z = x * y
    dx = y * dz  # (1)
    dy += x * dz  # (1)
    return dx, dy

# at: x=1.5, y=2.0, z=0.5
# at: x=-1.5, y=2.0, z=0.5
def f(x, y, z):
    a = x * z
    if x > 0:
        y, x = x, y
        x, y = y, x
    elif z > 0:
        x = x * x
    return a * x + y * y

# output
def f_value_and_grad(x, y, z):
    """f(x, y, z) and its gradient (dx, dy, dz), for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    a = x * z  # (1)
    cond = x > 0
    if cond:
        y2 = x  # (2)
        x2 = y  # (3)
        x3 = y2  # (4)
        y2 = x2  # (5)
    else:
        if z > 0:
            x2 = x * x  # (6)
        else:
            x2 = x
        x3 = x2
        y2 = y
    f = a * x3 + y2 * y2  # (7)

    # backprop f = a * x3 + y2 * y2
    da = x3  # (7)
    dx3 = a  # (7)
    dy2 = 2 * y2  # (7)
    if cond:
        # backprop y2 = x2
        dx2 = dy2  # (5)
        # backprop x3 = y2
        dy2 = dx3  # (4)
        # backprop x2 = y
        dy = dx2  # (3)
        # backprop y2 = x
        dx = dy2  # (2)
    else:
        dy = dy2
        if z > 0:
            # backprop x2 = x * x
            dx = (2 * x) * dx3  # (6)
        else:
            dx = dx3
    # backprop a = x * z
    dx += z * da  # (1)
    dz = x * da  # (1)
    return f, (dx, dy, dz)

# output split
def f_forward(x, y, z):
    """f(x, y, z) and the cache that f_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    a = x * z  # (1)
    cond = x > 0
    if cond:
        y2 = x  # (2)
        x2 = y  # (3)
        x3 = y2  # (4)
        y2 = x2  # (5)
    else:
        if z > 0:
            x2 = x * x  # (6)
        else:
            x2 = x
        x3 = x2
        y2 = y
    f = a * x3 + y2 * y2  # (7)
    cache = (x, z, a, cond, x3, y2)
    return f, cache


def f_backward(dout, cache):
    """The gradient (dx, dy, dz) of f, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    x, z, a, cond, x3, y2 = cache
    # backprop f = a * x3 + y2 * y2
    da = x3 * dout  # (7)
    dx3 = a * dout  # (7)
    dy2 = (2 * y2) * dout  # (7)
    if cond:
        # backprop y2 = x2
        dx2 = dy2  # (5)
        # backprop x3 = y2
        dy2 = dx3  # (4)
        # backprop x2 = y
        dy = dx2  # (3)
        # backprop y2 = x
        dx = dy2  # (2)
    else:
        dy = dy2
        if z > 0:
            # backprop x2 = x * x
            dx = (2 * x) * dx3  # (6)
        else:
            dx = dx3
    # backprop a = x * z
    dx += z * da  # (1)
    dz = x * da  # (1)
    return dx, dy, dz

# at: x=-2.0, y=5.0, z=-4.0
def f(x, y, z):
    q = x + y
    f = q * z
    return f

# output
def f_value_and_grad(x, y, z):
    """f(x, y, z) and its gradient (dx, dy, dz), for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    q = x + y  # (1)
    f = q * z  # (2)

    # backprop f = q * z
    dq = z  # (2)
    dz = q  # (2)
    # backprop q = x + y
    dx = dq  # (1)
    dy = dq  # (1)
    return f, (dx, dy, dz)

# output split
def f_forward(x, y, z):
    """f(x, y, z) and the cache that f_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    q = x + y  # (1)
    f = q * z  # (2)
    return f, (z, q)


def f_backward(dout, cache):
    """The gradient (dx, dy, dz) of f, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    z, q = cache
    # backprop f = q * z
    dq = z * dout  # (2)
    dz = q * dout  # (2)
    # backprop q = x + y
    dx = dq  # (1)
    dy = dq  # (1)
    return dx, dy, dz

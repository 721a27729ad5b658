# at: x=0.5, y=2.0
def f(x, y):
    (a, b), c = (x * y, x + y), x - y
    [d, e] = a * b, b * c
    return d / e

# output
def f_value_and_grad(x, y):
    """f(x, y) and its gradient (dx, dy), for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    a = x * y  # (1)
    b = x + y  # (2)
    c = x - y  # (3)
    d = a * b  # (4)
    e = b * c  # (5)
    f = d / e  # (6)

    # backprop f = d / e
    dd = 1.0 / e  # (6)
    de = -f / e  # (6)
    # backprop e = b * c
    db = c * de  # (5)
    dc = b * de  # (5)
    # backprop d = a * b
    da = b * dd  # (4)
    db += a * dd  # (4)
    # backprop c = x - y
    dx = dc  # (3)
    dy = -dc  # (3)
    # backprop b = x + y
    dx += db  # (2)
    dy += db  # (2)
    # backprop a = x * y
    dx += y * da  # (1)
    dy += x * da  # (1)
    return f, (dx, dy)

# output split
def f_forward(x, y):
    """f(x, y) and the cache that f_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    a = x * y  # (1)
    b = x + y  # (2)
    c = x - y  # (3)
    d = a * b  # (4)
    e = b * c  # (5)
    f = d / e  # (6)
    cache = (x, y, a, b, c, e, f)
    return f, cache


def f_backward(dout, cache):
    """The gradient (dx, dy) of f, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    x, y, a, b, c, e, f = cache
    # backprop f = d / e
    dd = dout / e  # (6)
    de = (-f / e) * dout  # (6)
    # backprop e = b * c
    db = c * de  # (5)
    dc = b * de  # (5)
    # backprop d = a * b
    da = b * dd  # (4)
    db += a * dd  # (4)
    # backprop c = x - y
    dx = dc  # (3)
    dy = -dc  # (3)
    # backprop b = x + y
    dx += db  # (2)
    dy += db  # (2)
    # backprop a = x * y
    dx += y * da  # (1)
    dy += x * da  # (1)
    return dx, dy

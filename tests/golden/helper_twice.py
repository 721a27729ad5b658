# at: x=0.5, y=2.0
# at: x=-0.5, y=2.0
def leaky(x, slope=0.1):
    if x > 0:
        return x * x
    return slope * x


def f(x, y):
    a = leaky(x * y)
    b = leaky(y - x, slope=0.5)
    return a * b + leaky(a)

# output
def leaky_forward(x, slope=0.1):
    """leaky(x, slope) and the cache that leaky_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    if x > 0:
        out = x * x  # (1)
    else:
        out = slope * x  # (2)
    return out, (x, slope)


def leaky_backward(dout, cache):
    """The gradient dx of leaky, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    x, slope = cache
    if x > 0:
        # backprop out = x * x
        dx = (2 * x) * dout  # (1)
    else:
        # backprop out = slope * x
        dx = slope * dout  # (2)
    return dx


def f_value_and_grad(x, y):
    """f(x, y) and its gradient (dx, dy), for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    xy = x * y  # (1)
    a, a_cache = leaky_forward(xy, 0.1)  # (2)
    ymx = y - x  # (3)
    b, b_cache = leaky_forward(ymx, 0.5)  # (4)
    leaky_out, leaky_out_cache = leaky_forward(a, 0.1)  # (5)
    f = a * b + leaky_out  # (6)

    # backprop f = a * b + leaky_out
    da = b  # (6)
    db = a  # (6)
    dleaky_out = 1.0  # (6)
    da += leaky_backward(dleaky_out, leaky_out_cache)  # (5)
    dymx = leaky_backward(db, b_cache)  # (4)
    # backprop ymx = y - x
    dy = dymx  # (3)
    dx = -dymx  # (3)
    dxy = leaky_backward(da, a_cache)  # (2)
    # backprop xy = x * y
    dx += y * dxy  # (1)
    dy += x * dxy  # (1)
    return f, (dx, dy)

# output split
def leaky_forward(x, slope=0.1):
    """leaky(x, slope) and the cache that leaky_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    if x > 0:
        out = x * x  # (1)
    else:
        out = slope * x  # (2)
    return out, (x, slope)


def leaky_backward(dout, cache):
    """The gradient dx of leaky, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    x, slope = cache
    if x > 0:
        # backprop out = x * x
        dx = (2 * x) * dout  # (1)
    else:
        # backprop out = slope * x
        dx = slope * dout  # (2)
    return dx


def f_forward(x, y):
    """f(x, y) and the cache that f_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    xy = x * y  # (1)
    a, a_cache = leaky_forward(xy, 0.1)  # (2)
    ymx = y - x  # (3)
    b, b_cache = leaky_forward(ymx, 0.5)  # (4)
    leaky_out, leaky_out_cache = leaky_forward(a, 0.1)  # (5)
    f = a * b + leaky_out  # (6)
    cache = (x, y, a, a_cache, b, b_cache, leaky_out_cache)
    return f, cache


def f_backward(dout, cache):
    """The gradient (dx, dy) of f, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    x, y, a, a_cache, b, b_cache, leaky_out_cache = cache
    # backprop f = a * b + leaky_out
    da = b * dout  # (6)
    db = a * dout  # (6)
    dleaky_out = dout  # (6)
    da += leaky_backward(dleaky_out, leaky_out_cache)  # (5)
    dymx = leaky_backward(db, b_cache)  # (4)
    # backprop ymx = y - x
    dy = dymx  # (3)
    dx = -dymx  # (3)
    dxy = leaky_backward(da, a_cache)  # (2)
    # backprop xy = x * y
    dx += y * dxy  # (1)
    dy += x * dxy  # (1)
    return dx, dy

# at: x=0.5, y=2.0
def both(x, y):
    p = x * y
    return p, x + y


def f(x, y):
    p, _ = both(x, y)
    return p * x

# output
def both_forward(x, y):
    """both(x, y) and the cache that both_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    p = x * y  # (1)
    xpy = x + y  # (2)
    return (p, xpy), (x, y)


def both_backward(dout, cache):
    """The gradient (dx, dy) of both, from the gradients on its results and the cache.

    UNCHECKED (not asked for).
    """
    x, y = cache
    dout1, dout2 = dout
    # backprop xpy = x + y
    dx = dout2  # (2)
    dy = dout2  # (2)
    # backprop p = x * y
    dx += y * dout1  # (1)
    dy += x * dout1  # (1)
    return dx, dy


def f_value_and_grad(x, y):
    """f(x, y) and its gradient (dx, dy), for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    (p, _), p_cache = both_forward(x, y)  # (1)
    f = p * x  # (2)

    # backprop f = p * x
    dp = x  # (2)
    dx = p  # (2)
    dx_p, dy = both_backward((dp, 0.0), p_cache)  # (1)
    dx += dx_p  # (1)
    return f, (dx, dy)

# output split
def both_forward(x, y):
    """both(x, y) and the cache that both_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    p = x * y  # (1)
    xpy = x + y  # (2)
    return (p, xpy), (x, y)


def both_backward(dout, cache):
    """The gradient (dx, dy) of both, from the gradients on its results and the cache.

    UNCHECKED (not asked for).
    """
    x, y = cache
    dout1, dout2 = dout
    # backprop xpy = x + y
    dx = dout2  # (2)
    dy = dout2  # (2)
    # backprop p = x * y
    dx += y * dout1  # (1)
    dy += x * dout1  # (1)
    return dx, dy


def f_forward(x, y):
    """f(x, y) and the cache that f_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    (p, _), p_cache = both_forward(x, y)  # (1)
    f = p * x  # (2)
    return f, (x, p, p_cache)


def f_backward(dout, cache):
    """The gradient (dx, dy) of f, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    x, p, p_cache = cache
    # backprop f = p * x
    dp = x * dout  # (2)
    dx = p * dout  # (2)
    dx_p, dy = both_backward((dp, 0.0), p_cache)  # (1)
    dx += dx_p  # (1)
    return dx, dy

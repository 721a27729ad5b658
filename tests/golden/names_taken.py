# at: x=0.5, dx=2.0
def f(x, dx):
    den = x + dx
    cache = den * 2
    dout = cache * x
    f_backward = dout / (den + x)
    return f_backward

# output
def f_value_and_grad(x, dx):
    """f(x, dx) and its gradient (dx, ddx), for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    den = x + dx  # (1)
    cache = den * 2  # (2)
    dout = cache * x  # (3)
    den2 = den + x  # (4)
    f_backward = dout / den2  # (5)

    # backprop f_backward = dout / den2
    ddout = 1.0 / den2  # (5)
    dden2 = -f_backward / den2  # (5)
    # backprop den2 = den + x
    dden = dden2  # (4)
    dx2 = dden2  # (4)
    # backprop dout = cache * x
    dcache = x * ddout  # (3)
    dx2 += cache * ddout  # (3)
    # backprop cache = den * 2
    dden += 2 * dcache  # (2)
    # backprop den = x + dx
    dx2 += dden  # (1)
    ddx = dden  # (1)
    return f_backward, (dx2, ddx)

# output split
def f_forward(x, dx):
    """f(x, dx) and the cache that f_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    den = x + dx  # (1)
    cache = den * 2  # (2)
    dout = cache * x  # (3)
    den2 = den + x  # (4)
    f_backward = dout / den2  # (5)
    return f_backward, (x, cache, den2, f_backward)


def f_backward(dout2, cache2):
    """The gradient (dx, ddx) of f, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    x, cache, den2, f_backward = cache2
    # backprop f_backward = dout / den2
    ddout = dout2 / den2  # (5)
    dden2 = (-f_backward / den2) * dout2  # (5)
    # backprop den2 = den + x
    dden = dden2  # (4)
    dx2 = dden2  # (4)
    # backprop dout = cache * x
    dcache = x * ddout  # (3)
    dx2 += cache * ddout  # (3)
    # backprop cache = den * 2
    dden += 2 * dcache  # (2)
    # backprop den = x + dx
    dx2 += dden  # (1)
    ddx = dden  # (1)
    return dx2, ddx

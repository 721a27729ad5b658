# at: x=0.5, y=2.0
def f(x, y, verbose=False):
    """A function with everything that only has an effect."""
    assert y != 0, f"y is {y!r}"
    ratio = x / y
    if ratio < 0:
        raise ValueError("the ratio must not be negative: %s" % ratio)
    if verbose:
        print(f"ratio {ratio:.3f}", ratio)
    pass
    return ratio * ratio

# output
def f_value_and_grad(x, y, verbose=False):
    """f(x, y, verbose) and its gradient (dx, dy), for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    assert y != 0, f"y is {y!r}"
    ratio = x / y  # (1)
    if ratio < 0:
        raise ValueError("the ratio must not be negative: %s" % ratio)
    if verbose:
        print(f"ratio {ratio:.3f}", ratio)
    f = ratio * ratio  # (2)

    # backprop f = ratio * ratio
    dratio = 2 * ratio  # (2)
    # backprop ratio = x / y
    dx = dratio / y  # (1)
    dy = (-ratio / y) * dratio  # (1)
    return f, (dx, dy)

# output split
def f_forward(x, y, verbose=False):
    """f(x, y, verbose) and the cache that f_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    assert y != 0, f"y is {y!r}"
    ratio = x / y  # (1)
    if ratio < 0:
        raise ValueError("the ratio must not be negative: %s" % ratio)
    if verbose:
        print(f"ratio {ratio:.3f}", ratio)
    f = ratio * ratio  # (2)
    return f, (y, ratio)


def f_backward(dout, cache):
    """The gradient (dx, dy) of f, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    y, ratio = cache
    # backprop f = ratio * ratio
    dratio = (2 * ratio) * dout  # (2)
    # backprop ratio = x / y
    dx = dratio / y  # (1)
    dy = (-ratio / y) * dratio  # (1)
    return dx, dy

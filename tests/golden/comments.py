# at: x=0.5, y=2.0
# the file's own comment
def f(x, y):
    # the sum comes first
    s = x + y  # of both
    # (not the product)

    # then its square
    q = s * s
    if q > 1:  # large
        # shrink it
        q = q / 2
    return q  # done

# output
def f_value_and_grad(x, y):
    """f(x, y) and its gradient (dx, dy), for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    # the sum comes first
    # of both
    s = x + y  # (1)
    # then its square
    q = s * s  # (2)
    # large
    cond = q > 1
    if cond:
        # shrink it
        q = q / 2  # (3)

    if cond:
        # backprop q = q / 2
        dq = 0.5  # (3)
    else:
        dq = 1.0
    # backprop q = s * s
    ds = (2 * s) * dq  # (2)
    # backprop s = x + y
    dx = ds  # (1)
    dy = ds  # (1)
    return q, (dx, dy)

# output split
def f_forward(x, y):
    """f(x, y) and the cache that f_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    # the sum comes first
    # of both
    s = x + y  # (1)
    # then its square
    q = s * s  # (2)
    # large
    cond = q > 1
    if cond:
        # shrink it
        q = q / 2  # (3)
    return q, (s, cond)


def f_backward(dout, cache):
    """The gradient (dx, dy) of f, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    s, cond = cache
    if cond:
        # backprop q = q / 2
        dq = dout / 2  # (3)
    else:
        dq = dout
    # backprop q = s * s
    ds = (2 * s) * dq  # (2)
    # backprop s = x + y
    dx = ds  # (1)
    dy = ds  # (1)
    return dx, dy

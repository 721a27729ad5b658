# at: a=0.5, b=2.0, c=3.0, d=0.25
def f(a, /, b, *, c=2.0, d):
    return a * b + c * d

# output
def f_value_and_grad(a, /, b, *, c=2.0, d):
    """f(a, b, c, d) and its gradient (da, db, dc, dd), for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    f = a * b + c * d  # (1)

    # backprop f = a * b + c * d
    da = b  # (1)
    db = a  # (1)
    dc = d  # (1)
    dd = c  # (1)
    return f, (da, db, dc, dd)

# output split
def f_forward(a, /, b, *, c=2.0, d):
    """f(a, b, c, d) and the cache that f_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    f = a * b + c * d  # (1)
    return f, (a, b, c, d)


def f_backward(dout, cache):
    """The gradient (da, db, dc, dd) of f, from the gradient on its result and the
    cache.

    UNCHECKED (not asked for).
    """
    a, b, c, d = cache
    # backprop f = a * b + c * d
    da = b * dout  # (1)
    db = a * dout  # (1)
    dc = d * dout  # (1)
    dd = c * dout  # (1)
    return da, db, dc, dd

# at: a=0.5, b=2.0
def f(a, b):
    a, b = b, a
    a, b = a * b, a + b
    return a - b * b

# output
def f_value_and_grad(a, b):
    """f(a, b) and its gradient (da, db), for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    a2 = b * a  # (1)
    b2 = b + a  # (2)
    f = a2 - b2 * b2  # (3)

    # backprop f = a2 - b2 * b2
    da2 = 1.0  # (3)
    db2 = -2 * b2  # (3)
    # backprop b2 = b + a
    da = db2  # (2)
    db = db2  # (2)
    # backprop a2 = b * a
    db += a * da2  # (1)
    da += b * da2  # (1)
    return f, (da, db)

# output split
def f_forward(a, b):
    """f(a, b) and the cache that f_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    a2 = b * a  # (1)
    b2 = b + a  # (2)
    f = a2 - b2 * b2  # (3)
    return f, (a, b, b2)


def f_backward(dout, cache):
    """The gradient (da, db) of f, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    a, b, b2 = cache
    # backprop f = a2 - b2 * b2
    da2 = dout  # (3)
    db2 = (-2 * b2) * dout  # (3)
    # backprop b2 = b + a
    da = db2  # (2)
    db = db2  # (2)
    # backprop a2 = b * a
    db += a * da2  # (1)
    da += b * da2  # (1)
    return da, db

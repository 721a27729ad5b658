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
    a2 = b  # (1)
    b = a  # (2)
    a3 = a2 * b  # (3)
    b2 = a2 + b  # (4)
    f = a3 - b2 * b2  # (5)

    # backprop f = a3 - b2 * b2
    da3 = 1.0  # (5)
    db2 = -2 * b2  # (5)
    # backprop b2 = a2 + b
    da2 = db2  # (4)
    db = db2  # (4)
    # backprop a3 = a2 * b
    db += a2 * da3  # (3)
    da2 += b * da3  # (3)
    # backprop b = a
    da = db  # (2)
    # backprop a2 = b
    db = da2  # (1)
    return f, (da, db)

# output split
def f_forward(a, b):
    """f(a, b) and the cache that f_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    a2 = b  # (1)
    b = a  # (2)
    a3 = a2 * b  # (3)
    b2 = a2 + b  # (4)
    f = a3 - b2 * b2  # (5)
    return f, (a2, b, b2)


def f_backward(dout, cache):
    """The gradient (da, db) of f, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    a2, b, b2 = cache
    # backprop f = a3 - b2 * b2
    da3 = dout  # (5)
    db2 = (-2 * b2) * dout  # (5)
    # backprop b2 = a2 + b
    da2 = db2  # (4)
    db = db2  # (4)
    # backprop a3 = a2 * b
    db += a2 * da3  # (3)
    da2 += b * da3  # (3)
    # backprop b = a
    da = db  # (2)
    # backprop a2 = b
    db = da2  # (1)
    return da, db

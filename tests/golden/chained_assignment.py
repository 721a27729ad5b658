# at: x=0.5
def f(x):
    a = b = x * 2
    b = b + 1
    return a * b

# output
def f_value_and_grad(x):
    """f(x) and its gradient dx, for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    a = x * 2  # (1)
    b = a  # (2)
    b = b + 1  # (3)
    f = a * b  # (4)

    # backprop f = a * b
    da = b  # (4)
    db = a  # (4)
    # backprop b = a
    da += db  # (2)
    # backprop a = x * 2
    dx = 2 * da  # (1)
    return f, dx

# output split
def f_forward(x):
    """f(x) and the cache that f_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    a = x * 2  # (1)
    b = a  # (2)
    b = b + 1  # (3)
    f = a * b  # (4)
    return f, (a, b)


def f_backward(dout, cache):
    """The gradient dx of f, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    a, b = cache
    # backprop f = a * b
    da = b * dout  # (4)
    db = a * dout  # (4)
    # backprop b = a
    da += db  # (2)
    # backprop a = x * 2
    dx = 2 * da  # (1)
    return dx

# at: x=1.5, y=-2.0
def f(x, y):
    a = x * x + x
    b = a * y - y
    return a * b + a / b

# output
def f_value_and_grad(x, y):
    """f(x, y) and its gradient (dx, dy), for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    a = x * x + x  # (1)
    b = a * y - y  # (2)
    aoverb = a / b  # (3)
    f = a * b + aoverb  # (4)

    # backprop f = a * b + aoverb
    da = b  # (4)
    db = a  # (4)
    daoverb = 1.0  # (4)
    # backprop aoverb = a / b
    da += daoverb / b  # (3)
    db -= (aoverb / b) * daoverb  # (3)
    # backprop b = a * y - y
    da += y * db  # (2)
    dy = a * db  # (2)
    dy -= db  # (2)
    # backprop a = x * x + x
    dx = (2 * x) * da  # (1)
    dx += da  # (1)
    return f, (dx, dy)

# output split
def f_forward(x, y):
    """f(x, y) and the cache that f_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    a = x * x + x  # (1)
    b = a * y - y  # (2)
    aoverb = a / b  # (3)
    f = a * b + aoverb  # (4)
    cache = (x, y, a, b, aoverb)
    return f, cache


def f_backward(dout, cache):
    """The gradient (dx, dy) of f, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    x, y, a, b, aoverb = cache
    # backprop f = a * b + aoverb
    da = b * dout  # (4)
    db = a * dout  # (4)
    daoverb = dout  # (4)
    # backprop aoverb = a / b
    da += daoverb / b  # (3)
    db -= (aoverb / b) * daoverb  # (3)
    # backprop b = a * y - y
    da += y * db  # (2)
    dy = a * db  # (2)
    dy -= db  # (2)
    # backprop a = x * x + x
    dx = (2 * x) * da  # (1)
    dx += da  # (1)
    return dx, dy

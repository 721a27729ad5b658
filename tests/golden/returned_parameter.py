# at: x=0.5, y=2.0
def f(x, y):
    return y

# output
def f_value_and_grad(x, y):
    """f(x, y) and its gradient dy, for real numbers.

    UNCHECKED (not asked for).
    """
    dy = 1.0
    return y, dy

# output split
def f_forward(x, y):
    """f(x, y) and the cache that f_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    return y, ()


def f_backward(dout, cache):
    """The gradient dy of f, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    dy = dout
    return dy

# at: x=0.5
def affine(x, a, b):
    y = a * x
    return y * y + b


def f(x):
    return affine(x, 2.0, 1.0)

# output
def affine_forward(x, a, b):
    """affine(x, a, b) and the cache that affine_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    y = a * x  # (1)
    out = y * y + b  # (2)
    return out, (a, y)


def affine_backward(dout, cache):
    """The gradient dx of affine, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    a, y = cache
    # backprop out = y * y + b
    dy = (2 * y) * dout  # (2)
    # backprop y = a * x
    dx = a * dy  # (1)
    return dx


def f_value_and_grad(x):
    """f(x) and its gradient dx, for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    f, f_cache = affine_forward(x, 2.0, 1.0)  # (1)

    dx = affine_backward(1.0, f_cache)  # (1)
    return f, dx

# output split
def affine_forward(x, a, b):
    """affine(x, a, b) and the cache that affine_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    y = a * x  # (1)
    out = y * y + b  # (2)
    return out, (a, y)


def affine_backward(dout, cache):
    """The gradient dx of affine, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    a, y = cache
    # backprop out = y * y + b
    dy = (2 * y) * dout  # (2)
    # backprop y = a * x
    dx = a * dy  # (1)
    return dx


def f_forward(x):
    """f(x) and the cache that f_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    f, f_cache = affine_forward(x, 2.0, 1.0)  # (1)
    return f, (f_cache,)


def f_backward(dout, cache):
    """The gradient dx of f, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    (f_cache,) = cache
    dx = affine_backward(dout, f_cache)  # (1)
    return dx

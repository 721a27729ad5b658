# at: w=[2.0, -3.0]
def f(w):
    s = w[0] * w[1]
    return s * w[0] + w[1]

# output
def f_value_and_grad(w):
    """f(w) and its gradient dw, for real numbers; w holds 2 numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    s = w[0] * w[1]  # (1)
    f = s * w[0] + w[1]  # (2)

    # backprop f = s * w[0] + w[1]
    ds = w[0]  # (2)
    dw0 = s  # (2)
    dw1 = 1.0  # (2)
    # backprop s = w[0] * w[1]
    dw0 += w[1] * ds  # (1)
    dw1 += w[0] * ds  # (1)
    dw = [dw0, dw1]
    return f, dw

# output split
def f_forward(w):
    """f(w) and the cache that f_backward needs, for real numbers; w holds 2 numbers.

    UNCHECKED (not asked for).
    """
    s = w[0] * w[1]  # (1)
    f = s * w[0] + w[1]  # (2)
    return f, (w, s)


def f_backward(dout, cache):
    """The gradient dw of f, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    w, s = cache
    # backprop f = s * w[0] + w[1]
    ds = w[0] * dout  # (2)
    dw0 = s * dout  # (2)
    dw1 = dout  # (2)
    # backprop s = w[0] * w[1]
    dw0 += w[1] * ds  # (1)
    dw1 += w[0] * ds  # (1)
    dw = [dw0, dw1]
    return dw

# at: w=[2.0, -3.0, 0.5]
def f(w):
    return w[0] * w[-1]

# output
def f_value_and_grad(w):
    """f(w) and its gradient dw, for real numbers; w holds numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    f = w[0] * w[-1]  # (1)

    # backprop f = w[0] * w[-1]
    dw0 = w[-1]  # (1)
    dwm1 = w[0]  # (1)
    dw = [0.0] * len(w)
    dw[0] += dw0
    dw[-1] += dwm1
    return f, dw

# output split
def f_forward(w):
    """f(w) and the cache that f_backward needs, for real numbers; w holds numbers.

    UNCHECKED (not asked for).
    """
    f = w[0] * w[-1]  # (1)
    return f, (w,)


def f_backward(dout, cache):
    """The gradient dw of f, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    (w,) = cache
    # backprop f = w[0] * w[-1]
    dw0 = w[-1] * dout  # (1)
    dwm1 = w[0] * dout  # (1)
    dw = [0.0] * len(w)
    dw[0] += dw0
    dw[-1] += dwm1
    return dw

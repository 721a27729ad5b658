# at: w=[2.0, -3.0, 0.5], x=1.5
def f(w, x):
    a, b, _ = w
    s = abs(a) * x
    _, m, c = w
    return s * (m + b) - c

# output
def f_value_and_grad(w, x):
    """f(w, x) and its gradient (dw, dx), for real numbers; w holds 3 numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    a, b, _ = w
    absa = abs(a)  # (1)
    s = absa * x  # (2)
    _2, m, c = w
    mpb = m + b  # (3)
    f = s * mpb - c  # (4)

    # backprop f = s * mpb - c
    ds = mpb  # (4)
    dmpb = s  # (4)
    dc = -1.0  # (4)
    # backprop mpb = m + b
    dm = dmpb  # (3)
    db = dmpb  # (3)
    d_ = dc
    db += dm
    # backprop s = absa * x
    dabsa = x * ds  # (2)
    dx = absa * ds  # (2)
    # backprop absa = abs(a)
    da = dabsa if a > 0 else -dabsa if a < 0 else 0.0  # (1)
    dw = [da, db, d_]
    return f, (dw, dx)

# output split
def f_forward(w, x):
    """f(w, x) and the cache that f_backward needs, for real numbers; w holds 3
    numbers.

    UNCHECKED (not asked for).
    """
    a, b, _ = w
    absa = abs(a)  # (1)
    s = absa * x  # (2)
    _2, m, c = w
    mpb = m + b  # (3)
    f = s * mpb - c  # (4)
    cache = (a, x, absa, s, mpb)
    return f, cache


def f_backward(dout, cache):
    """The gradient (dw, dx) of f, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    a, x, absa, s, mpb = cache
    # backprop f = s * mpb - c
    ds = mpb * dout  # (4)
    dmpb = s * dout  # (4)
    dc = -dout  # (4)
    # backprop mpb = m + b
    dm = dmpb  # (3)
    db = dmpb  # (3)
    d_ = dc
    db += dm
    # backprop s = absa * x
    dabsa = x * ds  # (2)
    dx = absa * ds  # (2)
    # backprop absa = abs(a)
    da = dabsa if a > 0 else -dabsa if a < 0 else 0.0  # (1)
    dw = [da, db, d_]
    return dw, dx

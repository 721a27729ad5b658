# at: w=[2.0, -3.0, 0.5], x=4.0
def f(w, x):
    a, b, c = w
    return a * x * x + b * x + c

# output
def f_value_and_grad(w, x):
    """f(w, x) and its gradient (dw, dx), for real numbers; w holds 3 numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    a, b, c = w
    ax = a * x  # (1)
    f = ax * x + b * x + c  # (2)

    # backprop f = ax * x + b * x + c
    dax = x  # (2)
    dx = ax  # (2)
    db = x  # (2)
    dx += b  # (2)
    dc = 1.0  # (2)
    # backprop ax = a * x
    da = x * dax  # (1)
    dx += a * dax  # (1)
    dw = [da, db, dc]
    return f, (dw, dx)

# output split
def f_forward(w, x):
    """f(w, x) and the cache that f_backward needs, for real numbers; w holds 3
    numbers.

    UNCHECKED (not asked for).
    """
    a, b, c = w
    ax = a * x  # (1)
    f = ax * x + b * x + c  # (2)
    return f, (a, b, x, ax)


def f_backward(dout, cache):
    """The gradient (dw, dx) of f, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    a, b, x, ax = cache
    # backprop f = ax * x + b * x + c
    dax = x * dout  # (2)
    dx = ax * dout  # (2)
    db = x * dout  # (2)
    dx += b * dout  # (2)
    dc = dout  # (2)
    # backprop ax = a * x
    da = x * dax  # (1)
    dx += a * dax  # (1)
    dw = [da, db, dc]
    return dw, dx

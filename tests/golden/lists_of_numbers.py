# at: w=[0.3, -1.2, 2.0], x=[1.5, 0.4], b=0.1
# at: w=[], x=[], b=0.1
def f(w, x, b):
    total = b
    for wi, xi in zip(w, x):
        total += wi * xi
    return total * total

# output
def f_value_and_grad(w, x, b):
    """f(w, x, b) and its gradient (dw, dx, db), for real numbers; w and x are lists of
    them.

    UNCHECKED (not asked for).
    """
    # forward pass
    total = b  # (1)
    for i in range(min(len(w), len(x))):
        wi = w[i]  # (2)
        xi = x[i]  # (3)
        total += wi * xi  # (4)
    f = total * total  # (5)

    # backprop f = total * total
    dtotal = 2 * total  # (5)
    dx = [0.0] * len(x)
    dw = [0.0] * len(w)
    # backprop the loop over i
    for i in range(min(len(w), len(x))):
        wi = w[i]
        xi = x[i]
        # backprop xi = x[i]
        dx[i] += wi * dtotal  # (3)
        # backprop wi = w[i]
        dw[i] += xi * dtotal  # (2)
    # backprop total = b
    db = dtotal  # (1)
    return f, (dw, dx, db)

# output split
def f_forward(w, x, b):
    """f(w, x, b) and the cache that f_backward needs, for real numbers; w and x are
    lists of them.

    UNCHECKED (not asked for).
    """
    total = b  # (1)
    for i in range(min(len(w), len(x))):
        wi = w[i]  # (2)
        xi = x[i]  # (3)
        total += wi * xi  # (4)
    f = total * total  # (5)
    return f, (w, x, total)


def f_backward(dout, cache):
    """The gradient (dw, dx, db) of f, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    w, x, total = cache
    # backprop f = total * total
    dtotal = (2 * total) * dout  # (5)
    dx = [0.0] * len(x)
    dw = [0.0] * len(w)
    # backprop the loop over i
    for i in range(min(len(w), len(x))):
        wi = w[i]
        xi = x[i]
        # backprop xi = x[i]
        dx[i] += wi * dtotal  # (3)
        # backprop wi = w[i]
        dw[i] += xi * dtotal  # (2)
    # backprop total = b
    db = dtotal  # (1)
    return dw, dx, db

# at: q=2.5
# at: q=5.0
# at: q=1.0
def f(q):
    if q > 2.0:
        q = 3 * q
        if not q >= 10:
            q = q * 2
            return q
    return q

# output
def f_value_and_grad(q):
    """f(q) and its gradient dq, for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    done = False
    cond2 = q > 2.0
    if cond2:
        q = 3 * q  # (1)
        cond = not q >= 10
        if cond:
            q = q * 2  # (2)
            done = True
            f = q  # (3)
    if not done:
        f = q  # (4)

    dq = 0.0
    if not done:
        # backprop f = q
        dq = 1.0  # (4)
        df = 0.0
    else:
        df = 1.0
    if cond2:
        if cond:
            # backprop f = q
            dq2 = df  # (3)
            # backprop q = q * 2
            dq += 2 * dq2  # (2)
        # backprop q = 3 * q
        dq = 3 * dq  # (1)
    return f, dq

# output split
def f_forward(q):
    """f(q) and the cache that f_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    cond = None
    done = False
    cond2 = q > 2.0
    if cond2:
        q = 3 * q  # (1)
        cond = not q >= 10
        if cond:
            q = q * 2  # (2)
            done = True
            f = q  # (3)
    if not done:
        f = q  # (4)
    return f, (cond2, cond, done)


def f_backward(dout, cache):
    """The gradient dq of f, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    cond2, cond, done = cache
    dq = 0.0
    if not done:
        # backprop f = q
        dq = dout  # (4)
        df = 0.0
    else:
        df = dout
    if cond2:
        if cond:
            # backprop f = q
            dq2 = df  # (3)
            # backprop q = q * 2
            dq += 2 * dq2  # (2)
        # backprop q = 3 * q
        dq = 3 * dq  # (1)
    return dq

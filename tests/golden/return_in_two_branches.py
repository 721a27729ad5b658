# at: x=1.5, q=6.0
# at: x=1.5, q=4.5
# at: x=0.5, q=3.0
# at: x=0.5, q=1.0
def f(x, q):
    if q > 5:
        a = 1
    elif q > 4:
        return x / x
    if q > 2.0:
        if x > 1:
            return 1.0 * x
    return 1

# output
def f_value_and_grad(x, q):
    """f(x, q) and its gradient dx, for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    done = False
    if q > 5:
        a = 1
    elif q > 4:
        f = x / x  # (1)
        done = True
    cond = not done
    if cond:
        done = False
        if q > 2.0:
            if x > 1:
                f2 = 1.0 * x  # (2)
                done = True
        if not done:
            f2 = 1
    else:
        f2 = f

    dx = 0.0
    if cond:
        if not done:
            df2 = 0.0
        else:
            df2 = 1.0
        if q > 2.0:
            if x > 1:
                # backprop f2 = 1.0 * x
                dx = df2  # (2)
        df = 0.0
    else:
        df = 1.0
    if not q > 5:
        if q > 4:
            # backprop f = x / x
            dx += df / x  # (1)
            dx -= (f / x) * df  # (1)
    return f2, dx

# output split
def f_forward(x, q):
    """f(x, q) and the cache that f_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    f = None
    done = False
    if q > 5:
        a = 1
    elif q > 4:
        f = x / x  # (1)
        done = True
    cond = not done
    if cond:
        done = False
        if q > 2.0:
            if x > 1:
                f2 = 1.0 * x  # (2)
                done = True
        if not done:
            f2 = 1
    else:
        f2 = f
    cache = (x, q, f, cond, done)
    return f2, cache


def f_backward(dout, cache):
    """The gradient dx of f, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    x, q, f, cond, done = cache
    dx = 0.0
    if cond:
        if not done:
            df2 = 0.0
        else:
            df2 = dout
        if q > 2.0:
            if x > 1:
                # backprop f2 = 1.0 * x
                dx = df2  # (2)
        df = 0.0
    else:
        df = dout
    if not q > 5:
        if q > 4:
            # backprop f = x / x
            dx += df / x  # (1)
            dx -= (f / x) * df  # (1)
    return dx

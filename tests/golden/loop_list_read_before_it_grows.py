# at: a=1.0, b=0.7, n=3
def delayed(a, b, n):
    xs = [a, b]
    before = a
    for _ in range(n):
        new = xs[-1] + 0.5 * before
        before = xs[-1]
        xs.append(new)
    return xs[-1] * before

# output
def delayed_value_and_grad(a, b, n):
    """delayed(a, b, n) and its gradient (da, db), for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    before = a  # (1)
    xs = [a, b]
    x = b
    for i in range(n):
        new = x + 0.5 * before  # (2)
        before = x  # (3)
        xs.append(new)
        x = new  # (4)
    out = x * before  # (5)

    # backprop out = x * before
    dx = before  # (5)
    dbefore = x  # (5)
    # backprop the loop over i
    for i in reversed(range(n)):
        # backprop x = new
        dnew = dx  # (4)
        # backprop before = x
        dx = dbefore  # (3)
        # backprop new = x + 0.5 * before
        dx += dnew  # (2)
        dbefore = 0.5 * dnew  # (2)
    db = dx
    # backprop before = a
    da = dbefore  # (1)
    return out, (da, db)

# output split
def delayed_forward(a, b, n):
    """delayed(a, b, n) and the cache that delayed_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    before = a  # (1)
    xs = [a, b]
    x = b
    for i in range(n):
        new = x + 0.5 * before  # (2)
        before = x  # (3)
        xs.append(new)
        x = new  # (4)
    out = x * before  # (5)
    return out, (n, before, x)


def delayed_backward(dout, cache):
    """The gradient (da, db) of delayed, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    n, before, x = cache
    # backprop out = x * before
    dx = before * dout  # (5)
    dbefore = x * dout  # (5)
    # backprop the loop over i
    for i in reversed(range(n)):
        # backprop x = new
        dnew = dx  # (4)
        # backprop before = x
        dx = dbefore  # (3)
        # backprop new = x + 0.5 * before
        dx += dnew  # (2)
        dbefore = 0.5 * dnew  # (2)
    db = dx
    # backprop before = a
    da = dbefore  # (1)
    return da, db

# at: x=0.5, y=2.0
def f(x, y):
    p = [x * y, x + y]
    q = {"a": p[0] * x, "b": p[1]}
    return q["a"] * q["b"] + sum(p)

# output
def f_value_and_grad(x, y):
    """f(x, y) and its gradient (dx, dy), for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    p0 = x * y  # (1)
    p1 = x + y  # (2)
    q0 = p0 * x  # (3)
    sump0p1 = sum([p0, p1])  # (4)
    f = q0 * p1 + sump0p1  # (5)

    # backprop f = q0 * p1 + sump0p1
    dq0 = p1  # (5)
    dp1 = q0  # (5)
    dsump0p1 = 1.0  # (5)
    # backprop sump0p1 = sum([p0, p1])
    dp0 = dsump0p1  # (4)
    dp1 += dsump0p1  # (4)
    # backprop q0 = p0 * x
    dp0 += x * dq0  # (3)
    dx = p0 * dq0  # (3)
    # backprop p1 = x + y
    dx += dp1  # (2)
    dy = dp1  # (2)
    # backprop p0 = x * y
    dx += y * dp0  # (1)
    dy += x * dp0  # (1)
    return f, (dx, dy)

# output split
def f_forward(x, y):
    """f(x, y) and the cache that f_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    p0 = x * y  # (1)
    p1 = x + y  # (2)
    q0 = p0 * x  # (3)
    sump0p1 = sum([p0, p1])  # (4)
    f = q0 * p1 + sump0p1  # (5)
    cache = (x, y, p0, p1, q0)
    return f, cache


def f_backward(dout, cache):
    """The gradient (dx, dy) of f, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    x, y, p0, p1, q0 = cache
    # backprop f = q0 * p1 + sump0p1
    dq0 = p1 * dout  # (5)
    dp1 = q0 * dout  # (5)
    dsump0p1 = dout  # (5)
    # backprop sump0p1 = sum([p0, p1])
    dp0 = dsump0p1  # (4)
    dp1 += dsump0p1  # (4)
    # backprop q0 = p0 * x
    dp0 += x * dq0  # (3)
    dx = p0 * dq0  # (3)
    # backprop p1 = x + y
    dx += dp1  # (2)
    dy = dp1  # (2)
    # backprop p0 = x * y
    dx += y * dp0  # (1)
    dy += x * dp0  # (1)
    return dx, dy

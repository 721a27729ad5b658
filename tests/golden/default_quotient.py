# at: x=1.5, y=0.5, beta=-0.5
def decay(x, rate=8 / 3):
    z = x * x + rate
    return z / (z + 1)


def f(x, y, beta=-1 / 2):
    return decay(x) * decay(y, beta)

# output
def decay_forward(x, rate=8 / 3):
    """decay(x, rate) and the cache that decay_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    z = x * x + rate  # (1)
    den = z + 1  # (2)
    out = z / den  # (3)
    return out, (x, den, out)


def decay_backward(dout, cache):
    """The gradient (dx, drate) of decay, from the gradient on its result and the
    cache.

    UNCHECKED (not asked for).
    """
    x, den, out = cache
    # backprop out = z / den
    dz = dout / den  # (3)
    dden = (-out / den) * dout  # (3)
    # backprop den = z + 1
    dz += dden  # (2)
    # backprop z = x * x + rate
    dx = (2 * x) * dz  # (1)
    drate = dz  # (1)
    return dx, drate


def f_value_and_grad(x, y, beta=-1 / 2):
    """f(x, y, beta) and its gradient (dx, dy, dbeta), for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    decay_out, decay_out_cache = decay_forward(x, 8 / 3)  # (1)
    decay_out2, decay_out2_cache = decay_forward(y, beta)  # (2)
    f = decay_out * decay_out2  # (3)

    # backprop f = decay_out * decay_out2
    ddecay_out = decay_out2  # (3)
    ddecay_out2 = decay_out  # (3)
    dy, dbeta = decay_backward(ddecay_out2, decay_out2_cache)  # (2)
    dx, _ = decay_backward(ddecay_out, decay_out_cache)  # (1)
    return f, (dx, dy, dbeta)

# output split
def decay_forward(x, rate=8 / 3):
    """decay(x, rate) and the cache that decay_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    z = x * x + rate  # (1)
    den = z + 1  # (2)
    out = z / den  # (3)
    return out, (x, den, out)


def decay_backward(dout, cache):
    """The gradient (dx, drate) of decay, from the gradient on its result and the
    cache.

    UNCHECKED (not asked for).
    """
    x, den, out = cache
    # backprop out = z / den
    dz = dout / den  # (3)
    dden = (-out / den) * dout  # (3)
    # backprop den = z + 1
    dz += dden  # (2)
    # backprop z = x * x + rate
    dx = (2 * x) * dz  # (1)
    drate = dz  # (1)
    return dx, drate


def f_forward(x, y, beta=-1 / 2):
    """f(x, y, beta) and the cache that f_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    decay_out, decay_out_cache = decay_forward(x, 8 / 3)  # (1)
    decay_out2, decay_out2_cache = decay_forward(y, beta)  # (2)
    f = decay_out * decay_out2  # (3)
    return f, (decay_out, decay_out_cache, decay_out2, decay_out2_cache)


def f_backward(dout, cache):
    """The gradient (dx, dy, dbeta) of f, from the gradient on its result and the
    cache.

    UNCHECKED (not asked for).
    """
    decay_out, decay_out_cache, decay_out2, decay_out2_cache = cache
    # backprop f = decay_out * decay_out2
    ddecay_out = decay_out2 * dout  # (3)
    ddecay_out2 = decay_out * dout  # (3)
    dy, dbeta = decay_backward(ddecay_out2, decay_out2_cache)  # (2)
    dx, _ = decay_backward(ddecay_out, decay_out_cache)  # (1)
    return dx, dy, dbeta

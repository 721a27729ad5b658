# at: k=1.5
def g(a, b, c):
    d = a * b + c
    return d * a

def f(k):
    return g(k, k, k) * g(k, k * 2, k)

# output
def g_forward(a, b, c):
    """g(a, b, c) and the cache that g_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    d = a * b + c  # (1)
    g = d * a  # (2)
    return g, (a, b, d)


def g_backward(dout, cache):
    """The gradient (da, db, dc) of g, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    a, b, d = cache
    # backprop g = d * a
    dd = a * dout  # (2)
    da = d * dout  # (2)
    # backprop d = a * b + c
    da += b * dd  # (1)
    db = a * dd  # (1)
    dc = dd  # (1)
    return da, db, dc


def f_value_and_grad(k):
    """f(k) and its gradient dk, for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    g_out, g_out_cache = g_forward(k, k, k)  # (1)
    k2 = k * 2  # (2)
    g_out2, g_out2_cache = g_forward(k, k2, k)  # (3)
    f = g_out * g_out2  # (4)

    # backprop f = g_out * g_out2
    dg_out = g_out2  # (4)
    dg_out2 = g_out  # (4)
    dk, dk2, dk_g_out2 = g_backward(dg_out2, g_out2_cache)  # (3)
    dk += dk_g_out2  # (3)
    # backprop k2 = k * 2
    dk += 2 * dk2  # (2)
    dk_g_out, dk_g_out22, dk_g_out3 = g_backward(dg_out, g_out_cache)  # (1)
    dk += dk_g_out  # (1)
    dk += dk_g_out22  # (1)
    dk += dk_g_out3  # (1)
    return f, dk

# output split
def g_forward(a, b, c):
    """g(a, b, c) and the cache that g_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    d = a * b + c  # (1)
    g = d * a  # (2)
    return g, (a, b, d)


def g_backward(dout, cache):
    """The gradient (da, db, dc) of g, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    a, b, d = cache
    # backprop g = d * a
    dd = a * dout  # (2)
    da = d * dout  # (2)
    # backprop d = a * b + c
    da += b * dd  # (1)
    db = a * dd  # (1)
    dc = dd  # (1)
    return da, db, dc


def f_forward(k):
    """f(k) and the cache that f_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    g_out, g_out_cache = g_forward(k, k, k)  # (1)
    k2 = k * 2  # (2)
    g_out2, g_out2_cache = g_forward(k, k2, k)  # (3)
    f = g_out * g_out2  # (4)
    return f, (g_out, g_out_cache, g_out2, g_out2_cache)


def f_backward(dout, cache):
    """The gradient dk of f, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    g_out, g_out_cache, g_out2, g_out2_cache = cache
    # backprop f = g_out * g_out2
    dg_out = g_out2 * dout  # (4)
    dg_out2 = g_out * dout  # (4)
    dk, dk2, dk_g_out2 = g_backward(dg_out2, g_out2_cache)  # (3)
    dk += dk_g_out2  # (3)
    # backprop k2 = k * 2
    dk += 2 * dk2  # (2)
    dk_g_out, dk_g_out22, dk_g_out3 = g_backward(dg_out, g_out_cache)  # (1)
    dk += dk_g_out  # (1)
    dk += dk_g_out22  # (1)
    dk += dk_g_out3  # (1)
    return dk

# at: x=0.5, w=2.0, b=1.0
def affine_forward(x, w, b):
    out = x * w + b
    cache = (x, w, b)
    return out, cache

# output
def affine_forward_value_and_grad(x, w, b):
    """affine_forward(x, w, b) and its gradient (dx, dw, db), for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    out = x * w + b  # (1)

    # backprop out = x * w + b
    dx = w  # (1)
    dw = x  # (1)
    db = 1.0  # (1)
    return (out, (x, w, b)), (dx, dw, db)

# output split
def affine_forward(x, w, b):
    """affine_forward(x, w, b) and the cache that affine_backward needs, for real
    numbers.

    UNCHECKED (not asked for).
    """
    out = x * w + b  # (1)
    return (out, (x, w, b)), (x, w)


def affine_backward(dout, cache2):
    """The gradient (dx, dw, db) of affine_forward, from the gradient on its result and
    the cache.

    UNCHECKED (not asked for).
    """
    x, w = cache2
    # backprop out = x * w + b
    dx = w * dout  # (1)
    dw = x * dout  # (1)
    db = dout  # (1)
    return dx, dw, db

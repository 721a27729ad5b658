# at: s=0.5, correct=2.0
# at: s=2.5, correct=2.0
def hinge(s, correct):
    margin = max(0, s - correct + 1.0)
    return margin

# output
def hinge_value_and_grad(s, correct):
    """hinge(s, correct) and its gradient (ds, dcorrect), for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    total = s - correct + 1.0  # (1)
    margin = max(0, total)  # (2)

    # backprop margin = max(0, total)
    dtotal = 1.0 if total > 0 else 0.0  # (2)
    # backprop total = s - correct + 1.0
    ds = dtotal  # (1)
    dcorrect = -dtotal  # (1)
    return margin, (ds, dcorrect)

# output split
def hinge_forward(s, correct):
    """hinge(s, correct) and the cache that hinge_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    total = s - correct + 1.0  # (1)
    margin = max(0, total)  # (2)
    return margin, (total,)


def hinge_backward(dout, cache):
    """The gradient (ds, dcorrect) of hinge, from the gradient on its result and the
    cache.

    UNCHECKED (not asked for).
    """
    (total,) = cache
    # backprop margin = max(0, total)
    dtotal = dout if total > 0 else 0.0  # (2)
    # backprop total = s - correct + 1.0
    ds = dtotal  # (1)
    dcorrect = -dtotal  # (1)
    return ds, dcorrect

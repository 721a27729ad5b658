# at: a=0.5, b=-1.0, c=2.0
import math


def loss(a, b, c):
    """Cross-entropy of the first of three scores."""
    ea, eb, ec = math.exp(a), math.exp(b), math.exp(c)
    p = ea / (ea + eb + ec)
    return -math.log(p)

# output
import math


def loss_value_and_grad(a, b, c):
    """loss(a, b, c) and its gradient (da, db, dc), for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    ea = math.exp(a)  # (1)
    eb = math.exp(b)  # (2)
    ec = math.exp(c)  # (3)
    den = ea + eb + ec  # (4)
    p = ea / den  # (5)
    logp = math.log(p)  # (6)
    loss = -logp  # (7)

    # backprop loss = -logp
    dlogp = -1.0  # (7)
    # backprop logp = math.log(p)
    dp = dlogp / p  # (6)
    # backprop p = ea / den
    dea = dp / den  # (5)
    dden = (-p / den) * dp  # (5)
    # backprop den = ea + eb + ec
    dea += dden  # (4)
    deb = dden  # (4)
    dec = dden  # (4)
    # backprop ec = math.exp(c)
    dc = ec * dec  # (3)
    # backprop eb = math.exp(b)
    db = eb * deb  # (2)
    # backprop ea = math.exp(a)
    da = ea * dea  # (1)
    return loss, (da, db, dc)

# output split
import math


def loss_forward(a, b, c):
    """loss(a, b, c) and the cache that loss_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    ea = math.exp(a)  # (1)
    eb = math.exp(b)  # (2)
    ec = math.exp(c)  # (3)
    den = ea + eb + ec  # (4)
    p = ea / den  # (5)
    logp = math.log(p)  # (6)
    loss = -logp  # (7)
    cache = (ea, eb, ec, den, p)
    return loss, cache


def loss_backward(dout, cache):
    """The gradient (da, db, dc) of loss, from the gradient on its result and the
    cache.

    UNCHECKED (not asked for).
    """
    ea, eb, ec, den, p = cache
    # backprop loss = -logp
    dlogp = -dout  # (7)
    # backprop logp = math.log(p)
    dp = dlogp / p  # (6)
    # backprop p = ea / den
    dea = dp / den  # (5)
    dden = (-p / den) * dp  # (5)
    # backprop den = ea + eb + ec
    dea += dden  # (4)
    deb = dden  # (4)
    dec = dden  # (4)
    # backprop ec = math.exp(c)
    dc = ec * dec  # (3)
    # backprop eb = math.exp(b)
    db = eb * deb  # (2)
    # backprop ea = math.exp(a)
    da = ea * dea  # (1)
    return da, db, dc

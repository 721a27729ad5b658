# at: w=0.5, b=-1.0, x=2.0, y=1.0
import math


def loss(w, b, x, y):
    p = 1 / (1 + math.exp(-(w * x + b)))
    return -(y * math.log(p) + (1 - y) * math.log(1 - p))

# output
import math


def loss_value_and_grad(w, b, x, y):
    """loss(w, b, x, y) and its gradient (dw, db, dx, dy), for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    wxpb = w * x + b  # (1)
    p = 1 / (1 + math.exp(-wxpb))  # (2)
    logp = math.log(p)  # (3)
    diff = 1 - y  # (4)
    diff2 = 1 - p  # (5)
    logdiff2 = math.log(diff2)  # (6)
    total = y * logp + diff * logdiff2  # (7)
    loss = -total  # (8)

    # backprop loss = -total
    dtotal = -1.0  # (8)
    # backprop total = y * logp + diff * logdiff2
    dy = logp * dtotal  # (7)
    dlogp = y * dtotal  # (7)
    ddiff = logdiff2 * dtotal  # (7)
    dlogdiff2 = diff * dtotal  # (7)
    # backprop logdiff2 = math.log(diff2)
    ddiff2 = dlogdiff2 / diff2  # (6)
    # backprop diff2 = 1 - p
    dp = -ddiff2  # (5)
    # backprop diff = 1 - y
    dy += -ddiff  # (4)
    # backprop logp = math.log(p)
    dp += dlogp / p  # (3)
    # backprop p = 1 / (1 + math.exp(-wxpb))
    dwxpb = ((1 - p) * p) * dp  # (2)
    # backprop wxpb = w * x + b
    dw = x * dwxpb  # (1)
    dx = w * dwxpb  # (1)
    db = dwxpb  # (1)
    return loss, (dw, db, dx, dy)

# output split
import math


def loss_forward(w, b, x, y):
    """loss(w, b, x, y) and the cache that loss_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    wxpb = w * x + b  # (1)
    p = 1 / (1 + math.exp(-wxpb))  # (2)
    logp = math.log(p)  # (3)
    diff = 1 - y  # (4)
    diff2 = 1 - p  # (5)
    logdiff2 = math.log(diff2)  # (6)
    total = y * logp + diff * logdiff2  # (7)
    loss = -total  # (8)
    cache = (w, x, y, p, logp, diff, diff2, logdiff2)
    return loss, cache


def loss_backward(dout, cache):
    """The gradient (dw, db, dx, dy) of loss, from the gradient on its result and the
    cache.

    UNCHECKED (not asked for).
    """
    w, x, y, p, logp, diff, diff2, logdiff2 = cache
    # backprop loss = -total
    dtotal = -dout  # (8)
    # backprop total = y * logp + diff * logdiff2
    dy = logp * dtotal  # (7)
    dlogp = y * dtotal  # (7)
    ddiff = logdiff2 * dtotal  # (7)
    dlogdiff2 = diff * dtotal  # (7)
    # backprop logdiff2 = math.log(diff2)
    ddiff2 = dlogdiff2 / diff2  # (6)
    # backprop diff2 = 1 - p
    dp = -ddiff2  # (5)
    # backprop diff = 1 - y
    dy += -ddiff  # (4)
    # backprop logp = math.log(p)
    dp += dlogp / p  # (3)
    # backprop p = 1 / (1 + math.exp(-wxpb))
    dwxpb = ((1 - p) * p) * dp  # (2)
    # backprop wxpb = w * x + b
    dw = x * dwxpb  # (1)
    dx = w * dwxpb  # (1)
    db = dwxpb  # (1)
    return dw, db, dx, dy

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
    onemy = 1 - y  # (4)
    onemp = 1 - p  # (5)
    logonemp = math.log(onemp)  # (6)
    total = y * logp + onemy * logonemp  # (7)
    loss = -total  # (8)

    # backprop loss = -total
    dtotal = -1.0  # (8)
    # backprop total = y * logp + onemy * logonemp
    dy = logp * dtotal  # (7)
    dlogp = y * dtotal  # (7)
    donemy = logonemp * dtotal  # (7)
    dlogonemp = onemy * dtotal  # (7)
    # backprop logonemp = math.log(onemp)
    donemp = dlogonemp / onemp  # (6)
    # backprop onemp = 1 - p
    dp = -donemp  # (5)
    # backprop onemy = 1 - y
    dy -= donemy  # (4)
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
    onemy = 1 - y  # (4)
    onemp = 1 - p  # (5)
    logonemp = math.log(onemp)  # (6)
    total = y * logp + onemy * logonemp  # (7)
    loss = -total  # (8)
    cache = (w, x, y, p, logp, onemy, onemp, logonemp)
    return loss, cache


def loss_backward(dout, cache):
    """The gradient (dw, db, dx, dy) of loss, from the gradient on its result and the
    cache.

    UNCHECKED (not asked for).
    """
    w, x, y, p, logp, onemy, onemp, logonemp = cache
    # backprop loss = -total
    dtotal = -dout  # (8)
    # backprop total = y * logp + onemy * logonemp
    dy = logp * dtotal  # (7)
    dlogp = y * dtotal  # (7)
    donemy = logonemp * dtotal  # (7)
    dlogonemp = onemy * dtotal  # (7)
    # backprop logonemp = math.log(onemp)
    donemp = dlogonemp / onemp  # (6)
    # backprop onemp = 1 - p
    dp = -donemp  # (5)
    # backprop onemy = 1 - y
    dy -= donemy  # (4)
    # backprop logp = math.log(p)
    dp += dlogp / p  # (3)
    # backprop p = 1 / (1 + math.exp(-wxpb))
    dwxpb = ((1 - p) * p) * dp  # (2)
    # backprop wxpb = w * x + b
    dw = x * dwxpb  # (1)
    dx = w * dwxpb  # (1)
    db = dwxpb  # (1)
    return dw, db, dx, dy

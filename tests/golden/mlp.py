# at: x=0.5, w1=2.0, b1=0.1, w2=-1.5, b2=0.3, t=1.0
import math


def mlp(x, w1, b1, w2, b2, t):
    h = math.tanh(w1 * x + b1)
    y = w2 * h + b2
    return 0.5 * (y - t) ** 2

# output
import math


def mlp_value_and_grad(x, w1, b1, w2, b2, t):
    """mlp(x, w1, b1, w2, b2, t) and its gradient (dx, dw1, db1, dw2, db2, dt), for
    real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    w1xpb1 = w1 * x + b1  # (1)
    h = math.tanh(w1xpb1)  # (2)
    y = w2 * h + b2  # (3)
    ymt = y - t  # (4)
    ymtsqr = ymt**2  # (5)
    mlp = 0.5 * ymtsqr  # (6)

    # backprop mlp = 0.5 * ymtsqr
    dymtsqr = 0.5  # (6)
    # backprop ymtsqr = ymt**2
    dymt = (2 * ymt) * dymtsqr  # (5)
    # backprop ymt = y - t
    dy = dymt  # (4)
    dt = -dymt  # (4)
    # backprop y = w2 * h + b2
    dw2 = h * dy  # (3)
    dh = w2 * dy  # (3)
    db2 = dy  # (3)
    # backprop h = math.tanh(w1xpb1)
    dw1xpb1 = (1 - h * h) * dh  # (2)
    # backprop w1xpb1 = w1 * x + b1
    dw1 = x * dw1xpb1  # (1)
    dx = w1 * dw1xpb1  # (1)
    db1 = dw1xpb1  # (1)
    return mlp, (dx, dw1, db1, dw2, db2, dt)

# output split
import math


def mlp_forward(x, w1, b1, w2, b2, t):
    """mlp(x, w1, b1, w2, b2, t) and the cache that mlp_backward needs, for real
    numbers.

    UNCHECKED (not asked for).
    """
    w1xpb1 = w1 * x + b1  # (1)
    h = math.tanh(w1xpb1)  # (2)
    y = w2 * h + b2  # (3)
    ymt = y - t  # (4)
    ymtsqr = ymt**2  # (5)
    mlp = 0.5 * ymtsqr  # (6)
    cache = (x, w1, w2, h, ymt)
    return mlp, cache


def mlp_backward(dout, cache):
    """The gradient (dx, dw1, db1, dw2, db2, dt) of mlp, from the gradient on its
    result and the cache.

    UNCHECKED (not asked for).
    """
    x, w1, w2, h, ymt = cache
    # backprop mlp = 0.5 * ymtsqr
    dymtsqr = 0.5 * dout  # (6)
    # backprop ymtsqr = ymt**2
    dymt = (2 * ymt) * dymtsqr  # (5)
    # backprop ymt = y - t
    dy = dymt  # (4)
    dt = -dymt  # (4)
    # backprop y = w2 * h + b2
    dw2 = h * dy  # (3)
    dh = w2 * dy  # (3)
    db2 = dy  # (3)
    # backprop h = math.tanh(w1xpb1)
    dw1xpb1 = (1 - h * h) * dh  # (2)
    # backprop w1xpb1 = w1 * x + b1
    dw1 = x * dw1xpb1  # (1)
    dx = w1 * dw1xpb1  # (1)
    db1 = dw1xpb1  # (1)
    return dx, dw1, db1, dw2, db2, dt

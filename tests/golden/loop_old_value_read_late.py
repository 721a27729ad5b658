# at: x=0.4, c=1.3, n=3
import math

def chain(x, c, n):
    h = x
    out = 0.0
    for i in range(n):
        h_new = math.tanh(h * c)
        out += h * c
        h = h_new
    return out + h

# output
import math


def chain_value_and_grad(x, c, n):
    """chain(x, c, n) and its gradient (dx, dc), for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    h = x  # (1)
    out = 0.0
    h_hist = []
    h_new_hist = []
    for i in range(n):
        h_hist.append(h)
        hc = h * c  # (2)
        h_new = math.tanh(hc)  # (3)
        h_new_hist.append(h_new)
        out += h * c  # (4)
        h = h_new  # (5)
    out2 = out + h  # (6)

    # backprop out2 = out + h
    dout = 1.0  # (6)
    dh = 1.0  # (6)
    dc = 0.0
    # backprop the loop over i
    for i in reversed(range(n)):
        # backprop h = h_new
        dh_new = dh  # (5)
        # backprop out += h * c
        dh = c * dout  # (4)
        dc += h_hist[i] * dout  # (4)
        # backprop h_new = math.tanh(hc)
        dhc = (1 - h_new_hist[i] * h_new_hist[i]) * dh_new  # (3)
        # backprop hc = h * c
        dh += c * dhc  # (2)
        dc += h_hist[i] * dhc  # (2)
    # backprop h = x
    dx = dh  # (1)
    return out2, (dx, dc)

# output split
import math


def chain_forward(x, c, n):
    """chain(x, c, n) and the cache that chain_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    h = x  # (1)
    out = 0.0
    h_hist = []
    h_new_hist = []
    for i in range(n):
        h_hist.append(h)
        hc = h * c  # (2)
        h_new = math.tanh(hc)  # (3)
        h_new_hist.append(h_new)
        out += h * c  # (4)
        h = h_new  # (5)
    out2 = out + h  # (6)
    return out2, (c, n, h_hist, h_new_hist)


def chain_backward(dout, cache):
    """The gradient (dx, dc) of chain, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    c, n, h_hist, h_new_hist = cache
    # backprop out2 = out + h
    dout2 = dout  # (6)
    dh = dout  # (6)
    dc = 0.0
    # backprop the loop over i
    for i in reversed(range(n)):
        # backprop h = h_new
        dh_new = dh  # (5)
        # backprop out += h * c
        dh = c * dout2  # (4)
        dc += h_hist[i] * dout2  # (4)
        # backprop h_new = math.tanh(hc)
        dhc = (1 - h_new_hist[i] * h_new_hist[i]) * dh_new  # (3)
        # backprop hc = h * c
        dh += c * dhc  # (2)
        dc += h_hist[i] * dhc  # (2)
    # backprop h = x
    dx = dh  # (1)
    return dx, dc

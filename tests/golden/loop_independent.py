# at: x=0.7, a=1.5, n=4
# at: x=0.7, a=1.5, n=0
import math

def series(x, a, n):
    s = 0.0
    for k in range(1, n):
        s += a * math.sin(k * x)
    return s * s

# output
import math


def series_value_and_grad(x, a, n):
    """series(x, a, n) and its gradient (dx, da), for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    s = 0.0
    sinkx_hist = {}
    for k in range(1, n):
        kx = k * x  # (1)
        sinkx = math.sin(kx)  # (2)
        sinkx_hist[k] = sinkx
        s += a * sinkx  # (3)
    out = s * s  # (4)

    # backprop out = s * s
    ds = 2 * s  # (4)
    da = 0.0
    dx = 0.0
    # backprop the loop over k
    for k in range(1, n):
        kx = k * x
        # backprop s += a * sinkx
        da += sinkx_hist[k] * ds  # (3)
        dsinkx = a * ds  # (3)
        # backprop sinkx = math.sin(kx)
        dkx = math.cos(kx) * dsinkx  # (2)
        # backprop kx = k * x
        dx += k * dkx  # (1)
    return out, (dx, da)

# output split
import math


def series_forward(x, a, n):
    """series(x, a, n) and the cache that series_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    s = 0.0
    sinkx_hist = {}
    for k in range(1, n):
        kx = k * x  # (1)
        sinkx = math.sin(kx)  # (2)
        sinkx_hist[k] = sinkx
        s += a * sinkx  # (3)
    out = s * s  # (4)
    cache = (x, a, n, sinkx_hist, s)
    return out, cache


def series_backward(dout, cache):
    """The gradient (dx, da) of series, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    x, a, n, sinkx_hist, s = cache
    # backprop out = s * s
    ds = (2 * s) * dout  # (4)
    da = 0.0
    dx = 0.0
    # backprop the loop over k
    for k in range(1, n):
        kx = k * x
        # backprop s += a * sinkx
        da += sinkx_hist[k] * ds  # (3)
        dsinkx = a * ds  # (3)
        # backprop sinkx = math.sin(kx)
        dkx = math.cos(kx) * dsinkx  # (2)
        # backprop kx = k * x
        dx += k * dkx  # (1)
    return dx, da

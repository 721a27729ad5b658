# at: x=0.7
import math


def harmonics(x):
    s = 0.0
    for k in (1, 3, 0.5):
        s += math.sin(k * x) / k
    return s

# output
import math


def harmonics_value_and_grad(x):
    """harmonics(x) and its gradient dx, for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    s = 0.0
    for k in (1, 3, 0.5):
        kx = k * x  # (1)
        sinkx = math.sin(kx)  # (2)
        s += sinkx / k  # (3)

    dx = 0.0
    # backprop the loop over k
    for k in (1, 3, 0.5):
        kx = k * x
        # backprop s += sinkx / k
        dsinkx = 1.0 / k  # (3)
        # backprop sinkx = math.sin(kx)
        dkx = math.cos(kx) * dsinkx  # (2)
        # backprop kx = k * x
        dx += k * dkx  # (1)
    return s, dx

# output split
import math


def harmonics_forward(x):
    """harmonics(x) and the cache that harmonics_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    s = 0.0
    for k in (1, 3, 0.5):
        kx = k * x  # (1)
        sinkx = math.sin(kx)  # (2)
        s += sinkx / k  # (3)
    return s, (x,)


def harmonics_backward(dout, cache):
    """The gradient dx of harmonics, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    (x,) = cache
    dx = 0.0
    # backprop the loop over k
    for k in (1, 3, 0.5):
        kx = k * x
        # backprop s += sinkx / k
        dsinkx = dout / k  # (3)
        # backprop sinkx = math.sin(kx)
        dkx = math.cos(kx) * dsinkx  # (2)
        # backprop kx = k * x
        dx += k * dkx  # (1)
    return dx

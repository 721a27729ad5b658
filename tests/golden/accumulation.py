# at: x=0.5, y=2.0, z=-1.0
import math


def loss(x, y, z):
    total = 0.0
    total += math.exp(x)
    total += y * y
    total += x * z
    return total

# output
import math


def loss_value_and_grad(x, y, z):
    """loss(x, y, z) and its gradient (dx, dy, dz), for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    total = 0.0
    expx = math.exp(x)  # (1)
    total += expx  # (2)
    total += y * y  # (3)
    total += x * z  # (4)

    # backprop total += x * z
    dx = z  # (4)
    dz = x  # (4)
    dtotal = 1.0  # (4)
    # backprop total += y * y
    dy = (2 * y) * dtotal  # (3)
    # backprop total += expx
    dexpx = dtotal  # (2)
    # backprop expx = math.exp(x)
    dx += expx * dexpx  # (1)
    return total, (dx, dy, dz)

# output split
import math


def loss_forward(x, y, z):
    """loss(x, y, z) and the cache that loss_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    total = 0.0
    expx = math.exp(x)  # (1)
    total += expx  # (2)
    total += y * y  # (3)
    total += x * z  # (4)
    return total, (x, y, z, expx)


def loss_backward(dout, cache):
    """The gradient (dx, dy, dz) of loss, from the gradient on its result and the
    cache.

    UNCHECKED (not asked for).
    """
    x, y, z, expx = cache
    # backprop total += x * z
    dx = z * dout  # (4)
    dz = x * dout  # (4)
    dtotal = dout  # (4)
    # backprop total += y * y
    dy = (2 * y) * dtotal  # (3)
    # backprop total += expx
    dexpx = dtotal  # (2)
    # backprop expx = math.exp(x)
    dx += expx * dexpx  # (1)
    return dx, dy, dz

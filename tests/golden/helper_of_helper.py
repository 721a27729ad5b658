# at: x=0.5
import math


def square(x):
    return x * x


def bump(x):
    s = square(x) + 1
    return math.exp(-s) / s


def f(x):
    return bump(x) + square(bump(x))

# output
import math


def bump_forward(x):
    """bump(x) and the cache that bump_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    s = x * x + 1  # (1)
    negs = -s  # (2)
    expnegs = math.exp(negs)  # (3)
    bump = expnegs / s  # (4)
    return bump, (x, s, expnegs, bump)


def bump_backward(dout, cache):
    """The gradient dx of bump, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    x, s, expnegs, bump = cache
    # backprop bump = expnegs / s
    dexpnegs = dout / s  # (4)
    ds = (-bump / s) * dout  # (4)
    # backprop expnegs = math.exp(negs)
    dnegs = expnegs * dexpnegs  # (3)
    # backprop negs = -s
    ds -= dnegs  # (2)
    # backprop s = x * x + 1
    dx = (2 * x) * ds  # (1)
    return dx


def f_value_and_grad(x):
    """f(x) and its gradient dx, for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    bump_out, bump_out_cache = bump_forward(x)  # (1)
    bump_out2, bump_out2_cache = bump_forward(x)  # (2)
    f = bump_out + bump_out2 * bump_out2  # (3)

    # backprop f = bump_out + bump_out2 * bump_out2
    dbump_out = 1.0  # (3)
    dbump_out2 = 2 * bump_out2  # (3)
    dx = bump_backward(dbump_out2, bump_out2_cache)  # (2)
    dx += bump_backward(dbump_out, bump_out_cache)  # (1)
    return f, dx

# output split
import math


def bump_forward(x):
    """bump(x) and the cache that bump_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    s = x * x + 1  # (1)
    negs = -s  # (2)
    expnegs = math.exp(negs)  # (3)
    bump = expnegs / s  # (4)
    return bump, (x, s, expnegs, bump)


def bump_backward(dout, cache):
    """The gradient dx of bump, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    x, s, expnegs, bump = cache
    # backprop bump = expnegs / s
    dexpnegs = dout / s  # (4)
    ds = (-bump / s) * dout  # (4)
    # backprop expnegs = math.exp(negs)
    dnegs = expnegs * dexpnegs  # (3)
    # backprop negs = -s
    ds -= dnegs  # (2)
    # backprop s = x * x + 1
    dx = (2 * x) * ds  # (1)
    return dx


def f_forward(x):
    """f(x) and the cache that f_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    bump_out, bump_out_cache = bump_forward(x)  # (1)
    bump_out2, bump_out2_cache = bump_forward(x)  # (2)
    f = bump_out + bump_out2 * bump_out2  # (3)
    return f, (bump_out_cache, bump_out2, bump_out2_cache)


def f_backward(dout, cache):
    """The gradient dx of f, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    bump_out_cache, bump_out2, bump_out2_cache = cache
    # backprop f = bump_out + bump_out2 * bump_out2
    dbump_out = dout  # (3)
    dbump_out2 = (2 * bump_out2) * dout  # (3)
    dx = bump_backward(dbump_out2, bump_out2_cache)  # (2)
    dx += bump_backward(dbump_out, bump_out_cache)  # (1)
    return dx

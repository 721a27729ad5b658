# at: math=0.5, sum=2.0
from math import sin as sine


def f(math, sum):
    return sine(math) * sum

# output
from math import cos, sin as sine


def f_value_and_grad(math, sum):
    """f(math, sum) and its gradient (dmath, dsum), for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    sinmath = sine(math)  # (1)
    f = sinmath * sum  # (2)

    # backprop f = sinmath * sum
    dsinmath = sum  # (2)
    dsum = sinmath  # (2)
    # backprop sinmath = sine(math)
    dmath = cos(math) * dsinmath  # (1)
    return f, (dmath, dsum)

# output split
from math import cos, sin as sine


def f_forward(math, sum):
    """f(math, sum) and the cache that f_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    sinmath = sine(math)  # (1)
    f = sinmath * sum  # (2)
    return f, (math, sum, sinmath)


def f_backward(dout, cache):
    """The gradient (dmath, dsum) of f, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    math, sum, sinmath = cache
    # backprop f = sinmath * sum
    dsinmath = sum * dout  # (2)
    dsum = sinmath * dout  # (2)
    # backprop sinmath = sine(math)
    dmath = cos(math) * dsinmath  # (1)
    return dmath, dsum

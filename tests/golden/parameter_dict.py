# at: params={"W": 0.5, "b": 2.0}, x=3.0
import math


def f(params, x):
    return math.tanh(params["W"] * x + params["b"])

# output
import math


def f_value_and_grad(params, x):
    """f(params, x) and its gradient (dparams, dx), for real numbers; params holds the
    keys W, b.

    UNCHECKED (not asked for).
    """
    # forward pass
    total = params["W"] * x + params["b"]  # (1)
    f = math.tanh(total)  # (2)

    # backprop f = math.tanh(total)
    dtotal = 1 - f * f  # (2)
    # backprop total = params["W"] * x + params["b"]
    dparams = {"W": x * dtotal, "b": dtotal}  # (1)
    dx = params["W"] * dtotal  # (1)
    return f, (dparams, dx)

# output split
import math


def f_forward(params, x):
    """f(params, x) and the cache that f_backward needs, for real numbers; params holds
    the keys W, b.

    UNCHECKED (not asked for).
    """
    total = params["W"] * x + params["b"]  # (1)
    f = math.tanh(total)  # (2)
    return f, (params, x, f)


def f_backward(dout, cache):
    """The gradient (dparams, dx) of f, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    params, x, f = cache
    # backprop f = math.tanh(total)
    dtotal = (1 - f * f) * dout  # (2)
    # backprop total = params["W"] * x + params["b"]
    dparams = {"W": x * dtotal, "b": dtotal}  # (1)
    dx = params["W"] * dtotal  # (1)
    return dparams, dx

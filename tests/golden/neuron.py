# at: w=[2.0, -3.0, -3.0], x=[-1.0, -2.0]
import math


def neuron(w, x):
    dot = w[0] * x[0] + w[1] * x[1] + w[2]
    f = 1.0 / (1 + math.exp(-dot))
    return f

# output
import math


def neuron_value_and_grad(w, x):
    """neuron(w, x) and its gradient (dw, dx), for real numbers; w holds 3 numbers, x
    holds 2 numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    dot = w[0] * x[0] + w[1] * x[1] + w[2]  # (1)
    f = 1.0 / (1 + math.exp(-dot))  # (2)

    # backprop f = 1.0 / (1 + math.exp(-dot))
    ddot = (1 - f) * f  # (2)
    # backprop dot = w[0] * x[0] + w[1] * x[1] + w[2]
    dw = [x[0] * ddot, x[1] * ddot, ddot]  # (1)
    dx = [w[0] * ddot, w[1] * ddot]  # (1)
    return f, (dw, dx)

# output split
import math


def neuron_forward(w, x):
    """neuron(w, x) and the cache that neuron_backward needs, for real numbers; w holds
    3 numbers, x holds 2 numbers.

    UNCHECKED (not asked for).
    """
    dot = w[0] * x[0] + w[1] * x[1] + w[2]  # (1)
    f = 1.0 / (1 + math.exp(-dot))  # (2)
    return f, (w, x, f)


def neuron_backward(dout, cache):
    """The gradient (dw, dx) of neuron, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    w, x, f = cache
    # backprop f = 1.0 / (1 + math.exp(-dot))
    ddot = ((1 - f) * f) * dout  # (2)
    # backprop dot = w[0] * x[0] + w[1] * x[1] + w[2]
    dw = [x[0] * ddot, x[1] * ddot, ddot]  # (1)
    dx = [w[0] * ddot, w[1] * ddot]  # (1)
    return dw, dx

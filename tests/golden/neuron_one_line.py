# at: w=[2.0, -3.0, -3.0], x=[-1.0, -2.0]
import math


def neuron(w, x):
    return 1.0 / (1 + math.exp(-(w[0] * x[0] + w[1] * x[1] + w[2])))

# output
import math


def neuron_value_and_grad(w, x):
    """neuron(w, x) and its gradient (dw, dx), for real numbers; w holds 3 numbers, x
    holds 2 numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    total = w[0] * x[0] + w[1] * x[1] + w[2]  # (1)
    out = 1.0 / (1 + math.exp(-total))  # (2)

    # backprop out = 1.0 / (1 + math.exp(-total))
    dtotal = (1 - out) * out  # (2)
    # backprop total = w[0] * x[0] + w[1] * x[1] + w[2]
    dw = [x[0] * dtotal, x[1] * dtotal, dtotal]  # (1)
    dx = [w[0] * dtotal, w[1] * dtotal]  # (1)
    return out, (dw, dx)

# output split
import math


def neuron_forward(w, x):
    """neuron(w, x) and the cache that neuron_backward needs, for real numbers; w holds
    3 numbers, x holds 2 numbers.

    UNCHECKED (not asked for).
    """
    total = w[0] * x[0] + w[1] * x[1] + w[2]  # (1)
    out = 1.0 / (1 + math.exp(-total))  # (2)
    return out, (w, x, out)


def neuron_backward(dout, cache):
    """The gradient (dw, dx) of neuron, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    w, x, out = cache
    # backprop out = 1.0 / (1 + math.exp(-total))
    dtotal = ((1 - out) * out) * dout  # (2)
    # backprop total = w[0] * x[0] + w[1] * x[1] + w[2]
    dw = [x[0] * dtotal, x[1] * dtotal, dtotal]  # (1)
    dx = [w[0] * dtotal, w[1] * dtotal]  # (1)
    return dw, dx

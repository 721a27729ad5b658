# options: stages=all
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
    w0x0 = w[0] * x[0]  # (1)
    w1x1 = w[1] * x[1]  # (2)
    total = w0x0 + w1x1  # (3)
    totalpw2 = total + w[2]  # (4)
    neg = -totalpw2  # (5)
    expneg = math.exp(neg)  # (6)
    den = 1 + expneg  # (7)
    out = 1.0 / den  # (8)

    # backprop out = 1.0 / den
    dden = -1.0 / (den**2)  # (8)
    # backprop den = 1 + expneg
    dexpneg = dden  # (7)
    # backprop expneg = math.exp(neg)
    dneg = expneg * dexpneg  # (6)
    # backprop neg = -totalpw2
    dtotalpw2 = -dneg  # (5)
    # backprop totalpw2 = total + w[2]
    dtotal = dtotalpw2  # (4)
    dw2 = dtotalpw2  # (4)
    # backprop total = w0x0 + w1x1
    dw0x0 = dtotal  # (3)
    dw1x1 = dtotal  # (3)
    # backprop w1x1 = w[1] * x[1]
    dw1 = x[1] * dw1x1  # (2)
    dx1 = w[1] * dw1x1  # (2)
    # backprop w0x0 = w[0] * x[0]
    dw0 = x[0] * dw0x0  # (1)
    dx0 = w[0] * dw0x0  # (1)
    dw = [dw0, dw1, dw2]
    dx = [dx0, dx1]
    return out, (dw, dx)

# output split
import math


def neuron_forward(w, x):
    """neuron(w, x) and the cache that neuron_backward needs, for real numbers; w holds
    3 numbers, x holds 2 numbers.

    UNCHECKED (not asked for).
    """
    w0x0 = w[0] * x[0]  # (1)
    w1x1 = w[1] * x[1]  # (2)
    total = w0x0 + w1x1  # (3)
    totalpw2 = total + w[2]  # (4)
    neg = -totalpw2  # (5)
    expneg = math.exp(neg)  # (6)
    den = 1 + expneg  # (7)
    out = 1.0 / den  # (8)
    return out, (w, x, expneg, den)


def neuron_backward(dout, cache):
    """The gradient (dw, dx) of neuron, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    w, x, expneg, den = cache
    # backprop out = 1.0 / den
    dden = (-1.0 / (den**2)) * dout  # (8)
    # backprop den = 1 + expneg
    dexpneg = dden  # (7)
    # backprop expneg = math.exp(neg)
    dneg = expneg * dexpneg  # (6)
    # backprop neg = -totalpw2
    dtotalpw2 = -dneg  # (5)
    # backprop totalpw2 = total + w[2]
    dtotal = dtotalpw2  # (4)
    dw2 = dtotalpw2  # (4)
    # backprop total = w0x0 + w1x1
    dw0x0 = dtotal  # (3)
    dw1x1 = dtotal  # (3)
    # backprop w1x1 = w[1] * x[1]
    dw1 = x[1] * dw1x1  # (2)
    dx1 = w[1] * dw1x1  # (2)
    # backprop w0x0 = w[0] * x[0]
    dw0 = x[0] * dw0x0  # (1)
    dx0 = w[0] * dw0x0  # (1)
    dw = [dw0, dw1, dw2]
    dx = [dx0, dx1]
    return dw, dx

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
    w0x0pw1x1 = w0x0 + w1x1  # (3)
    total = w0x0pw1x1 + w[2]  # (4)
    negtotal = -total  # (5)
    exp = math.exp(negtotal)  # (6)
    den = 1 + exp  # (7)
    out = 1.0 / den  # (8)

    # backprop out = 1.0 / den
    dden = -1.0 / (den**2)  # (8)
    # backprop den = 1 + exp
    dexp = dden  # (7)
    # backprop exp = math.exp(negtotal)
    dnegtotal = exp * dexp  # (6)
    # backprop negtotal = -total
    dtotal = -dnegtotal  # (5)
    # backprop total = w0x0pw1x1 + w[2]
    dw0x0pw1x1 = dtotal  # (4)
    dw2 = dtotal  # (4)
    # backprop w0x0pw1x1 = w0x0 + w1x1
    dw0x0 = dw0x0pw1x1  # (3)
    dw1x1 = dw0x0pw1x1  # (3)
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
    w0x0pw1x1 = w0x0 + w1x1  # (3)
    total = w0x0pw1x1 + w[2]  # (4)
    negtotal = -total  # (5)
    exp = math.exp(negtotal)  # (6)
    den = 1 + exp  # (7)
    out = 1.0 / den  # (8)
    return out, (w, x, exp, den)


def neuron_backward(dout, cache):
    """The gradient (dw, dx) of neuron, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    w, x, exp, den = cache
    # backprop out = 1.0 / den
    dden = (-1.0 / (den**2)) * dout  # (8)
    # backprop den = 1 + exp
    dexp = dden  # (7)
    # backprop exp = math.exp(negtotal)
    dnegtotal = exp * dexp  # (6)
    # backprop negtotal = -total
    dtotal = -dnegtotal  # (5)
    # backprop total = w0x0pw1x1 + w[2]
    dw0x0pw1x1 = dtotal  # (4)
    dw2 = dtotal  # (4)
    # backprop w0x0pw1x1 = w0x0 + w1x1
    dw0x0 = dw0x0pw1x1  # (3)
    dw1x1 = dw0x0pw1x1  # (3)
    # backprop w1x1 = w[1] * x[1]
    dw1 = x[1] * dw1x1  # (2)
    dx1 = w[1] * dw1x1  # (2)
    # backprop w0x0 = w[0] * x[0]
    dw0 = x[0] * dw0x0  # (1)
    dx0 = w[0] * dw0x0  # (1)
    dw = [dw0, dw1, dw2]
    dx = [dx0, dx1]
    return dw, dx

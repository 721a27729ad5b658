# at: x=0.5, h=0.2, c=-0.3, w=1.1, u=0.7
import math


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


def cell(x, h, c, w, u):
    z = w * x + u * h
    i = sigmoid(z)
    f = sigmoid(z + 1.0)
    g = math.tanh(z)
    c = f * c + i * g
    h = sigmoid(z) * math.tanh(c)
    return h

# output
import math


def cell_value_and_grad(x, h, c, w, u):
    """cell(x, h, c, w, u) and its gradient (dx, dh, dc, dw, du), for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    z = w * x + u * h  # (1)
    i = 1 / (1 + math.exp(-z))  # (2)
    total = z + 1.0  # (3)
    f = 1 / (1 + math.exp(-total))  # (4)
    g = math.tanh(z)  # (5)
    c2 = f * c + i * g  # (6)
    sigz = 1 / (1 + math.exp(-z))  # (7)
    tanhc = math.tanh(c2)  # (8)
    h2 = sigz * tanhc  # (9)

    # backprop h2 = sigz * tanhc
    dsigz = tanhc  # (9)
    dtanhc = sigz  # (9)
    # backprop tanhc = math.tanh(c2)
    dc2 = (1 - tanhc * tanhc) * dtanhc  # (8)
    # backprop sigz = 1 / (1 + math.exp(-z))
    dz = ((1 - sigz) * sigz) * dsigz  # (7)
    # backprop c2 = f * c + i * g
    df = c * dc2  # (6)
    di = g * dc2  # (6)
    dg = i * dc2  # (6)
    dc = f * dc2  # (6)
    # backprop g = math.tanh(z)
    dz += (1 - g * g) * dg  # (5)
    # backprop f = 1 / (1 + math.exp(-total))
    dtotal = ((1 - f) * f) * df  # (4)
    # backprop total = z + 1.0
    dz += dtotal  # (3)
    # backprop i = 1 / (1 + math.exp(-z))
    dz += ((1 - i) * i) * di  # (2)
    # backprop z = w * x + u * h
    dw = x * dz  # (1)
    dx = w * dz  # (1)
    du = h * dz  # (1)
    dh = u * dz  # (1)
    return h2, (dx, dh, dc, dw, du)

# output split
import math


def cell_forward(x, h, c, w, u):
    """cell(x, h, c, w, u) and the cache that cell_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    z = w * x + u * h  # (1)
    i = 1 / (1 + math.exp(-z))  # (2)
    total = z + 1.0  # (3)
    f = 1 / (1 + math.exp(-total))  # (4)
    g = math.tanh(z)  # (5)
    c2 = f * c + i * g  # (6)
    sigz = 1 / (1 + math.exp(-z))  # (7)
    tanhc = math.tanh(c2)  # (8)
    h2 = sigz * tanhc  # (9)
    cache = (x, h, c, w, u, i, f, g, sigz, tanhc)
    return h2, cache


def cell_backward(dout, cache):
    """The gradient (dx, dh, dc, dw, du) of cell, from the gradient on its result and
    the cache.

    UNCHECKED (not asked for).
    """
    x, h, c, w, u, i, f, g, sigz, tanhc = cache
    # backprop h2 = sigz * tanhc
    dsigz = tanhc * dout  # (9)
    dtanhc = sigz * dout  # (9)
    # backprop tanhc = math.tanh(c2)
    dc2 = (1 - tanhc * tanhc) * dtanhc  # (8)
    # backprop sigz = 1 / (1 + math.exp(-z))
    dz = ((1 - sigz) * sigz) * dsigz  # (7)
    # backprop c2 = f * c + i * g
    df = c * dc2  # (6)
    di = g * dc2  # (6)
    dg = i * dc2  # (6)
    dc = f * dc2  # (6)
    # backprop g = math.tanh(z)
    dz += (1 - g * g) * dg  # (5)
    # backprop f = 1 / (1 + math.exp(-total))
    dtotal = ((1 - f) * f) * df  # (4)
    # backprop total = z + 1.0
    dz += dtotal  # (3)
    # backprop i = 1 / (1 + math.exp(-z))
    dz += ((1 - i) * i) * di  # (2)
    # backprop z = w * x + u * h
    dw = x * dz  # (1)
    dx = w * dz  # (1)
    du = h * dz  # (1)
    dh = u * dz  # (1)
    return dx, dh, dc, dw, du

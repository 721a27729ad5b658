# at: t=25.0
import math

KELVIN = 273.15
R = 8.314
UNUSED = 1.0
E_A = 5.0 * 1000


def arrhenius(t):
    scale = 2 * math.pi
    return scale * math.exp(-E_A / (R * (t + KELVIN)))

# output
import math

KELVIN = 273.15
R = 8.314
E_A = 5.0 * 1000


def arrhenius_value_and_grad(t):
    """arrhenius(t) and its gradient dt, for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    scale = 2 * math.pi
    tpKELVIN = t + KELVIN  # (1)
    den = R * tpKELVIN  # (2)
    ratio = -E_A / den  # (3)
    expratio = math.exp(ratio)  # (4)
    out = scale * expratio  # (5)

    # backprop out = scale * expratio
    dexpratio = scale  # (5)
    # backprop expratio = math.exp(ratio)
    dratio = expratio * dexpratio  # (4)
    # backprop ratio = -E_A / den
    dden = (-ratio / den) * dratio  # (3)
    # backprop den = R * tpKELVIN
    dtpKELVIN = R * dden  # (2)
    # backprop tpKELVIN = t + KELVIN
    dt = dtpKELVIN  # (1)
    return out, dt

# output split
import math

KELVIN = 273.15
R = 8.314
E_A = 5.0 * 1000


def arrhenius_forward(t):
    """arrhenius(t) and the cache that arrhenius_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    scale = 2 * math.pi
    tpKELVIN = t + KELVIN  # (1)
    den = R * tpKELVIN  # (2)
    ratio = -E_A / den  # (3)
    expratio = math.exp(ratio)  # (4)
    out = scale * expratio  # (5)
    return out, (scale, den, ratio, expratio)


def arrhenius_backward(dout, cache):
    """The gradient dt of arrhenius, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    scale, den, ratio, expratio = cache
    # backprop out = scale * expratio
    dexpratio = scale * dout  # (5)
    # backprop expratio = math.exp(ratio)
    dratio = expratio * dexpratio  # (4)
    # backprop ratio = -E_A / den
    dden = (-ratio / den) * dratio  # (3)
    # backprop den = R * tpKELVIN
    dtpKELVIN = R * dden  # (2)
    # backprop tpKELVIN = t + KELVIN
    dt = dtpKELVIN  # (1)
    return dt

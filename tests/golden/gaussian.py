# at: x=1.5, mu=0.5, sigma=2.0
import math


def gaussian(x, mu, sigma):
    """The normal density."""
    z = (x - mu) / sigma
    return math.exp(-0.5 * z * z) / (sigma * math.sqrt(2 * math.pi))

# output
import math


def gaussian_value_and_grad(x, mu, sigma):
    """gaussian(x, mu, sigma) and its gradient (dx, dmu, dsigma), for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    num = x - mu  # (1)
    z = num / sigma  # (2)
    prod = -0.5 * z * z  # (3)
    expprod = math.exp(prod)  # (4)
    den = sigma * math.sqrt(2 * math.pi)  # (5)
    out = expprod / den  # (6)

    # backprop out = expprod / den
    dexpprod = 1.0 / den  # (6)
    dden = -out / den  # (6)
    # backprop den = sigma * math.sqrt(2 * math.pi)
    dsigma = math.sqrt(2 * math.pi) * dden  # (5)
    # backprop expprod = math.exp(prod)
    dprod = expprod * dexpprod  # (4)
    # backprop prod = -0.5 * z * z
    dz = -z * dprod  # (3)
    # backprop z = num / sigma
    dnum = dz / sigma  # (2)
    dsigma -= (z / sigma) * dz  # (2)
    # backprop num = x - mu
    dx = dnum  # (1)
    dmu = -dnum  # (1)
    return out, (dx, dmu, dsigma)

# output split
import math


def gaussian_forward(x, mu, sigma):
    """gaussian(x, mu, sigma) and the cache that gaussian_backward needs, for real
    numbers.

    UNCHECKED (not asked for).
    """
    num = x - mu  # (1)
    z = num / sigma  # (2)
    prod = -0.5 * z * z  # (3)
    expprod = math.exp(prod)  # (4)
    den = sigma * math.sqrt(2 * math.pi)  # (5)
    out = expprod / den  # (6)
    cache = (sigma, z, expprod, den, out)
    return out, cache


def gaussian_backward(dout, cache):
    """The gradient (dx, dmu, dsigma) of gaussian, from the gradient on its result and
    the cache.

    UNCHECKED (not asked for).
    """
    sigma, z, expprod, den, out = cache
    # backprop out = expprod / den
    dexpprod = dout / den  # (6)
    dden = (-out / den) * dout  # (6)
    # backprop den = sigma * math.sqrt(2 * math.pi)
    dsigma = math.sqrt(2 * math.pi) * dden  # (5)
    # backprop expprod = math.exp(prod)
    dprod = expprod * dexpprod  # (4)
    # backprop prod = -0.5 * z * z
    dz = -z * dprod  # (3)
    # backprop z = num / sigma
    dnum = dz / sigma  # (2)
    dsigma -= (z / sigma) * dz  # (2)
    # backprop num = x - mu
    dx = dnum  # (1)
    dmu = -dnum  # (1)
    return dx, dmu, dsigma

"""Right backward passes of functions of numbers, by hand."""

import math


def circuit_forward(x, y, z):
    q = x + y
    f = q * z
    return f, (q, z)


def circuit_backward(df, cache):
    q, z = cache
    dq = z * df
    dz = q * df
    dx = 1.0 * dq
    dy = 1.0 * dq
    return dx, dy, dz


def staged_forward(x, y):
    sigy = 1.0 / (1 + math.exp(-y))
    num = x + sigy
    sigx = 1.0 / (1 + math.exp(-x))
    xpy = x + y
    xpysqr = xpy**2
    den = sigx + xpysqr
    invden = 1.0 / den
    f = num * invden
    return f, (sigy, num, sigx, xpy, den, invden)


def staged_backward(dout, cache):
    sigy, num, sigx, xpy, den, invden = cache
    dnum = invden * dout
    dinvden = num * dout
    dden = (-1.0 / (den**2)) * dinvden
    dsigx = dden
    dxpysqr = dden
    dxpy = (2 * xpy) * dxpysqr
    dx = dxpy
    dy = dxpy
    dx += ((1 - sigx) * sigx) * dsigx
    dx += dnum
    dsigy = dnum
    dy += ((1 - sigy) * sigy) * dsigy
    return dx, dy


def ratio_forward(a, b):
    top = a * b + 1.0
    bottom = a * a + b * b
    r = top / bottom
    return r, (a, b, top, bottom)


def ratio_backward(upstream, cache):
    a, b, top, bottom = cache
    g_top = upstream / bottom
    g_bottom = -upstream * top / bottom**2
    g_a = g_top * b + g_bottom * 2 * a
    g_b = g_top * a + g_bottom * 2 * b
    return g_a, g_b


def gauss_forward(x, mu, s):
    z = (x - mu) / s
    p = math.exp(-0.5 * z * z) / s
    return p, (z, s, p)


def gauss_backward(dp, cache):
    z, s, p = cache
    dz = -dp * p * z
    dx = dz / s
    dmu = -dx
    ds = -dz * z / s - dp * p / s
    return dx, dmu, ds


def pendulum_forward(theta, omega):
    energy = 0.5 * omega**2 - math.cos(theta)
    return energy, (theta, omega)


def pendulum_backward(dE, cache):
    theta, omega = cache
    return dE * math.sin(theta), dE * omega


def neuron_forward(w0, x0, w1, x1, b):
    dot = w0 * x0 + w1 * x1 + b
    out = 1.0 / (1.0 + math.exp(-dot))
    return out, (w0, x0, w1, x1, out)


def neuron_backward(dout, cache):
    w0, x0, w1, x1, out = cache
    ddot = dout * out * (1 - out)
    dw0 = x0 * ddot
    dx0 = w0 * ddot
    dw1 = x1 * ddot
    dx1 = w1 * ddot
    db = ddot
    return dw0, dx0, dw1, dx1, db


def horner_forward(x, c0, c1, c2):
    h1 = c2 * x + c1
    h0 = h1 * x + c0
    return h0, (x, c2, h1)


def horner_backward(dh0, cache):
    x, c2, h1 = cache
    dc0 = dh0
    dh1 = dh0 * x
    dx = dh0 * h1
    dc1 = dh1
    dc2 = dh1 * x
    dx += dh1 * c2
    return dx, dc0, dc1, dc2


def distance_forward(x, y):
    sq = x * x + y * y
    r = math.sqrt(sq)
    return r, (x, y, r)


def distance_backward(dr, cache):
    x, y, r = cache
    return dr * x / r, dr * y / r


def branch_forward(x, y):
    if x > y:
        out = x * y
    else:
        out = x - y**2
    return out, (x, y)


def branch_backward(dout, cache):
    x, y = cache
    if x > y:
        dx = dout * y
        dy = dout * x
    else:
        dx = dout
        dy = -2 * y * dout
    return dx, dy


def newton_forward(a, x):
    """Three steps towards the square root."""
    xs = []
    for _ in range(3):
        xs.append(x)
        x = 0.5 * (x + a / x)
    return x, (a, xs)


def newton_backward(dx, cache):
    a, xs = cache
    da = 0.0
    for x in reversed(xs):
        da += dx * 0.5 / x
        dx = dx * 0.5 * (1 - a / x**2)
    return da, dx


def logistic_step(x, r):
    return r * x * (1 - x)


def orbit_forward(x, r):
    first = logistic_step(x, r)
    second = logistic_step(first, r)
    return second, (x, r, first)


def orbit_backward(dsecond, cache):
    x, r, first = cache
    dfirst = dsecond * r * (1 - 2 * first)
    dr = dsecond * first * (1 - first)
    dr += dfirst * x * (1 - x)
    dx = dfirst * r * (1 - 2 * x)
    return dx, dr

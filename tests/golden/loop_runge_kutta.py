# at: y=1.0, k=0.3, h=0.1, n=3
def rk4(y, k, h, n):
    for i in range(n):
        k1 = -k * y * y
        k2 = -k * (y + 0.5 * h * k1) ** 2
        k3 = -k * (y + 0.5 * h * k2) ** 2
        k4 = -k * (y + h * k3) ** 2
        y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    return y

# output
def rk4_value_and_grad(y, k, h, n):
    """rk4(y, k, h, n) and its gradient (dy, dk, dh), for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    y_hist = []
    for i in range(n):
        y_hist.append(y)
        k1 = -k * y * y  # (1)
        total = y + 0.5 * h * k1  # (2)
        totalsqr = total**2  # (3)
        k2 = -k * totalsqr  # (4)
        total2 = y + 0.5 * h * k2  # (5)
        total2sqr = total2**2  # (6)
        k3 = -k * total2sqr  # (7)
        yphk3 = y + h * k3  # (8)
        yphk3sqr = yphk3**2  # (9)
        k4 = -k * yphk3sqr  # (10)
        total3 = k1 + 2 * k2 + 2 * k3 + k4  # (11)
        y = y + h / 6 * total3  # (12)

    dy = 1.0
    dh = 0.0
    dk = 0.0
    # backprop the loop over i
    for i in reversed(range(n)):
        k1 = (-k * y_hist[i]) * y_hist[i]
        total = y_hist[i] + 0.5 * h * k1
        totalsqr = total**2
        k2 = -k * totalsqr
        total2 = y_hist[i] + 0.5 * h * k2
        total2sqr = total2**2
        k3 = -k * total2sqr
        yphk3 = y_hist[i] + h * k3
        yphk3sqr = yphk3**2
        k4 = -k * yphk3sqr
        total3 = k1 + 2 * k2 + 2 * k3 + k4
        # backprop y = y + h / 6 * total3
        dh += total3 * dy / 6  # (12)
        dtotal3 = (h / 6) * dy  # (12)
        # backprop total3 = k1 + 2 * k2 + 2 * k3 + k4
        dk1 = dtotal3  # (11)
        dk2 = 2 * dtotal3  # (11)
        dk3 = 2 * dtotal3  # (11)
        dk4 = dtotal3  # (11)
        # backprop k4 = -k * yphk3sqr
        dk -= yphk3sqr * dk4  # (10)
        dyphk3sqr = -k * dk4  # (10)
        # backprop yphk3sqr = yphk3**2
        dyphk3 = (2 * yphk3) * dyphk3sqr  # (9)
        # backprop yphk3 = y + h * k3
        dy += dyphk3  # (8)
        dh += k3 * dyphk3  # (8)
        dk3 += h * dyphk3  # (8)
        # backprop k3 = -k * total2sqr
        dk -= total2sqr * dk3  # (7)
        dtotal2sqr = -k * dk3  # (7)
        # backprop total2sqr = total2**2
        dtotal2 = (2 * total2) * dtotal2sqr  # (6)
        # backprop total2 = y + 0.5 * h * k2
        dy += dtotal2  # (5)
        dh += (0.5 * k2) * dtotal2  # (5)
        dk2 += (0.5 * h) * dtotal2  # (5)
        # backprop k2 = -k * totalsqr
        dk -= totalsqr * dk2  # (4)
        dtotalsqr = -k * dk2  # (4)
        # backprop totalsqr = total**2
        dtotal = (2 * total) * dtotalsqr  # (3)
        # backprop total = y + 0.5 * h * k1
        dy += dtotal  # (2)
        dh += (0.5 * k1) * dtotal  # (2)
        dk1 += (0.5 * h) * dtotal  # (2)
        # backprop k1 = -k * y * y
        dk -= (y_hist[i] * y_hist[i]) * dk1  # (1)
        dy -= (2 * k * y_hist[i]) * dk1  # (1)
    return y, (dy, dk, dh)

# output split
def rk4_forward(y, k, h, n):
    """rk4(y, k, h, n) and the cache that rk4_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    y_hist = []
    for i in range(n):
        y_hist.append(y)
        k1 = -k * y * y  # (1)
        total = y + 0.5 * h * k1  # (2)
        totalsqr = total**2  # (3)
        k2 = -k * totalsqr  # (4)
        total2 = y + 0.5 * h * k2  # (5)
        total2sqr = total2**2  # (6)
        k3 = -k * total2sqr  # (7)
        yphk3 = y + h * k3  # (8)
        yphk3sqr = yphk3**2  # (9)
        k4 = -k * yphk3sqr  # (10)
        total3 = k1 + 2 * k2 + 2 * k3 + k4  # (11)
        y = y + h / 6 * total3  # (12)
    return y, (k, h, n, y_hist)


def rk4_backward(dout, cache):
    """The gradient (dy, dk, dh) of rk4, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    k, h, n, y_hist = cache
    dy = dout
    dh = 0.0
    dk = 0.0
    # backprop the loop over i
    for i in reversed(range(n)):
        k1 = (-k * y_hist[i]) * y_hist[i]
        total = y_hist[i] + 0.5 * h * k1
        totalsqr = total**2
        k2 = -k * totalsqr
        total2 = y_hist[i] + 0.5 * h * k2
        total2sqr = total2**2
        k3 = -k * total2sqr
        yphk3 = y_hist[i] + h * k3
        yphk3sqr = yphk3**2
        k4 = -k * yphk3sqr
        total3 = k1 + 2 * k2 + 2 * k3 + k4
        # backprop y = y + h / 6 * total3
        dh += total3 * dy / 6  # (12)
        dtotal3 = (h / 6) * dy  # (12)
        # backprop total3 = k1 + 2 * k2 + 2 * k3 + k4
        dk1 = dtotal3  # (11)
        dk2 = 2 * dtotal3  # (11)
        dk3 = 2 * dtotal3  # (11)
        dk4 = dtotal3  # (11)
        # backprop k4 = -k * yphk3sqr
        dk -= yphk3sqr * dk4  # (10)
        dyphk3sqr = -k * dk4  # (10)
        # backprop yphk3sqr = yphk3**2
        dyphk3 = (2 * yphk3) * dyphk3sqr  # (9)
        # backprop yphk3 = y + h * k3
        dy += dyphk3  # (8)
        dh += k3 * dyphk3  # (8)
        dk3 += h * dyphk3  # (8)
        # backprop k3 = -k * total2sqr
        dk -= total2sqr * dk3  # (7)
        dtotal2sqr = -k * dk3  # (7)
        # backprop total2sqr = total2**2
        dtotal2 = (2 * total2) * dtotal2sqr  # (6)
        # backprop total2 = y + 0.5 * h * k2
        dy += dtotal2  # (5)
        dh += (0.5 * k2) * dtotal2  # (5)
        dk2 += (0.5 * h) * dtotal2  # (5)
        # backprop k2 = -k * totalsqr
        dk -= totalsqr * dk2  # (4)
        dtotalsqr = -k * dk2  # (4)
        # backprop totalsqr = total**2
        dtotal = (2 * total) * dtotalsqr  # (3)
        # backprop total = y + 0.5 * h * k1
        dy += dtotal  # (2)
        dh += (0.5 * k1) * dtotal  # (2)
        dk1 += (0.5 * h) * dtotal  # (2)
        # backprop k1 = -k * y * y
        dk -= (y_hist[i] * y_hist[i]) * dk1  # (1)
        dy -= (2 * k * y_hist[i]) * dk1  # (1)
    return dy, dk, dh

# at: x=1.0, v=0.5, k=2.0, dt=0.1, steps=3
# at: x=1.0, v=0.5, k=2.0, dt=0.1, steps=1
def spring(x, v, k, dt, steps):
    # the semi-implicit method of Euler
    for i in range(steps):
        a = -k * x
        v = v + a * dt
        x = x + v * dt
    return x

# output
def spring_value_and_grad(x, v, k, dt, steps):
    """spring(x, v, k, dt, steps) and its gradient (dx, dv, dk, ddt), for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    x_hist = []
    v_hist = []
    # the semi-implicit method of Euler
    for i in range(steps):
        x_hist.append(x)
        a = -k * x  # (1)
        v = v + a * dt  # (2)
        v_hist.append(v)
        x = x + v * dt  # (3)

    dx = 1.0
    ddt = 0.0
    dk = 0.0
    dv = 0.0
    # backprop the loop over i
    for i in reversed(range(steps)):
        a = -k * x_hist[i]
        # backprop x = x + v * dt
        dv += dt * dx  # (3)
        ddt += v_hist[i] * dx  # (3)
        # backprop v = v + a * dt
        da = dt * dv  # (2)
        ddt += a * dv  # (2)
        # backprop a = -k * x
        dk -= x_hist[i] * da  # (1)
        dx -= k * da  # (1)
    return x, (dx, dv, dk, ddt)

# output split
def spring_forward(x, v, k, dt, steps):
    """spring(x, v, k, dt, steps) and the cache that spring_backward needs, for real
    numbers.

    UNCHECKED (not asked for).
    """
    x_hist = []
    v_hist = []
    # the semi-implicit method of Euler
    for i in range(steps):
        x_hist.append(x)
        a = -k * x  # (1)
        v = v + a * dt  # (2)
        v_hist.append(v)
        x = x + v * dt  # (3)
    cache = (k, dt, steps, x_hist, v_hist)
    return x, cache


def spring_backward(dout, cache):
    """The gradient (dx, dv, dk, ddt) of spring, from the gradient on its result and
    the cache.

    UNCHECKED (not asked for).
    """
    k, dt, steps, x_hist, v_hist = cache
    dx = dout
    ddt = 0.0
    dk = 0.0
    dv = 0.0
    # backprop the loop over i
    for i in reversed(range(steps)):
        a = -k * x_hist[i]
        # backprop x = x + v * dt
        dv += dt * dx  # (3)
        ddt += v_hist[i] * dx  # (3)
        # backprop v = v + a * dt
        da = dt * dv  # (2)
        ddt += a * dv  # (2)
        # backprop a = -k * x
        dk -= x_hist[i] * da  # (1)
        dx -= k * da  # (1)
    return dx, dv, dk, ddt

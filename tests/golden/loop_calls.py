# at: x=1.0, v=0.5, k=2.0, dt=0.1, n=3
def step(v, x, k, dt):
    a = -k * x
    v = v + a * dt
    return v, x + v * dt

def run(x, v, k, dt, n):
    for i in range(n):
        v, x = step(v, x, k, dt)
    return x

# output
def step_forward(v, x, k, dt):
    """step(v, x, k, dt) and the cache that step_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    a = -k * x  # (1)
    v = v + a * dt  # (2)
    xpvdt = x + v * dt  # (3)
    cache = (x, k, dt, a, v)
    return (v, xpvdt), cache


def step_backward(dout, cache):
    """The gradient (dv, dx, dk, ddt) of step, from the gradients on its results and
    the cache.

    UNCHECKED (not asked for).
    """
    x, k, dt, a, v = cache
    dout1, dout2 = dout
    dv = dout1
    # backprop xpvdt = x + v * dt
    dx = dout2  # (3)
    dv += dt * dout2  # (3)
    ddt = v * dout2  # (3)
    # backprop v = v + a * dt
    da = dt * dv  # (2)
    ddt += a * dv  # (2)
    # backprop a = -k * x
    dk = -x * da  # (1)
    dx -= k * da  # (1)
    return dv, dx, dk, ddt


def run_value_and_grad(x, v, k, dt, n):
    """run(x, v, k, dt, n) and its gradient (dx, dv, dk, ddt), for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    v_caches = []
    for i in range(n):
        (v, x), v_cache = step_forward(v, x, k, dt)  # (1)
        v_caches.append(v_cache)

    dx = 1.0
    dk = 0.0
    ddt = 0.0
    dv = 0.0
    # backprop the loop over i
    for i in reversed(range(n)):
        dv, dx, dk_i, ddt_i = step_backward((dv, dx), v_caches[i])  # (1)
        dk += dk_i  # (1)
        ddt += ddt_i  # (1)
    return x, (dx, dv, dk, ddt)

# output split
def step_forward(v, x, k, dt):
    """step(v, x, k, dt) and the cache that step_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    a = -k * x  # (1)
    v = v + a * dt  # (2)
    xpvdt = x + v * dt  # (3)
    cache = (x, k, dt, a, v)
    return (v, xpvdt), cache


def step_backward(dout, cache):
    """The gradient (dv, dx, dk, ddt) of step, from the gradients on its results and
    the cache.

    UNCHECKED (not asked for).
    """
    x, k, dt, a, v = cache
    dout1, dout2 = dout
    dv = dout1
    # backprop xpvdt = x + v * dt
    dx = dout2  # (3)
    dv += dt * dout2  # (3)
    ddt = v * dout2  # (3)
    # backprop v = v + a * dt
    da = dt * dv  # (2)
    ddt += a * dv  # (2)
    # backprop a = -k * x
    dk = -x * da  # (1)
    dx -= k * da  # (1)
    return dv, dx, dk, ddt


def run_forward(x, v, k, dt, n):
    """run(x, v, k, dt, n) and the cache that run_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    v_caches = []
    for i in range(n):
        (v, x), v_cache = step_forward(v, x, k, dt)  # (1)
        v_caches.append(v_cache)
    return x, (n, v_caches)


def run_backward(dout, cache):
    """The gradient (dx, dv, dk, ddt) of run, from the gradient on its result and the
    cache.

    UNCHECKED (not asked for).
    """
    n, v_caches = cache
    dx = dout
    dk = 0.0
    ddt = 0.0
    dv = 0.0
    # backprop the loop over i
    for i in reversed(range(n)):
        dv, dx, dk_i, ddt_i = step_backward((dv, dx), v_caches[i])  # (1)
        dk += dk_i  # (1)
        ddt += ddt_i  # (1)
    return dx, dv, dk, ddt

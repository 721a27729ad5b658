# at: x=0.7, theta=1.3
def midpoint(x, theta):
    h = 0.5
    logistic = lambda t: t * (1 - t)

    def rate(t, scale=2):
        return theta * logistic(t) * scale

    half = x + h * rate(x)
    return x + h * rate(half, scale=1)

# output
def logistic_forward(t):
    """logistic(t) and the cache that logistic_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    onemt = 1 - t  # (1)
    out = t * onemt  # (2)
    return out, (t, onemt)


def logistic_backward(dout, cache):
    """The gradient dt of logistic, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    t, onemt = cache
    # backprop out = t * onemt
    dt = onemt * dout  # (2)
    donemt = t * dout  # (2)
    # backprop onemt = 1 - t
    dt -= donemt  # (1)
    return dt


def rate_forward(t, scale=2, *, theta):
    """rate(t, scale, theta) and the cache that rate_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    logistic_out, logistic_out_cache = logistic_forward(t)  # (1)
    rate = theta * logistic_out * scale  # (2)
    return rate, (scale, theta, logistic_out, logistic_out_cache)


def rate_backward(dout, cache):
    """The gradient (dt, dtheta) of rate, from the gradient on its result and the
    cache.

    UNCHECKED (not asked for).
    """
    scale, theta, logistic_out, logistic_out_cache = cache
    # backprop rate = theta * logistic_out * scale
    dtheta = (logistic_out * scale) * dout  # (2)
    dlogistic_out = (theta * scale) * dout  # (2)
    dt = logistic_backward(dlogistic_out, logistic_out_cache)  # (1)
    return dt, dtheta


def midpoint_value_and_grad(x, theta):
    """midpoint(x, theta) and its gradient (dx, dtheta), for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    h = 0.5
    rate_out, rate_out_cache = rate_forward(x, 2, theta=theta)  # (1)
    half = x + h * rate_out  # (2)
    rate_out2, rate_out2_cache = rate_forward(half, 1, theta=theta)  # (3)
    out = x + h * rate_out2  # (4)

    # backprop out = x + h * rate_out2
    dx = 1.0  # (4)
    drate_out2 = h  # (4)
    dhalf, dtheta = rate_backward(drate_out2, rate_out2_cache)  # (3)
    # backprop half = x + h * rate_out
    dx += dhalf  # (2)
    drate_out = h * dhalf  # (2)
    dx_rate_out, dtheta_rate_out = rate_backward(drate_out, rate_out_cache)  # (1)
    dx += dx_rate_out  # (1)
    dtheta += dtheta_rate_out  # (1)
    return out, (dx, dtheta)

# output split
def logistic_forward(t):
    """logistic(t) and the cache that logistic_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    onemt = 1 - t  # (1)
    out = t * onemt  # (2)
    return out, (t, onemt)


def logistic_backward(dout, cache):
    """The gradient dt of logistic, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    t, onemt = cache
    # backprop out = t * onemt
    dt = onemt * dout  # (2)
    donemt = t * dout  # (2)
    # backprop onemt = 1 - t
    dt -= donemt  # (1)
    return dt


def rate_forward(t, scale=2, *, theta):
    """rate(t, scale, theta) and the cache that rate_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    logistic_out, logistic_out_cache = logistic_forward(t)  # (1)
    rate = theta * logistic_out * scale  # (2)
    return rate, (scale, theta, logistic_out, logistic_out_cache)


def rate_backward(dout, cache):
    """The gradient (dt, dtheta) of rate, from the gradient on its result and the
    cache.

    UNCHECKED (not asked for).
    """
    scale, theta, logistic_out, logistic_out_cache = cache
    # backprop rate = theta * logistic_out * scale
    dtheta = (logistic_out * scale) * dout  # (2)
    dlogistic_out = (theta * scale) * dout  # (2)
    dt = logistic_backward(dlogistic_out, logistic_out_cache)  # (1)
    return dt, dtheta


def midpoint_forward(x, theta):
    """midpoint(x, theta) and the cache that midpoint_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    h = 0.5
    rate_out, rate_out_cache = rate_forward(x, 2, theta=theta)  # (1)
    half = x + h * rate_out  # (2)
    rate_out2, rate_out2_cache = rate_forward(half, 1, theta=theta)  # (3)
    out = x + h * rate_out2  # (4)
    return out, (h, rate_out_cache, rate_out2_cache)


def midpoint_backward(dout, cache):
    """The gradient (dx, dtheta) of midpoint, from the gradient on its result and the
    cache.

    UNCHECKED (not asked for).
    """
    h, rate_out_cache, rate_out2_cache = cache
    # backprop out = x + h * rate_out2
    dx = dout  # (4)
    drate_out2 = h * dout  # (4)
    dhalf, dtheta = rate_backward(drate_out2, rate_out2_cache)  # (3)
    # backprop half = x + h * rate_out
    dx += dhalf  # (2)
    drate_out = h * dhalf  # (2)
    dx_rate_out, dtheta_rate_out = rate_backward(drate_out, rate_out_cache)  # (1)
    dx += dx_rate_out  # (1)
    dtheta += dtheta_rate_out  # (1)
    return dx, dtheta

# at: x=0.5, alpha=0.1
# at: x=-0.5, alpha=0.1
def leaky_relu(x, alpha=0.01):
    if x > 0:
        return x
    return alpha * x

# output
def leaky_relu_value_and_grad(x, alpha=0.01):
    """leaky_relu(x, alpha) and its gradient (dx, dalpha), for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    if x > 0:
        out = x  # (1)
    else:
        out = alpha * x  # (2)

    dalpha = 0.0
    if x > 0:
        # backprop out = x
        dx = 1.0  # (1)
    else:
        # backprop out = alpha * x
        dalpha = x  # (2)
        dx = alpha  # (2)
    return out, (dx, dalpha)

# output split
def leaky_relu_forward(x, alpha=0.01):
    """leaky_relu(x, alpha) and the cache that leaky_relu_backward needs, for real
    numbers.

    UNCHECKED (not asked for).
    """
    if x > 0:
        out = x  # (1)
    else:
        out = alpha * x  # (2)
    return out, (x, alpha)


def leaky_relu_backward(dout, cache):
    """The gradient (dx, dalpha) of leaky_relu, from the gradient on its result and the
    cache.

    UNCHECKED (not asked for).
    """
    x, alpha = cache
    dalpha = 0.0
    if x > 0:
        # backprop out = x
        dx = dout  # (1)
    else:
        # backprop out = alpha * x
        dalpha = x * dout  # (2)
        dx = alpha * dout  # (2)
    return dx, dalpha

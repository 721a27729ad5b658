# at: x=1.0, y=2.0, w=0.5
def loss(x, y, w):
    """Squared error of a linear model."""
    y_hat = x * w
    return (y_hat - y) ** 2

# output
def loss_value_and_grad(x, y, w):
    """loss(x, y, w) and its gradient (dx, dy, dw), for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    y_hat = x * w  # (1)
    diff = y_hat - y  # (2)
    loss = diff**2  # (3)

    # backprop loss = diff**2
    ddiff = 2 * diff  # (3)
    # backprop diff = y_hat - y
    dy_hat = ddiff  # (2)
    dy = -ddiff  # (2)
    # backprop y_hat = x * w
    dx = w * dy_hat  # (1)
    dw = x * dy_hat  # (1)
    return loss, (dx, dy, dw)

# output split
def loss_forward(x, y, w):
    """loss(x, y, w) and the cache that loss_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    y_hat = x * w  # (1)
    diff = y_hat - y  # (2)
    loss = diff**2  # (3)
    return loss, (x, w, diff)


def loss_backward(dout, cache):
    """The gradient (dx, dy, dw) of loss, from the gradient on its result and the
    cache.

    UNCHECKED (not asked for).
    """
    x, w, diff = cache
    # backprop loss = diff**2
    ddiff = (2 * diff) * dout  # (3)
    # backprop diff = y_hat - y
    dy_hat = ddiff  # (2)
    dy = -ddiff  # (2)
    # backprop y_hat = x * w
    dx = w * dy_hat  # (1)
    dw = x * dy_hat  # (1)
    return dx, dy, dw

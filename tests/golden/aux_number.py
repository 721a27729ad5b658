# at: x=0.5, y=2.0
def loss(x, y):
    pred = x * y
    err = (pred - 1) ** 2
    return err, pred

# output
def loss_value_and_grad(x, y):
    """loss(x, y) and its gradient (dx, dy), for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    pred = x * y  # (1)
    predm1 = pred - 1  # (2)
    err = predm1**2  # (3)

    # backprop err = predm1**2
    dpredm1 = 2 * predm1  # (3)
    # backprop predm1 = pred - 1
    dpred = dpredm1  # (2)
    # backprop pred = x * y
    dx = y * dpred  # (1)
    dy = x * dpred  # (1)
    return (err, pred), (dx, dy)

# output split
def loss_forward(x, y):
    """loss(x, y) and the cache that loss_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    pred = x * y  # (1)
    predm1 = pred - 1  # (2)
    err = predm1**2  # (3)
    return (err, pred), (x, y, predm1)


def loss_backward(dout, cache):
    """The gradient (dx, dy) of loss, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    x, y, predm1 = cache
    # backprop err = predm1**2
    dpredm1 = (2 * predm1) * dout  # (3)
    # backprop predm1 = pred - 1
    dpred = dpredm1  # (2)
    # backprop pred = x * y
    dx = y * dpred  # (1)
    dy = x * dpred  # (1)
    return dx, dy

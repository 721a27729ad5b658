# options: wrt=w,b
# at: x=0.5, y=2.0, w=3.0, b=0.25
def loss(x, y, w, b):
    pred = w * x + b
    err = pred - y
    return err * err

# output
def loss_value_and_grad(x, y, w, b):
    """loss(x, y, w, b) and its gradient (dw, db), for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    pred = w * x + b  # (1)
    err = pred - y  # (2)
    loss = err * err  # (3)

    # backprop loss = err * err
    derr = 2 * err  # (3)
    # backprop err = pred - y
    dpred = derr  # (2)
    # backprop pred = w * x + b
    dw = x * dpred  # (1)
    db = dpred  # (1)
    return loss, (dw, db)

# output split
def loss_forward(x, y, w, b):
    """loss(x, y, w, b) and the cache that loss_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    pred = w * x + b  # (1)
    err = pred - y  # (2)
    loss = err * err  # (3)
    return loss, (x, err)


def loss_backward(dout, cache):
    """The gradient (dw, db) of loss, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    x, err = cache
    # backprop loss = err * err
    derr = (2 * err) * dout  # (3)
    # backprop err = pred - y
    dpred = derr  # (2)
    # backprop pred = w * x + b
    dw = x * dpred  # (1)
    db = dpred  # (1)
    return dw, db

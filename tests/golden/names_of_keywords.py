# at: lambda_=0.5, x1=2.0
def f(lambda_, x1):
    x2 = x1 * x1
    x1 = x2 * lambda_
    x1 = x1 * x1
    return x1 + x2

# output
def f_value_and_grad(lambda_, x1):
    """f(lambda_, x1) and its gradient (dlambda_, dx1), for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    x2 = x1 * x1  # (1)
    x1_2 = x2 * lambda_  # (2)
    x1_3 = x1_2 * x1_2  # (3)
    f = x1_3 + x2  # (4)

    # backprop f = x1_3 + x2
    dx1_3 = 1.0  # (4)
    dx2 = 1.0  # (4)
    # backprop x1_3 = x1_2 * x1_2
    dx1_2 = (2 * x1_2) * dx1_3  # (3)
    # backprop x1_2 = x2 * lambda_
    dx2 += lambda_ * dx1_2  # (2)
    dlambda_ = x2 * dx1_2  # (2)
    # backprop x2 = x1 * x1
    dx1 = (2 * x1) * dx2  # (1)
    return f, (dlambda_, dx1)

# output split
def f_forward(lambda_, x1):
    """f(lambda_, x1) and the cache that f_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    x2 = x1 * x1  # (1)
    x1_2 = x2 * lambda_  # (2)
    x1_3 = x1_2 * x1_2  # (3)
    f = x1_3 + x2  # (4)
    return f, (lambda_, x1, x2, x1_2)


def f_backward(dout, cache):
    """The gradient (dlambda_, dx1) of f, from the gradient on its result and the
    cache.

    UNCHECKED (not asked for).
    """
    lambda_, x1, x2, x1_2 = cache
    # backprop f = x1_3 + x2
    dx1_3 = dout  # (4)
    dx2 = dout  # (4)
    # backprop x1_3 = x1_2 * x1_2
    dx1_2 = (2 * x1_2) * dx1_3  # (3)
    # backprop x1_2 = x2 * lambda_
    dx2 += lambda_ * dx1_2  # (2)
    dlambda_ = x2 * dx1_2  # (2)
    # backprop x2 = x1 * x1
    dx1 = (2 * x1) * dx2  # (1)
    return dlambda_, dx1

# at: x=0.5, y=2.0
def f(x, y):
    total = x
    total += y
    total *= x
    total -= 3 * y
    total /= y
    total **= 2
    return total

# output
def f_value_and_grad(x, y):
    """f(x, y) and its gradient (dx, dy), for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    total = x  # (1)
    total += y  # (2)
    total2 = total * x  # (3)
    total2 -= 3 * y  # (4)
    total2 /= y  # (5)
    total3 = total2**2  # (6)

    # backprop total3 = total2**2
    dtotal2 = 2 * total2  # (6)
    # backprop total2 /= y
    dy = (-total2 / y) * dtotal2  # (5)
    dtotal2 = dtotal2 / y  # (5)
    # backprop total2 -= 3 * y
    dy -= 3 * dtotal2  # (4)
    # backprop total2 = total * x
    dx = total * dtotal2  # (3)
    dtotal = x * dtotal2  # (3)
    # backprop total += y
    dy += dtotal  # (2)
    # backprop total = x
    dx += dtotal  # (1)
    return total3, (dx, dy)

# output split
def f_forward(x, y):
    """f(x, y) and the cache that f_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    total = x  # (1)
    total += y  # (2)
    total2 = total * x  # (3)
    total2 -= 3 * y  # (4)
    total2 /= y  # (5)
    total3 = total2**2  # (6)
    return total3, (x, y, total, total2)


def f_backward(dout, cache):
    """The gradient (dx, dy) of f, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    x, y, total, total2 = cache
    # backprop total3 = total2**2
    dtotal2 = (2 * total2) * dout  # (6)
    # backprop total2 /= y
    dy = (-total2 / y) * dtotal2  # (5)
    dtotal2 = dtotal2 / y  # (5)
    # backprop total2 -= 3 * y
    dy -= 3 * dtotal2  # (4)
    # backprop total2 = total * x
    dx = total * dtotal2  # (3)
    dtotal = x * dtotal2  # (3)
    # backprop total += y
    dy += dtotal  # (2)
    # backprop total = x
    dx += dtotal  # (1)
    return dx, dy

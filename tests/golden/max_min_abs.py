# at: x=0.5, y=2.0, z=-1.0
# at: x=-0.5, y=-2.0, z=3.0
# at: x=4.5, y=-2.0, z=3.0
def f(x, y, z):
    return max(x, y, z) * min(x, 1) + abs(z) + max(0, x * y)

# output
def f_value_and_grad(x, y, z):
    """f(x, y, z) and its gradient (dx, dy, dz), for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    maxxy = max(x, y)  # (1)
    maxmaxxyz = max(maxxy, z)  # (2)
    minx = min(x, 1)  # (3)
    absz = abs(z)  # (4)
    xy = x * y  # (5)
    maxxy2 = max(0, xy)  # (6)
    f = maxmaxxyz * minx + absz + maxxy2  # (7)

    # backprop f = maxmaxxyz * minx + absz + maxxy2
    dmaxmaxxyz = minx  # (7)
    dminx = maxmaxxyz  # (7)
    dabsz = 1.0  # (7)
    dmaxxy2 = 1.0  # (7)
    # backprop maxxy2 = max(0, xy)
    dxy = dmaxxy2 if xy > 0 else 0.0  # (6)
    # backprop xy = x * y
    dx = y * dxy  # (5)
    dy = x * dxy  # (5)
    # backprop absz = abs(z)
    dz = dabsz if z > 0 else -dabsz if z < 0 else 0.0  # (4)
    # backprop minx = min(x, 1)
    dx += dminx if x < 1 else 0.0  # (3)
    # backprop maxmaxxyz = max(maxxy, z)
    dmaxxy = dmaxmaxxyz if maxxy >= z else 0.0  # (2)
    dz += 0.0 if maxxy >= z else dmaxmaxxyz  # (2)
    # backprop maxxy = max(x, y)
    dx += dmaxxy if x >= y else 0.0  # (1)
    dy += 0.0 if x >= y else dmaxxy  # (1)
    return f, (dx, dy, dz)

# output split
def f_forward(x, y, z):
    """f(x, y, z) and the cache that f_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    maxxy = max(x, y)  # (1)
    maxmaxxyz = max(maxxy, z)  # (2)
    minx = min(x, 1)  # (3)
    absz = abs(z)  # (4)
    xy = x * y  # (5)
    maxxy2 = max(0, xy)  # (6)
    f = maxmaxxyz * minx + absz + maxxy2  # (7)
    cache = (x, y, z, maxxy, maxmaxxyz, minx, xy)
    return f, cache


def f_backward(dout, cache):
    """The gradient (dx, dy, dz) of f, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    x, y, z, maxxy, maxmaxxyz, minx, xy = cache
    # backprop f = maxmaxxyz * minx + absz + maxxy2
    dmaxmaxxyz = minx * dout  # (7)
    dminx = maxmaxxyz * dout  # (7)
    dabsz = dout  # (7)
    dmaxxy2 = dout  # (7)
    # backprop maxxy2 = max(0, xy)
    dxy = dmaxxy2 if xy > 0 else 0.0  # (6)
    # backprop xy = x * y
    dx = y * dxy  # (5)
    dy = x * dxy  # (5)
    # backprop absz = abs(z)
    dz = dabsz if z > 0 else -dabsz if z < 0 else 0.0  # (4)
    # backprop minx = min(x, 1)
    dx += dminx if x < 1 else 0.0  # (3)
    # backprop maxmaxxyz = max(maxxy, z)
    dmaxxy = dmaxmaxxyz if maxxy >= z else 0.0  # (2)
    dz += 0.0 if maxxy >= z else dmaxmaxxyz  # (2)
    # backprop maxxy = max(x, y)
    dx += dmaxxy if x >= y else 0.0  # (1)
    dy += 0.0 if x >= y else dmaxxy  # (1)
    return dx, dy, dz

# at: x=3.0, y=-4.0, z=2.0, w=-1.0
# at: x=3.0, y=-4.0, z=2.0, w=5.0
def circuit(x, y, z, w):
    return 2 * (x * y + max(z, w))

# output
def circuit_value_and_grad(x, y, z, w):
    """circuit(x, y, z, w) and its gradient (dx, dy, dz, dw), for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    maxzw = max(z, w)  # (1)
    xypmaxzw = x * y + maxzw  # (2)
    out = 2 * xypmaxzw  # (3)

    # backprop out = 2 * xypmaxzw
    dxypmaxzw = 2.0  # (3)
    # backprop xypmaxzw = x * y + maxzw
    dx = y * dxypmaxzw  # (2)
    dy = x * dxypmaxzw  # (2)
    dmaxzw = dxypmaxzw  # (2)
    # backprop maxzw = max(z, w)
    dz = dmaxzw if z >= w else 0.0  # (1)
    dw = 0.0 if z >= w else dmaxzw  # (1)
    return out, (dx, dy, dz, dw)

# output split
def circuit_forward(x, y, z, w):
    """circuit(x, y, z, w) and the cache that circuit_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    maxzw = max(z, w)  # (1)
    xypmaxzw = x * y + maxzw  # (2)
    out = 2 * xypmaxzw  # (3)
    return out, (x, y, z, w)


def circuit_backward(dout, cache):
    """The gradient (dx, dy, dz, dw) of circuit, from the gradient on its result and
    the cache.

    UNCHECKED (not asked for).
    """
    x, y, z, w = cache
    # backprop out = 2 * xypmaxzw
    dxypmaxzw = 2 * dout  # (3)
    # backprop xypmaxzw = x * y + maxzw
    dx = y * dxypmaxzw  # (2)
    dy = x * dxypmaxzw  # (2)
    dmaxzw = dxypmaxzw  # (2)
    # backprop maxzw = max(z, w)
    dz = dmaxzw if z >= w else 0.0  # (1)
    dw = 0.0 if z >= w else dmaxzw  # (1)
    return dx, dy, dz, dw

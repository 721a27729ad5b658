# options: style=layer
# at: h=0.5, c=2.0
import math


def cell_forward(h, c):
    self = math.tanh(h * c)
    return self, self * c

# output
import math


def cell_forward_value_and_grad(h, c):
    """cell_forward(h, c) and its gradient (dh, dc), for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    hc = h * c  # (1)
    self = math.tanh(hc)  # (2)
    selfc = self * c  # (3)

    # backprop self = math.tanh(hc)
    dhc = 1 - self * self  # (2)
    # backprop hc = h * c
    dh = c * dhc  # (1)
    dc = h * dhc  # (1)
    return (self, selfc), (dh, dc)

# output split
import math


def cell_forward(h, c):
    """cell_forward(h, c) and the cache that cell_backward needs, for real numbers.

    UNCHECKED (not asked for).
    """
    hc = h * c  # (1)
    self = math.tanh(hc)  # (2)
    selfc = self * c  # (3)
    return (self, selfc), (h, c, self)


def cell_backward(dout, cache):
    """The gradient (dh, dc) of cell_forward, from the gradient on its result and the
    cache.

    UNCHECKED (not asked for).
    """
    h, c, self = cache
    # backprop self = math.tanh(hc)
    dhc = (1 - self * self) * dout  # (2)
    # backprop hc = h * c
    dh = c * dhc  # (1)
    dc = h * dhc  # (1)
    return dh, dc

# output layer
import math


class Cell:
    """cell_forward(h, c) as a layer, for real numbers.

    UNCHECKED (not asked for).
    """

    def forward(self2, h, c):
        """The value; what the backward pass needs is kept."""
        hc = h * c  # (1)
        self = math.tanh(hc)  # (2)
        selfc = self * c  # (3)
        self2.cache = (h, c, self)
        return (self, selfc)

    def backward(self2, dout=1.0):
        """The gradient (dh, dc), from the gradient on the value."""
        h, c, self = self2.cache
        # backprop self = math.tanh(hc)
        dhc = (1 - self * self) * dout  # (2)
        # backprop hc = h * c
        dh = c * dhc  # (1)
        dc = h * dhc  # (1)
        self2.dc = dc
        return dh, dc

# options: style=layer
# at: w=0.5, x=2.0, b=-0.25
# at: w=-0.5, x=2.0, b=0.25
import math


def hinge_unit(w, x, b):
    score = w * x + b
    if score > 0:
        kept = math.log(1 + score)  # grows slowly
    else:
        kept = 0.1 * score
    return kept

# output
import math


def hinge_unit_value_and_grad(w, x, b):
    """hinge_unit(w, x, b) and its gradient (dw, dx, db), for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    score = w * x + b  # (1)
    if score > 0:
        # grows slowly
        onepscore = 1 + score  # (2)
        kept = math.log(onepscore)  # (3)
    else:
        kept = 0.1 * score  # (4)

    if score > 0:
        # backprop kept = math.log(onepscore)
        donepscore = 1.0 / onepscore  # (3)
        # backprop onepscore = 1 + score
        dscore = donepscore  # (2)
    else:
        # backprop kept = 0.1 * score
        dscore = 0.1  # (4)
    # backprop score = w * x + b
    dw = x * dscore  # (1)
    dx = w * dscore  # (1)
    db = dscore  # (1)
    return kept, (dw, dx, db)

# output split
import math


def hinge_unit_forward(w, x, b):
    """hinge_unit(w, x, b) and the cache that hinge_unit_backward needs, for real
    numbers.

    UNCHECKED (not asked for).
    """
    onepscore = None
    score = w * x + b  # (1)
    if score > 0:
        # grows slowly
        onepscore = 1 + score  # (2)
        kept = math.log(onepscore)  # (3)
    else:
        kept = 0.1 * score  # (4)
    return kept, (w, x, score, onepscore)


def hinge_unit_backward(dout, cache):
    """The gradient (dw, dx, db) of hinge_unit, from the gradient on its result and the
    cache.

    UNCHECKED (not asked for).
    """
    w, x, score, onepscore = cache
    if score > 0:
        # backprop kept = math.log(onepscore)
        donepscore = dout / onepscore  # (3)
        # backprop onepscore = 1 + score
        dscore = donepscore  # (2)
    else:
        # backprop kept = 0.1 * score
        dscore = 0.1 * dout  # (4)
    # backprop score = w * x + b
    dw = x * dscore  # (1)
    dx = w * dscore  # (1)
    db = dscore  # (1)
    return dw, dx, db

# output layer
import math


class HingeUnit:
    """hinge_unit(w, x, b) as a layer, for real numbers.

    UNCHECKED (not asked for).
    """

    def forward(self, w, x, b):
        """The value; what the backward pass needs is kept."""
        onepscore = None
        score = w * x + b  # (1)
        if score > 0:
            # grows slowly
            onepscore = 1 + score  # (2)
            kept = math.log(onepscore)  # (3)
        else:
            kept = 0.1 * score  # (4)
        self.cache = (w, x, score, onepscore)
        return kept

    def backward(self, dout=1.0):
        """The gradient (dw, dx, db), from the gradient on the value."""
        w, x, score, onepscore = self.cache
        if score > 0:
            # backprop kept = math.log(onepscore)
            donepscore = dout / onepscore  # (3)
            # backprop onepscore = 1 + score
            dscore = donepscore  # (2)
        else:
            # backprop kept = 0.1 * score
            dscore = 0.1 * dout  # (4)
        # backprop score = w * x + b
        dw = x * dscore  # (1)
        dx = w * dscore  # (1)
        db = dscore  # (1)
        self.dx = dx
        self.db = db
        return dw, dx, db

# at: a=0.5, b=-1.0, c=2.0
import math


def loss(a, b, c):
    """Cross-entropy of the first of three scores."""
    ea, eb, ec = math.exp(a), math.exp(b), math.exp(c)
    p = ea / (ea + eb + ec)
    return -math.log(p)

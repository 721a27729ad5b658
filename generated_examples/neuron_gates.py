"""The same neuron with its sigmoid taken apart, gate by gate as the notes draw it."""

import math


def neuron(w, x):
    dot = w[0] * x[0] + w[1] * x[1] + w[2]
    neg = -1.0 * dot
    e = math.exp(neg)
    den = 1.0 + e
    f = 1.0 / den
    return f

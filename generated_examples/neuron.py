"""A neuron with two inputs, three weights and a sigmoid, which is one gate."""

import math


def neuron(w, x):
    dot = w[0]*x[0] + w[1]*x[1] + w[2]
    f = 1.0 / (1 + math.exp(-dot))  # sigmoid function
    return f

# at: x=0.5, h=0.2, c=-0.3, w=1.1, u=0.7
import math


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


def cell(x, h, c, w, u):
    z = w * x + u * h
    i = sigmoid(z)
    f = sigmoid(z + 1.0)
    g = math.tanh(z)
    c = f * c + i * g
    h = sigmoid(z) * math.tanh(c)
    return h

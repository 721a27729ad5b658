import numpy as np


class Layer:
    def __init__(self, W):
        self.W = W

    def forward(self, x):
        return self.act(np.dot(x, self.W))  # error: GG130 col 16

    def act(self, z):
        return np.tanh(z) + 0.1 * z


# rewrite
import numpy as np


def act(z):
    return np.tanh(z) + 0.1 * z


class Layer:
    def __init__(self, W):
        self.W = W

    def forward(self, x):
        return act(np.dot(x, self.W))

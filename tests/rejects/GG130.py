import numpy as np


class Layer:
    def parameters(self):
        return [self.W]


class Affine(Layer):  # error: GG130 col 1
    def __init__(self, W):
        self.W = W

    def forward(self, x):
        return np.dot(x, self.W)


# rewrite
import numpy as np


class Affine:
    def __init__(self, W):
        self.W = W

    def parameters(self):
        return [self.W]

    def forward(self, x):
        return np.dot(x, self.W)

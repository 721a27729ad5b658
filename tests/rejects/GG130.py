import numpy as np


class Layer:
    def __init__(self, W):
        self.W = W


class Affine(Layer):  # error: GG130 col 1
    def __init__(self, W, b):
        super().__init__(W)
        self.b = b

    def forward(self, x):
        return np.dot(x, self.W) + self.b


# rewrite
import numpy as np


class Affine:
    def __init__(self, W, b):
        self.W = W
        self.b = b

    def forward(self, x):
        return np.dot(x, self.W) + self.b

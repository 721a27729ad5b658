import numpy as np


class Layer:
    """The base of all layers."""

    def __init__(self):
        pass

    def forward(self, x):
        raise NotImplementedError

    def __call__(self, x):
        return self.forward(x)


class Relu(Layer):
    def __init__(self):
        super().__init__()
        self.mask = None

    def forward(self, x):
        self.mask = x <= 0
        out = x.copy()
        out[self.mask] = 0
        return out


class Affine(Layer):
    """- W: weights, of shape (D, M)
    - b: biases, of shape (M,)
    """

    def __init__(self, W, b):
        super().__init__()
        self.W = W
        self.b = b

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b


class Net(Layer):
    def __init__(self, D, H):
        super().__init__()
        self.layers = [Affine(np.random.randn(D, H), np.zeros(H)), Relu(), Affine(np.random.randn(H, 2), np.zeros(2))]

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

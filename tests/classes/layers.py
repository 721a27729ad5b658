"""Layer classes as people write them, read by the tests and decorated there."""

import numpy as np


class Relu:
    def __init__(self):
        self.mask = None

    def forward(self, x):
        self.mask = x <= 0
        out = x.copy()
        out[self.mask] = 0
        return out


class Sigmoid:
    def __init__(self):
        self.out = None

    def forward(self, x):
        out = 1 / (1 + np.exp(-x))
        self.out = out
        return out


class Affine:
    def __init__(self, W, b):
        self.W = W
        self.b = b
        self.x = None
        self.original_x_shape = None

    def forward(self, x):
        self.original_x_shape = x.shape
        x = x.reshape(x.shape[0], -1)
        self.x = x
        out = np.dot(self.x, self.W) + self.b
        return out


class Dense:
    """- weights: of shape (D, M)
    - bias: of shape (M,)
    """

    def __init__(self, weights, bias, slope=0.1):
        self.weights, self.bias, self.slope = weights, bias, slope

    @property
    def size(self):
        return self.weights.size

    def forward(this, x):
        z = x @ this.weights + this.bias
        return np.where(z > 0, z, this.slope * z)


def softmax(x):
    x = x - np.max(x, axis=-1, keepdims=True)
    return np.exp(x) / np.sum(np.exp(x), axis=-1, keepdims=True)


def cross_entropy_error(y, t):
    batch_size = y.shape[0]
    return -np.sum(np.log(y[np.arange(batch_size), t] + 1e-7)) / batch_size


class SoftmaxWithLoss:
    def __init__(self):
        self.loss = None
        self.y = None
        self.t = None

    def forward(self, x, t):
        self.t = t
        self.y = softmax(x)
        self.loss = cross_entropy_error(self.y, self.t)
        return self.loss


class Norm:
    def __init__(self, gamma, beta, momentum=0.9):
        self.gamma = gamma
        self.beta = beta
        self.momentum = momentum
        self.running_mean = np.zeros_like(gamma)
        self.running_var = np.zeros_like(gamma)

    def forward(self, x, train_flg=True):
        if train_flg:
            mu = x.mean(axis=0)
            xc = x - mu
            var = np.mean(xc**2, axis=0)
            std = np.sqrt(var + 10e-7)
            xn = xc / std
            self.running_mean = self.momentum * self.running_mean + (1 - self.momentum) * mu
            self.running_var = self.momentum * self.running_var + (1 - self.momentum) * var
        else:
            xc = x - self.running_mean
            xn = xc / np.sqrt(self.running_var + 10e-7)
        out = self.gamma * xn + self.beta
        return out


class Cell:
    def __init__(self, Wx, Wh):
        self.Wx, self.Wh = Wx, Wh
        self.h = np.zeros((4, 2))

    def forward(self, x):
        h_before = self.h
        self.h = np.tanh(x @ self.Wx + h_before @ self.Wh)
        return self.h


class Multiply:
    def forward(self, x, y):
        self.x = x
        self.y = y
        return x * y


class Scale:
    def __init__(self, w):
        self.w = w

    def forward(self, x):
        return x * self.w

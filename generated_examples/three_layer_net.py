"""A network with two hidden layers, built of the book's layers as functions."""

import numpy as np


def affine(x, w, b):
    out = np.dot(x, w) + b
    return out


def relu(x):
    mask = (x <= 0)
    out = x.copy()
    out[mask] = 0
    return out


def softmax_with_loss(x, t):
    x = x - np.max(x, axis=1, keepdims=True)
    y = np.exp(x) / np.sum(np.exp(x), axis=1, keepdims=True)
    batch_size = y.shape[0]
    return -np.sum(t * np.log(y + 1e-7)) / batch_size


def three_layer_net(x, t, W1, b1, W2, b2, W3, b3):
    """The loss; x is a batch of shape (N, D), t holds its labels as one-hot rows."""
    z1 = relu(affine(x, W1, b1))
    z2 = relu(affine(z1, W2, b2))
    a3 = affine(z2, W3, b3)
    return softmax_with_loss(a3, t)

# coding: utf-8
import numpy as np


def relu(x):
    return np.maximum(0, x)


def softmax_of_one(a):
    c = np.max(a)
    exp_a = np.exp(a - c)  # against overflow
    sum_exp_a = np.sum(exp_a)
    y = exp_a / sum_exp_a
    return y


def softmax(x):
    if x.ndim == 2:
        x = x.T
        x = x - np.max(x, axis=0)
        y = np.exp(x) / np.sum(np.exp(x), axis=0)
        return y.T

    x = x - np.max(x)  # against overflow
    return np.exp(x) / np.sum(np.exp(x))


def cross_entropy_error(y, t):
    if y.ndim == 1:
        t = t.reshape(1, t.size)
        y = y.reshape(1, y.size)

    # one-hot labels become the indices of the right answers
    if t.size == y.size:
        t = t.argmax(axis=1)

    batch_size = y.shape[0]
    return -np.sum(np.log(y[np.arange(batch_size), t] + 1e-7)) / batch_size


def cross_entropy_one_hot(y, t):
    delta = 1e-7
    return -np.sum(t * np.log(y + delta))


def softmax_with_loss(x, t):
    y = softmax(x)
    loss = cross_entropy_error(y, t)
    return loss


def softmax_with_loss_labels(x, t):
    y = softmax(x)
    return cross_entropy_error(y, t)


def two_layer_predict(params, x):
    W1, W2 = params['W1'], params['W2']
    b1, b2 = params['b1'], params['b2']

    a1 = np.dot(x, W1) + b1
    z1 = 1 / (1 + np.exp(-a1))
    a2 = np.dot(z1, W2) + b2
    y = softmax(a2)
    return y


def simple_net_loss(W, x, t):
    z = np.dot(x, W)
    y = softmax(z)
    loss = cross_entropy_error(y, t)
    return loss


def affine(x, W, b):
    original_x_shape = x.shape
    x = x.reshape(x.shape[0], -1)
    out = np.dot(x, W) + b
    return out


def three_layer_loss(x, t, W1, b1, W2, b2, W3, b3):
    x = relu(affine(x, W1, b1))
    x = relu(affine(x, W2, b2))
    x = affine(x, W3, b3)
    return softmax_with_loss(x, t)


def function_2(x):
    return x[0]**2 + x[1]**2


def function_tmp(x):
    if x.ndim == 1:
        return np.sum(x**2)
    else:
        return np.sum(x**2, axis=1)


def sigmoid_cross_entropy(x, t):
    y = 1 / (1 + np.exp(-x))
    both = np.c_[1 - y, y]
    return cross_entropy_error(both, t)


RECIPES = {
    "softmax_of_one": dict(a="C"),
    "softmax": dict(x="N C"),
    "cross_entropy_error": dict(y="unit N C", t="ints N < C", wrt=("y",)),
    "cross_entropy_one_hot": dict(y="unit N C", t="onehot N C", wrt=("y",)),
    "softmax_with_loss": dict(x="N C", t="onehot N C", wrt=("x",)),
    "softmax_with_loss_labels": dict(x="N C", t="ints N < C", wrt=("x",)),
    "two_layer_predict": dict(params={"W1": "D H", "W2": "H C", "b1": "H", "b2": "C"}, x="N D"),
    "simple_net_loss": dict(W="D C", x="D", t="onehot 1 C", wrt=("W", "x")),
    "three_layer_loss": dict(
        x="N D", t="onehot N C", W1="D H", b1="H", W2="H K", b2="K", W3="K C", b3="C",
        wrt=("W1", "b1", "W2", "b2", "W3", "b3"),
    ),
    "function_2": dict(x="2", tell=True),
    "function_tmp": dict(x="N D"),
    "sigmoid_cross_entropy": dict(x="N", t="ints N < 2", wrt=("x",)),
}

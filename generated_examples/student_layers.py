"""A student's layers, written by hand.  `gradgen grade student_layers.py` finds four mistakes."""

import numpy as np


def affine_forward(x, w, b):
    """
    Inputs:
    - x: input data, of shape (N, D)
    - w: weights, of shape (D, M)
    - b: biases, of shape (M,)
    """
    out = x.dot(w) + b
    cache = (x, w)
    return out, cache


def affine_backward(dout, cache):
    x, w = cache
    dx = dout.dot(w.T)
    dw = x.T.dot(dout)
    db = np.sum(dout, axis=1)
    return dx, dw, db


def batchnorm_forward(x, gamma, beta, eps=1e-5):
    """
    Inputs:
    - x: data, of shape (N, D)
    - gamma: scale, of shape (D,)
    - beta: shift, of shape (D,)
    """
    mu = x.mean(axis=0)
    var = x.var(axis=0)
    std = np.sqrt(var + eps)
    xhat = (x - mu) / std
    out = gamma * xhat + beta
    cache = (x, gamma, mu, std, xhat)
    return out, cache


def batchnorm_backward(dout, cache):
    x, gamma, mu, std, xhat = cache
    N = x.shape[0]
    dbeta = dout.sum(axis=0)
    dgamma = (dout * xhat).sum(axis=0)
    dxhat = dout * gamma
    dvar = np.sum(dxhat * (x - mu), axis=0) * -0.5 * std**-3
    dmu = np.sum(dxhat / std, axis=0)
    dx = dxhat / std + dvar * 2 * (x - mu) / N + dmu
    return dx, dgamma, dbeta


def relu_forward(x):
    out = np.maximum(0, x)
    return out, x


def relu_backward(dout, cache):
    dout[cache <= 0] = 0
    return dout


def softmax_loss(W, X, y, reg):
    """
    Inputs:
    - W: weights, of shape (D, C)
    - X: data, of shape (N, D)
    - y: labels, of shape (N,), where 0 <= y[i] < C
    - reg: (float) strength of the regularisation
    """
    N = X.shape[0]
    scores = X.dot(W)
    scores -= scores.max(axis=1, keepdims=True)
    p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    loss = -np.log(p[np.arange(N), y]).sum() / N + reg * np.sum(W * W)
    dscores = p.copy()
    dscores[np.arange(N), y] -= 1
    dscores /= N
    dW = X.T.dot(dscores) + reg * W
    return loss, dW

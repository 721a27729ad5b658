"""Batch normalization for training: in a few lines, and one node of the graph at a time."""

import numpy as np


def batchnorm_forward(x, gamma, beta, eps=1e-5):
    """
    Input:
    - x: of shape (N, D)
    - gamma: scale, of shape (D,)
    - beta: shift, of shape (D,)
    - eps: keeps the division away from 0

    Returns a tuple of:
    - out: of shape (N, D)
    - cache: what the backward pass needs
    """
    mean = x.mean(axis=0)
    var = x.var(axis=0)
    std = np.sqrt(var + eps)
    x_hat = (x - mean) / std
    out = gamma * x_hat + beta
    cache = (x_hat, gamma, std)
    return out, cache


def batchnorm_steps(x, gamma, beta, eps=1e-5):
    """
    Input:
    - x: of shape (N, D)
    - gamma: scale, of shape (D,)
    - beta: shift, of shape (D,)
    """
    N, D = x.shape
    mu = 1. / N * np.sum(x, axis=0)
    xmu = x - mu
    sq = xmu ** 2
    var = 1. / N * np.sum(sq, axis=0)
    sqrtvar = np.sqrt(var + eps)
    ivar = 1. / sqrtvar
    xhat = xmu * ivar
    gammax = gamma * xhat
    out = gammax + beta
    return out

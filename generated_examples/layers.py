"""Layers of Deep Learning from Scratch as functions; in the style layer they become its classes."""

import numpy as np


def affine(x, W, b):
    """
    Inputs:
    - x: a batch, of shape (N, D)
    - W: weights, of shape (D, M)
    - b: biases, of shape (M,)
    """
    out = np.dot(x, W) + b
    return out


def relu(x):
    mask = (x <= 0)
    out = x.copy()
    out[mask] = 0
    return out


def sigmoid(x):
    out = 1 / (1 + np.exp(-x))
    return out

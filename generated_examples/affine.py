"""A fully connected layer, as in the assignments of the course."""

import numpy as np


def affine_forward(x, w, b):
    """
    A fully connected layer: each example becomes one row of D = d_1 * ... * d_k numbers, then M numbers.

    Inputs:
    - x: A minibatch of shape (N, d_1, ..., d_k)
    - w: Weights, of shape (D, M)
    - b: Biases, of shape (M,)

    Returns a tuple of:
    - out: of shape (N, M)
    - cache: (x, w, b)
    """
    N = x.shape[0]
    out = x.reshape(N, -1).dot(w) + b
    cache = (x, w, b)
    return out, cache

"""Layer normalization: every example over its own features."""

import numpy as np


def layernorm_forward(x, gamma, beta, ln_param):
    """
    Input:
    - x: of shape (N, D)
    - gamma: scale, of shape (D,)
    - beta: shift, of shape (D,)
    - ln_param: dictionary with the key eps

    Returns a tuple of:
    - out: of shape (N, D)
    - cache: what the backward pass needs
    """
    eps = ln_param.get('eps', 1e-5)
    mean = x.mean(axis=1, keepdims=True)
    var = x.var(axis=1, keepdims=True)
    std = np.sqrt(var + eps)
    x_hat = (x - mean) / std
    out = gamma * x_hat + beta
    cache = (x_hat, gamma, std)
    return out, cache

"""The log-likelihood of a mixture of Gaussians with diagonal covariances."""

import math

import numpy as np


def log_likelihood(x, logits, mu, logsigma):
    """x: (N, D); logits: (K,); mu, logsigma: (K, D)"""
    D = x.shape[1]
    z = (x[:, None, :] - mu) * np.exp(-logsigma)
    logp = -0.5 * np.sum(z**2, axis=2) - np.sum(logsigma, axis=1) - 0.5 * D * math.log(2 * math.pi)
    logw = logits - np.log(np.sum(np.exp(logits)))
    a = logw + logp
    m = np.max(a, axis=1)
    return np.sum(m + np.log(np.sum(np.exp(a - m[:, None]), axis=1)))

"""Functions of `scipy.special` over floats, without SciPy."""

from __future__ import annotations

import math

import numpy as np

erf = np.vectorize(math.erf, otypes=[float])
erfc = np.vectorize(math.erfc, otypes=[float])
gammaln = np.vectorize(lambda x: math.lgamma(x) if x > 0 or x != int(x) else math.inf, otypes=[float])


def expit(x):
    """1 / (1 + exp(-x)), without overflow."""
    small = np.exp(-np.abs(x))
    return np.where(np.asarray(x) >= 0, 1 / (1 + small), small / (1 + small))[()]


def xlogy(x, y):
    """x log(y), zero where x is."""
    return np.where(np.asarray(x) == 0, 0.0, np.multiply(x, np.log(y)))[()]


def logsumexp(a, axis=None, b=None, keepdims=False, return_sign=False):
    """log(sum(exp(a))), without overflow."""
    top = np.max(a, axis=axis, keepdims=True)
    parts = np.exp(a - top) if b is None else b * np.exp(a - top)
    result = np.log(np.sum(parts, axis=axis, keepdims=True)) + top
    return result if keepdims else np.squeeze(result, axis=axis)[()]


def softmax(x, axis=None):
    return np.exp(x - logsumexp(x, axis, keepdims=True))


def log_softmax(x, axis=None):
    return x - logsumexp(x, axis, keepdims=True)

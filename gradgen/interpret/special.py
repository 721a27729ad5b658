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


def logit(x):
    """The inverse of expit."""
    return np.log(x) - np.log1p(-np.asarray(x))


def log_expit(x):
    """log(expit(x)), without overflow."""
    return -np.logaddexp(0.0, -np.asarray(x))[()]


def ndtr(x):
    """The normal distribution."""
    return 0.5 * erfc(-np.asarray(x) / math.sqrt(2))[()]


def entr(x):
    """-x log(x), zero where x is."""
    return -xlogy(x, x)


def xlog1py(x, y):
    """x log(1 + y), zero where x is."""
    return np.where(np.asarray(x) == 0, 0.0, np.multiply(x, np.log1p(y)))[()]


def betaln(x, y):
    """The log of the beta function, of what is positive."""
    return gammaln(x) + gammaln(y) - gammaln(np.add(x, y))


def _digamma(x: float) -> float:
    """Recurrence up to 10, then the asymptotic series; reflection below 0."""
    if x <= 0:
        return _digamma(1 - x) - math.pi / math.tan(math.pi * x) if x != int(x) else math.nan
    shift = 0.0
    while x < 10:
        shift -= 1 / x
        x += 1
    r = 1 / (x * x)
    series = 1 / 12 - r * (1 / 120 - r * (1 / 252 - r * (1 / 240 - r * (1 / 132 - r * 691 / 32760))))
    return shift + math.log(x) - 0.5 / x - r * series


def _trigamma(x: float) -> float:
    """The slope of digamma, by the same means."""
    if x <= 0:
        return (math.pi / math.sin(math.pi * x)) ** 2 - _trigamma(1 - x) if x != int(x) else math.inf
    shift = 0.0
    while x < 12:
        shift += 1 / (x * x)
        x += 1
    r = 1 / (x * x)
    series = 1 / 6 - r * (1 / 30 - r * (1 / 42 - r * (1 / 30 - r * (5 / 66 - r * 691 / 2730))))
    return shift + 1 / x + r / 2 + r / x * series


gamma = np.vectorize(math.gamma, otypes=[float])
digamma = psi = np.vectorize(_digamma, otypes=[float])
trigamma = np.vectorize(_trigamma, otypes=[float])


def polygamma(n, x):
    """The n-th slope of digamma, for n = 1."""
    if n != 1:
        raise NotImplementedError("polygamma of another order than 1")
    return trigamma(x)


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

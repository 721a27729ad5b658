"""NumPy's reductions over object arrays of one number system.

Each takes the system's `Elements` first, then what the NumPy function takes.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from gradgen.interpret.elements import Elements
from gradgen.interpret.objects import Objects, cast, reals_of, stored, where


def divide(e: Elements, a, b):
    return e.functions["divide"](a, b)


def total(e: Elements, a, axis=None, dtype=None, out=None, keepdims=False, initial=0, where=True):
    """`np.sum`; an empty sum of reals is a real zero."""
    a = e.plain(a)
    if dtype is not None:
        a = cast(e, np.asarray(a), dtype)
    result = np.sum(a, axis=axis, keepdims=keepdims, initial=initial, where=where)
    return stored(reals_of(e, a, result), out)


def prod(e: Elements, a, axis=None, dtype=None, out=None, keepdims=False, initial=1, where=True):
    a = e.plain(a)
    result = np.prod(a, axis=axis, keepdims=keepdims, initial=initial, where=where)
    return stored(reals_of(e, a, result), out)


def mean(e: Elements, a, axis=None, dtype=None, out=None, keepdims=False, *, where=True):
    a = e.real(e.plain(a))
    if isinstance(axis, int) and not a.ndim:
        raise np.exceptions.AxisError(axis, 0)
    count = np.sum(np.broadcast_to(where, a.shape), axis=axis, keepdims=keepdims)
    return stored(divide(e, total(e, a, axis, keepdims=keepdims, where=where), count), out)


def var(
    e: Elements, a, axis=None, dtype=None, out=None, ddof=0, keepdims=False, *, where=True, mean=None, correction=None
):
    a = e.real(e.plain(a))
    centre = _mean(e, a, axis, where) if mean is None else mean
    squares = (a - centre) * (a - centre)
    count = np.sum(np.broadcast_to(where, a.shape), axis=axis, keepdims=keepdims)
    ddof = ddof if correction is None else correction
    return stored(divide(e, total(e, squares, axis, keepdims=keepdims, where=where), np.maximum(count - ddof, 0)), out)


def _mean(e: Elements, a, axis, where):
    return mean(e, a, axis, keepdims=True, where=where)


def std(e: Elements, *args, out=None, **kwargs):
    return stored(e.apply("sqrt", var(e, *args, **kwargs)), out)


def average(e: Elements, a, axis=None, weights=None, returned=False, *, keepdims=False):
    if weights is None:
        return mean(e, a, axis, keepdims=keepdims)
    a, weights = e.real(e.plain(a)), e.real(e.plain(weights))
    if weights.shape != a.shape and isinstance(axis, int):
        weights = np.moveaxis(weights.reshape((1,) * (a.ndim - 1) + weights.shape), -1, axis)
    weights = np.broadcast_to(weights, a.shape)
    return divide(e, total(e, a * weights, axis, keepdims=keepdims), total(e, weights, axis, keepdims=keepdims))


def median(e: Elements, a, axis=None, out=None, overwrite_input=False, keepdims=False):
    ordered = _ordered(e, a, axis)
    n = ordered.shape[-1]
    middle = divide(e, ordered[..., (n - 1) // 2] + ordered[..., n // 2], 2)
    return _put_back(middle, a, axis) if keepdims else middle


def quantile(whole: int) -> Objects:
    """`quantile`, the fraction being of 1, and `percentile`, of 100: between the two entries of the order beside its place."""

    def call(e: Elements, a, q, axis=None, *, keepdims=False):
        ordered = _ordered(e, a, axis)
        place = divide(e, e.array(e.plain(q)) * (ordered.shape[-1] - 1), whole)
        low = math.floor(float(place))
        above = ordered[..., min(low + 1, ordered.shape[-1] - 1)]
        found = ordered[..., low] + (above - ordered[..., low]) * (place - low)
        return _put_back(found, a, axis) if keepdims else found

    return call


def _ordered(e: Elements, a, axis):
    """The entries in order along the last axis: all, or those along an axis."""
    a = e.real(e.plain(a))
    return np.sort(a.ravel() if axis is None else np.moveaxis(a, axis, -1), axis=-1)


def _put_back(found, a, axis):
    """A reduced value with the axes of ``a`` that were reduced, of size 1."""
    return np.reshape(found, (1,) * np.ndim(a)) if axis is None else np.expand_dims(found, axis)


def trapezoid(e: Elements, y, x=None, dx=1.0):
    """`np.trapezoid` along the last axis."""
    y = e.real(e.plain(y))
    steps = e.array(e.plain(dx)) if x is None else np.diff(e.real(e.plain(x)))
    return total(e, divide(e, steps * (y[..., 1:] + y[..., :-1]), 2), -1)


def extreme(own: Callable) -> Objects:
    """`max` and `min`: the order is Python's, and nan wins."""

    def call(e: Elements, a, axis=None, out=None, keepdims=False, **kwargs):
        a = e.array(e.plain(a))
        result = own(a, axis=axis, keepdims=keepdims, **kwargs)
        unordered = a != a
        if np.any(unordered):
            lost = np.any(unordered, axis=axis, keepdims=keepdims)
            result = where(e, lost, e.numbers.math["nan"], result)
        return stored(result, out)

    return call


def nansum(e: Elements, a, axis=None, **kwargs):
    a = e.plain(a)
    return total(e, np.where(a == a, a, 0), axis, **kwargs)


def nanmean(e: Elements, a, axis=None, **kwargs):
    a = e.real(e.plain(a))
    return divide(e, nansum(e, a, axis, **kwargs), total(e, (a == a).astype(int), axis, **kwargs))


def nanprod(e: Elements, a, axis=None, **kwargs):
    a = e.plain(a)
    return prod(e, np.where(a == a, a, 1), axis, **kwargs)


def nanvar(e: Elements, a, axis=None, **kwargs):
    a = e.real(e.plain(a))
    return var(e, np.where(a == a, a, e.numbers.make(0)), axis, where=a == a, **kwargs)


def nanextreme(own: Callable, worst: int) -> Objects:
    """`nanmax` and `nanmin`: of the numbers."""

    def call(e: Elements, a, axis=None, out=None, keepdims=False):
        a = e.real(e.plain(a))
        return own(np.where(a == a, a, e.numbers.make(worst * math.inf)), axis=axis, keepdims=keepdims)

    return call


def norm(e: Elements, x, ord=None, axis=None, keepdims=False):
    """`np.linalg.norm`: Euclidean and Frobenius, sum and maximum of absolute values."""
    x = e.real(e.plain(x))
    size = {"keepdims": keepdims}
    if axis is None and ord is None:
        flat = x.ravel()
        result = e.apply("sqrt", np.dot(flat, flat))
        return np.reshape(e.real(result), (1,) * x.ndim) if keepdims else result
    vector = isinstance(axis, int) or axis is None and x.ndim == 1
    if ord is None or ord == 2 and vector or ord == "fro" and not vector:
        return e.apply("sqrt", total(e, x * x, axis, **size))
    if vector and ord == 1:
        return total(e, np.abs(x), axis, **size)
    if vector and ord in (math.inf, -math.inf):
        return (np.max if ord > 0 else np.min)(np.abs(x), axis=axis, **size)
    if vector and isinstance(ord, (int, float)) and ord:
        powers = total(e, e.apply("power", np.abs(x), ord), axis, **size)
        return e.apply("power", powers, divide(e, 1, ord))
    raise NotImplementedError("this order of norm")


def logsumexp(e: Elements, a, axis=None, b=None, keepdims=False, return_sign=False):
    a = e.real(e.plain(a))
    top = np.max(a, axis=axis, keepdims=True)
    parts = e.apply("exp", a - top)
    result = e.apply("log", total(e, parts if b is None else parts * b, axis, keepdims=True)) + top
    return result if keepdims else np.squeeze(result, axis=axis)[()]

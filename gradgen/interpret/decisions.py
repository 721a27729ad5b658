"""What NumPy's functions with steps or kinks decided, entry by entry, as values that can be compared.

Each takes a call's result and its arguments.  Where two runs decide alike, the function is smooth
between them; so ties are told apart from both of their sides.
"""

from __future__ import annotations

import math

import numpy as np


def mark(value) -> object:
    """A decision as one comparable value."""
    if isinstance(value, (tuple, list)):
        return tuple(map(mark, value))
    if not isinstance(value, np.ndarray):
        return value
    if value.dtype == object:
        return value.shape, *value.ravel().tolist()
    return value.shape, value.tobytes()


def outcome(result, *args, **kwargs):
    """The result itself."""
    return mark(result)


def _sign(x):
    x = np.asarray(x)
    return (x > 0).astype(np.int8) - (x < 0).astype(np.int8)


def signs(result, *args, **kwargs):
    """The signs of the arguments."""
    return tuple(mark(_sign(a)) for a in args if not isinstance(a, str))


def norm(result, x, ord=None, *args, **kwargs):
    """The signs and the greatest entry, where the norm is not Euclidean."""
    return (signs(result, x), greatest(result, np.abs(x))) if ord not in (None, 2, "fro") else None


def order(result, a, b, **kwargs):
    """Which of two is the greater."""
    a, b = np.asarray(a), np.asarray(b)
    return mark((a > b).astype(np.int8) - (a < b).astype(np.int8))


def bounds(result, a, a_min=None, a_max=None, out=None, min=None, max=None, **kwargs):
    """On which side of its bounds each entry is."""
    limits = [x for x in (a_min, a_max, min, max) if x is not None]
    return tuple(order(result, a, limit) for limit in limits)


def condition(result, first, *args, **kwargs):
    """The truth values of the first argument."""
    return mark(np.asarray(first).astype(bool))


def integers(result, *args, **kwargs):
    """The result, where it has steps."""
    return mark(result) if np.asarray(result).dtype.kind in "iub" else None


def quotient(result, a, b, *args, **kwargs):
    """How often ``b`` was taken from ``a`` to leave the result."""
    a, b, left = (np.asarray(x) for x in (a, b, result))
    with np.errstate(all="ignore"):
        times = np.vectorize(lambda x, y, r: float((x - r) / y) if y else 0.0, otypes=[float])(a, b, left)
        return mark(np.round(times)) if times.size else ()


def _last(a, axis):
    """The array with the axes at its end, as one."""
    a = np.asarray(a)
    if axis is None or not a.ndim:
        return a.reshape(-1)
    axes = [k % a.ndim for k in (axis if isinstance(axis, tuple) else (axis,))]
    kept = [k for k in range(a.ndim) if k not in axes]
    along = math.prod(a.shape[k] for k in axes)
    return a.transpose(kept + axes).reshape([a.shape[k] for k in kept] + [along])


def greatest(result, a, axis=None, *args, **kwargs):
    """Which entry is the greatest along the axes."""
    return mark(np.argmax(_last(a, axis), axis=-1))


def nangreatest(result, a, axis=None, *args, **kwargs):
    """Which of the numbers is the greatest along the axes."""
    return greatest(result, np.where(a == a, a, -math.inf), axis), mark(a == a)


def nanleast(result, a, axis=None, *args, **kwargs):
    """Which of the numbers is the least along the axes."""
    return least(result, np.where(a == a, a, math.inf), axis), mark(a == a)


def first_sign(result, *args, **kwargs):
    """The sign of a determinant."""
    return mark(_sign(result[0]))


def conditions(result, tests, *args, **kwargs):
    """The truth values of all conditions."""
    return tuple(condition(None, test) for test in tests)


def least(result, a, axis=None, *args, **kwargs):
    """Which entry is the least along the axes."""
    return mark(np.argmin(_last(a, axis), axis=-1))


def extremes(result, *args, **kwargs):
    return greatest(result, *args, **kwargs), least(result, *args, **kwargs)


def ranks(result, a, axis=-1, *args, **kwargs):
    """The order of the entries along an axis."""
    return mark(np.argsort(_last(a, axis), axis=-1, kind="stable"))


def ranks_parted(result, a, kth, axis=-1, *args, **kwargs):
    """The order of the entries along an axis that is said behind ``kth``."""
    return ranks(result, a, axis)


def piece(result, x, xp, fp):
    """Between which knots each point lies."""
    return mark(np.searchsorted(xp, x))


def ranks_beside(result, a, q, axis=None, *args, **kwargs):
    """The order of the entries, of all when there is no axis."""
    return ranks(result, a, axis)


def middle(result, a, axis=None, *args, **kwargs):
    """The order of the entries, of all when there is no axis."""
    return ranks(result, a, axis)

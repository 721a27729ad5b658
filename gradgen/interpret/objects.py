"""NumPy functions over object arrays of one number system, where NumPy's own does not do.

Each takes the system's `Elements` first, then what the NumPy function takes.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable

import numpy as np

from gradgen.interpret.elements import Elements

Objects = Callable[..., object]


def as_it_stands(own: Callable) -> Objects:
    """NumPy's own function: it moves entries without looking at them."""
    return lambda e, *args, **kwargs: own(*args, **kwargs)


def freshly(own: Callable) -> Objects:
    """NumPy's own, where integers among the reals of the new array become reals."""

    def call(e: Elements, *args, **kwargs):
        args = [e.array(a) if isinstance(a, (list, range)) and not _nested(a) else a for a in args]
        return _settled(e, own(*args, **kwargs))

    return call


def joining(own: Callable) -> Objects:
    """NumPy's own over a sequence of arrays, all made real when one of them is."""

    def call(e: Elements, arrays, *args, **kwargs):
        return _settled(e, own([e.array(a) for a in arrays], *args, **_real_dtype(kwargs)))

    return call


def elementwise(name: str) -> Objects:
    """The real-valued function of that name, of each entry."""
    return lambda e, *args, **kwargs: stored(e.apply(name, *args), **kwargs)


def arithmetic(name: str, own: Callable) -> Objects:
    """An operation that keeps integers among themselves."""
    return lambda e, *args, **kwargs: stored(e.arithmetic(name, own, *args), **kwargs)


def question(name: str) -> Objects:
    """A function with a truth value for each entry."""

    def call(e: Elements, x, **kwargs):
        return stored(np.asarray(e.apply(name, x)).astype(bool)[()], **kwargs)

    return call


def truths(own: Callable) -> Objects:
    """A function of the entries' truth values."""

    def truth(e: Elements, a):
        a = e.plain(a)
        return np.asarray(a).astype(bool) if e.is_real(a) else a

    return lambda e, *args, **kwargs: own(*[truth(e, a) for a in args], **kwargs)


def stored(result, out=None, where=True, dtype=None, **rest):
    """The result, into ``out`` and only ``where``."""
    if rest:
        raise TypeError(f"unexpected keyword argument {next(iter(rest))!r}")
    if out is None:
        return result
    np.copyto(out[0] if isinstance(out, tuple) else out, result, where=where)
    return out


# making arrays


def made(own: Callable) -> Objects:
    """A maker of plain numbers: exact in floats, then real here."""
    return lambda e, *args, **kwargs: _as_reals(e, own(*args, **_float_dtype(kwargs)))


def _float_dtype(kwargs: dict) -> dict:
    """What is to be of another array's type, where that holds reals, is made in floats."""
    return {k: float if k == "dtype" and v == object else v for k, v in kwargs.items()}


def made_like(own: Callable) -> Objects:
    """`zeros_like` and the like: of reals when the model is, or when asked for."""

    def call(e: Elements, a, *args, dtype=None, **kwargs):
        model = e.plain(a)
        dtype = dtype or (float if e.is_real(model) else None)
        return _as_reals(e, own(model, *args, dtype=dtype, **kwargs))

    return call


def array(e: Elements, value, dtype=None, copy=True, **kwargs):
    """`np.array`."""
    return cast(e, np.array(e.array(value), copy=bool(copy)), dtype)


def asarray(e: Elements, value, dtype=None, **kwargs):
    """`np.asarray`: the very array, where nothing changes."""
    return cast(e, e.array(value), dtype)


def cast(e: Elements, value: np.ndarray, dtype=None) -> np.ndarray:
    """The array as ``dtype``; the very one when it is so already."""
    if dtype is None:
        return value
    dtype = np.dtype(dtype)
    if dtype.kind == "f":
        return value if value.dtype == object else e.real(value)
    if value.dtype != object:
        return value.astype(dtype, copy=False)
    if dtype.kind == "b":
        return value.astype(bool)
    return np.asarray(np.frompyfunc(e.numbers.functions["int"], 1, 1)(value), dtype=dtype)


def astype(e: Elements, value, dtype, copy=True, **kwargs):
    """``value.astype(dtype)``: a copy."""
    return np.array(cast(e, e.array(value), dtype))[...]


def full(e: Elements, shape, fill_value, dtype=None, **kwargs):
    fill = e.plain(fill_value)
    if e.is_real(fill) or dtype is not None and np.dtype(dtype).kind == "f":
        return np.full(shape, e.real(fill), dtype=object)
    return np.full(shape, fill, dtype)


def full_like(e: Elements, a, fill_value, dtype=None, shape=None, **kwargs):
    model = e.plain(a)
    kind = dtype or (float if e.is_real(model) else np.asarray(model).dtype)
    fill = cast(e, e.array(fill_value), kind)
    return np.full(np.shape(model) if shape is None else shape, fill, fill.dtype)


def arange(e: Elements, *args, dtype=None, **kwargs):
    """`np.arange`; of reals it is ``start + i * step``."""
    given = [*args, *[kwargs[k] for k in ("start", "stop", "step") if k in kwargs]]
    if not any(map(e.is_real, given)):
        return _as_reals(e, np.arange(*given, dtype=dtype))
    start, stop, step = (0, *given, 1) if len(given) == 1 else (*given, 1)[:3]
    count = max(0, math.ceil(e.numbers.divide(stop - start, step)))
    return e.real([start + i * step for i in range(count)]) if count else e.real(np.zeros(0))


def linspace(e: Elements, start, stop, num=50, endpoint=True, retstep=False, dtype=None, axis=0):
    start, stop = e.real(e.plain(start)), e.real(e.plain(stop))
    parts = num - 1 if endpoint else num
    step = e.apply("divide", stop - start, max(parts, 1))
    at = np.arange(num).reshape((num,) + (1,) * np.ndim(step))
    result = np.asarray(start + at * step, dtype=object)
    if endpoint and num > 1:
        result[-1] = stop
    return (result, step) if retstep else result


def _as_reals(e: Elements, result):
    """The result, its float arrays real."""
    if isinstance(result, (list, tuple)):
        return type(result)([_as_reals(e, item) for item in result])
    if isinstance(result, np.ndarray) and result.dtype.kind == "f":
        return e.real(result)
    return e.numbers.make(float(result)) if isinstance(result, np.floating) else result


def _settled(e: Elements, result):
    """A new array without integers among its reals."""
    if isinstance(result, np.ndarray) and result.dtype == object:
        return e.real(result)
    return _as_reals(e, result)


def _nested(value) -> bool:
    return any(isinstance(v, np.ndarray) for v in value)


def _real_dtype(kwargs: dict) -> dict:
    dtype = kwargs.pop("dtype", None)
    return kwargs if dtype is None else {**kwargs, "dtype": object if np.dtype(dtype).kind == "f" else dtype}


def reals_of(e: Elements, source, result):
    """The result, made real where the source is: sums of nothing are integers else."""
    if not e.is_real(source):
        return result
    return e.real(result) if isinstance(result, np.ndarray) else e.lift(result)


# choosing, comparing, products


def where(e: Elements, condition, *choices):
    condition = truths(np.asarray)(e, condition)
    if not choices:
        return np.nonzero(condition)
    choices = [e.plain(c) for c in choices]
    result = np.where(condition, *choices)
    if any(map(e.is_real, choices)):
        return e.real(result) if np.ndim(result) else np.asarray(e.real(result))
    return result


def select(e: Elements, conditions, choices, default=0):
    """`np.select`: the first condition that holds, entry by entry."""
    result = e.plain(default)
    for test, choice in zip(reversed(conditions), reversed(choices), strict=True):
        result = where(e, test, choice, result)
    return result


def clip(e: Elements, a, a_min=None, a_max=None, out=None, min=None, max=None, **kwargs):
    low, high = (a_min if min is None else min), (a_max if max is None else max)
    result = e.plain(a)
    if low is not None:
        result = e.arithmetic("maximum", np.maximum, result, low)
    if high is not None:
        result = e.arithmetic("minimum", np.minimum, result, high)
    return stored(result, out, **kwargs)


def around(e: Elements, a, decimals=0, out=None):
    a = e.plain(a)
    return stored(e.functions["round"](a, decimals) if e.is_real(a) else np.round(a, decimals), out)


def rounding(name: str, own: Callable) -> Objects:
    """`floor` and the like, which keep integers."""
    return arithmetic(name, own)


def nan_to_num(e: Elements, x, copy=True, nan=0.0, posinf=None, neginf=None):
    largest = float(np.finfo(float).max)
    bounds = {math.inf: largest if posinf is None else posinf, -math.inf: -largest if neginf is None else neginf}

    def finite(v):
        return e.numbers.make(nan if v != v else bounds.get(v, v) if abs(v) == math.inf else v)

    return np.frompyfunc(finite, 1, 1)(e.real(e.plain(x)))


def close(e: Elements, a, b, rtol=1e-05, atol=1e-08, equal_nan=False):
    a, b = e.real(e.plain(a)), e.real(e.plain(b))
    return np.abs(a - b) <= atol + rtol * np.abs(b)


def product(own: Callable) -> Objects:
    """`dot` and its like: sums of products are Python's, entry by entry."""

    def call(e: Elements, *args, out=None, dtype=None, **kwargs):
        args = [a if isinstance(a, str) else e.plain(a) for a in args]
        real = any(e.is_real(a) for a in args)
        result = own(*args, **kwargs)
        return stored(reals_of(e, e.real(0), result) if real else result, out)

    return call


def multi_dot(e: Elements, arrays):
    """`np.linalg.multi_dot`, from left to right."""
    return functools.reduce(lambda left, right: product(np.dot)(e, left, right), arrays)


def polygamma(e: Elements, n, x):
    """The slope of digamma."""
    if n != 1:
        raise NotImplementedError("polygamma of another order than 1")
    return e.apply("trigamma", x)


def scatter(own: Callable) -> Objects:
    """`np.add.at` and its like: changes the array in place."""

    def call(e: Elements, a, index, *operand):
        own(a, index, *[e.plain(v) for v in operand])

    return call


def bincount(e: Elements, x, weights=None, minlength=0):
    if weights is None:
        return np.bincount(x, None, minlength)
    result = e.real(np.zeros(max([minlength, *(np.asarray(x) + 1)]), int))
    np.add.at(result, x, e.real(e.plain(weights)))
    return result


def interp(e: Elements, x, xp, fp):
    """`np.interp`: a straight line between two knots, level outside."""
    x, xp, fp = (e.real(e.plain(value)) for value in (x, xp, fp))
    right = np.searchsorted(xp, x)
    level = (right == 0) | (right == len(xp))
    right = np.clip(right, 1, len(xp) - 1)
    slope = e.apply("divide", fp[right] - fp[right - 1], xp[right] - xp[right - 1])
    return np.where(level, np.where(x <= xp[0], fp[0], fp[-1]), fp[right - 1] + slope * (x - xp[right - 1]))[()]


def gradient(e: Elements, a, step=1.0):
    """`np.gradient`, for one axis and one step."""
    a = e.real(e.plain(a))
    if a.ndim != 1 or len(a) < 2:
        raise NotImplementedError("more axes than one")
    rise = np.concatenate(([2 * (a[1] - a[0])], a[2:] - a[:-2], [2 * (a[-1] - a[-2])]))
    return e.apply("divide", rise, 2 * e.numbers.make(step))

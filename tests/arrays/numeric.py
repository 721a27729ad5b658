"""Arrays in nested containers, what a function's outputs are, and gradients by central differences."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable, Iterator

import numpy as np

STEP = 1e-5
TOLERANCE = 1e-6


def leaves(value: object, path: tuple = ()) -> Iterator[tuple[tuple, object]]:
    """(path, leaf) for everything in nested lists, tuples and dicts that is none of these."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    elif isinstance(value, (list, tuple)):
        for i, inner in enumerate(value):
            yield from leaves(inner, (*path, i))
    else:
        yield path, value


def at(value: object, path: tuple) -> object:
    """The leaf at a path.  Raises LookupError or TypeError where there is none."""
    for key in path:
        value = value[key]
    return value


def put(value: object, path: tuple, leaf: object) -> object:
    """A copy of a nested value with another leaf at a path."""
    if not path:
        return leaf
    inner = put(value[path[0]], path[1:], leaf)
    if isinstance(value, tuple):
        return (*value[: path[0]], inner, *value[path[0] + 1 :])
    return {**value, path[0]: inner} if isinstance(value, dict) else [
        inner if i == path[0] else v for i, v in enumerate(value)
    ]  # fmt: skip


def is_number(value: object) -> bool:
    """A float or an integer or an array of them, and no flag."""
    return isinstance(value, (int, float, np.ndarray, np.number)) and not isinstance(value, bool)


def same(a: object, b: object) -> bool:
    """Equal to the bit, in structure, shape and dtype; nan equals nan."""
    if isinstance(a, dict):
        return isinstance(b, dict) and a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
    if isinstance(a, (list, tuple)):
        return type(a) is type(b) and len(a) == len(b) and all(map(same, a, b))
    if not is_number(a):
        return type(a) is type(b) and bool(a == b)
    a, b = np.asarray(a), np.asarray(b)
    return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()


def outputs(value: object, *, cache: bool) -> tuple:
    """Which of the results a function returned are differentiated (of several, numbers and arrays; of a loss and more, the loss).

    ``cache`` says that the second of two results is a cache, whatever its kind.
    """
    if not isinstance(value, tuple):
        return (value,)
    if cache and len(value) == 2 or is_number(value[0]) and np.ndim(value[0]) == 0:
        return value[:1]
    return tuple(v for v in value if is_number(v))


def draw_dout(outs: tuple, rng: np.random.Generator) -> object:
    """A random gradient on the outputs, of their structure and dtype: bare for one, a tuple for several."""
    douts = tuple(
        rng.standard_normal(np.shape(o)).astype(np.asarray(o).dtype)
        if np.ndim(o)
        else (np.float32 if isinstance(o, np.float32) else float)(rng.uniform(0.5, 2.0))
        for o in map(as_float, outs)
    )  # fmt: skip
    return douts if len(douts) > 1 else douts[0]


def as_float(value: object) -> object:
    """An integer or boolean array as floats; anything else as it is."""
    return value.astype(float) if isinstance(value, np.ndarray) and value.dtype.kind in "iub" else value


def widen(value: object) -> object:
    """A copy of a nested value in which every float is a float64."""
    if isinstance(value, dict):
        return {k: widen(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(widen(v) for v in value)
    if isinstance(value, np.ndarray):
        return value.astype(float) if value.dtype.kind == "f" else value.copy()
    return value


def narrow(value: object) -> object:
    """A copy of a nested value in which every array of floats is of float32."""
    if isinstance(value, dict):
        return {k: narrow(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(narrow(v) for v in value)
    return value.astype(np.float32) if isinstance(value, np.ndarray) and value.dtype.kind == "f" else value


def numeric_gradient(
    objective: Callable[[dict], float], point: dict[str, object], path: tuple, step: float = STEP
) -> np.ndarray:
    """The derivative of ``objective(point)`` by every entry of the float leaf at a path, by central differences.

    ``objective`` gets a copy of its own each time, and may write into it.
    """
    leaf = np.array(at(point, path), dtype=float)
    gradient = np.zeros(leaf.shape)
    for index in np.ndindex(leaf.shape):
        ends = []
        for sign in (1, -1):
            moved = leaf.copy()
            moved[index] += sign * step
            moved = moved if isinstance(at(point, path), np.ndarray) else float(moved)
            ends.append(objective(put(copy.deepcopy(point), path, moved)))
        gradient[index] = (ends[0] - ends[1]) / (2 * step)
    return gradient


def weighted(f: Callable, dout: object, *, cache: bool) -> Callable[[dict], float]:
    """The number sum(dout * f(**point)) as a function of the point: its gradient is the vector-Jacobian product."""

    def objective(point: dict) -> float:
        with np.errstate(all="ignore"):
            outs = outputs(f(**point), cache=cache)
        douts = dout if len(outs) > 1 else (dout,)
        return sum(float(np.sum(widen(d) * o)) for d, o in zip(douts, outs, strict=True))

    return objective


def far_apart(found: object, wanted: np.ndarray, scale: float, tolerance: float = TOLERANCE) -> bool:
    """Whether a gradient differs from the numeric one by more than differences can be blamed for.

    The yardstick is the gradient's own norm; of one that (nearly) vanishes, a thousandth of ``scale``, the norm of all.
    """
    error = np.linalg.norm(np.asarray(found, dtype=float) - wanted)
    yardstick = max(np.linalg.norm(wanted), 1e-3 * scale, 1e-3)
    return not error <= tolerance * yardstick


def arrays(value: object) -> list[np.ndarray]:
    """The arrays in a nested value."""
    return [leaf for _, leaf in leaves(value) if isinstance(leaf, np.ndarray)]


def overlaps(arrays_a: list[np.ndarray], arrays_b: list[np.ndarray]) -> bool:
    """Whether any array of the first list shares memory with one of the second."""
    return any(np.shares_memory(a, b) for a in arrays_a for b in arrays_b if a.size and b.size)


def overlap_among(found: list[np.ndarray]) -> bool:
    """Whether two arrays of a list share memory."""
    return any(np.shares_memory(a, b) for a, b in itertools.combinations(found, 2) if a.size and b.size)


def is_thin(array: np.ndarray) -> bool:
    """Whether entries of an array share memory with each other (a broadcast view) or cannot be written."""
    stretched = any(s == 0 and n > 1 for s, n in zip(array.strides, array.shape))
    return not array.flags.writeable or array.size > 0 and stretched

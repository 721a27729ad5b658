"""Looking at what a text returned or changed: numbers, arrays and containers of them, of any number system.

Arrays are known by their shape, so that nothing here needs NumPy before a program does.
"""

from __future__ import annotations

import math
from collections.abc import Iterator


def is_array(value) -> bool:
    """Whether a value is an array with axes, or one number held as an array."""
    return hasattr(value, "tolist") and hasattr(value, "shape") and hasattr(value, "ravel")


def is_number(value) -> bool:
    """Whether a value is one number, of any system."""
    if isinstance(value, bool):
        return False
    return (
        isinstance(value, (int, float))
        or hasattr(value, "_mpf_")
        or hasattr(value, "is_one_number")
        or is_array(value)
        and not value.shape
    )


def shape_of(value) -> tuple[int, ...]:
    return tuple(value.shape) if is_array(value) else ()


def numbers_in(value) -> list:
    """The numbers in an array, or the one number."""
    return value.ravel().tolist() if is_array(value) else [value]


def outputs_in(value, top: bool = False) -> list:
    """The numbers and arrays of a result, in order; ``top`` only looks at the results side by side, not inside them."""
    if is_number(value) or is_array(value):
        return [value]
    inside = list(value.values()) if isinstance(value, dict) else value
    if not isinstance(inside, (tuple, list)):
        return []
    if top:
        return [item for item in inside if is_number(item) or is_array(item)]
    return [x for item in inside for x in outputs_in(item)]


def is_finite(value) -> bool:
    return all(abs(x) < math.inf for x in numbers_in(value))


def equal(a, b) -> bool:
    """Whether two results are the same: shapes, and every number exactly."""
    return shape_of(a) == shape_of(b) and all(
        x == y or x != x and y != y for x, y in zip(numbers_in(a), numbers_in(b), strict=True)
    )


def near(a, b) -> bool:
    """Whether two results in floats are the same but for the rounding of sums that a library orders as it likes."""
    if shape_of(a) != shape_of(b):
        return False
    pairs = list(zip(numbers_in(a), numbers_in(b), strict=True))
    height = max((abs(x) for x, _ in pairs if abs(x) < math.inf), default=0.0)
    return equal(a, b) or all(
        math.isclose(x, y, rel_tol=1e-6, abs_tol=1e-9 * height) or x != x and y != y for x, y in pairs
    )


def alike(a, b) -> bool:
    """`equal`, through containers; what is neither number nor container must be equal itself."""
    if is_array(a) or is_array(b):
        return is_array(a) and is_array(b) and equal(a, b)
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(alike(a[key], b[key]) for key in a)
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return len(a) == len(b) and all(map(alike, a, b))
    return a is b or a == b or is_number(a) and is_number(b) and a != a and b != b


def snapshot(value):
    """A copy that later changes in place do not reach."""
    if is_array(value):
        return value.copy()
    if isinstance(value, dict):
        return {key: snapshot(item) for key, item in value.items()}
    return type(value)(map(snapshot, value)) if type(value) in (list, tuple) else value


def arrays_in(value) -> Iterator:
    """The arrays inside a value that have a memory of their own."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        for item in value:
            yield from arrays_in(item)
    elif is_array(value) and hasattr(value, "setflags") and value.size and type(value).__name__ == "ndarray":
        yield value


def share_memory(a, b) -> bool:
    """Whether any array in ``a`` overlaps one in ``b``."""
    others = list(arrays_in(b))
    return any(_overlap(x, y) for x in arrays_in(a) for y in others)


def _overlap(x, y) -> bool:
    import numpy as np

    try:
        return np.shares_memory(x, y, max_work=10_000)
    except np.exceptions.TooHardError:
        return False


def readable(value):
    """A value for a message: numbers and small arrays as lists, a large array by its shape."""
    if is_array(value):
        return value.tolist() if value.size <= 12 else f"<array of shape {tuple(value.shape)}>"
    if isinstance(value, dict):
        return {key: readable(item) for key, item in value.items()}
    return [readable(item) for item in value] if isinstance(value, list) else value

"""What a call of NumPy will use up, told from its arguments before it is made.

Every function takes a call's arguments and gives a number of steps, never less than the number
of entries of the largest array that the call allocates.  Arguments that make no sense give a
small number: the call itself will raise.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

Cost = Callable[..., int]


def size(value) -> int:
    """The number of entries of an argument."""
    if isinstance(value, np.ndarray):
        return value.size
    if isinstance(value, (list, tuple)):
        return sum(map(size, value))
    return len(value) if isinstance(value, range) else 1


def inputs(*args, **kwargs) -> int:
    """As much as the arguments hold."""
    return 1 + sum(map(size, args)) + sum(map(size, kwargs.values()))


def nothing(*args, **kwargs) -> int:
    return 1


def broadcast(*args, **kwargs) -> int:
    """As much as the arguments give together."""
    return 1 + together([shape(a) for a in (*args, *kwargs.values())])


def together(shapes: list[tuple[int, ...]]) -> int:
    """The number of entries of arrays of these shapes, broadcast against each other."""
    widest = max(map(len, shapes), default=0)
    aligned = [(1,) * (widest - len(s)) + s for s in shapes]
    extents = zip(*aligned, strict=True)
    return math.prod(0 if 0 in lengths else max(lengths) for lengths in extents)


def shape(value) -> tuple[int, ...]:
    """The shape of an argument; nested lists by their first entries, ragged ones are NumPy's to refuse."""
    if isinstance(value, (np.ndarray, np.generic)):
        return value.shape
    if isinstance(value, (list, tuple)):
        return (len(value), *(max((shape(v) for v in value), key=len, default=())))
    return (len(value),) if isinstance(value, range) else ()


def product(extents) -> int:
    """The product of what may be a shape: an int or several."""
    if isinstance(extents, (list, tuple, np.ndarray)):
        return math.prod(abs(int(n)) for n in extents if is_count(n))
    return abs(int(extents)) if is_count(extents) else 1


def is_count(n) -> bool:
    return isinstance(n, (int, np.integer))


def by_shape(shape=(), *args, **kwargs) -> int:
    """`zeros`, `ones`, `full`: the product of the shape."""
    return 1 + product(shape)


def like(a=(), *args, shape=None, **kwargs) -> int:
    """`zeros_like` and the like."""
    return 1 + (size(a) if shape is None else product(shape))


def broadcast_to(array=(), shape=(), **kwargs) -> int:
    return 1 + product(shape)


def square(*args, **kwargs) -> int:
    """`eye`, `identity`, `tri`, `tril_indices`: one count squared, or the product of two."""
    counts = [*args, *kwargs.values()]
    return 1 + product(counts) * max((product(n) for n in counts), default=1)


def diagonal(v=(), k=0, **kwargs) -> int:
    """`diag` of a vector is a square."""
    return 1 + (size(v) if len(shape(v)) > 1 else (size(v) + product(k)) ** 2)


def flat_diagonal(v=(), k=0, **kwargs) -> int:
    return 1 + (size(v) + product(k)) ** 2


def steps(*args, **kwargs) -> int:
    """`arange`: how many steps."""
    given = [kwargs[k] for k in ("start", "stop", "step") if k in kwargs]
    start, stop, step, *_ = (
        (*args, *given, None, None)[:3] if len((*args, *given)) > 1 else (0, *args, *given, None, None)
    )
    try:
        return 1 + abs(int((stop - start) / (step or 1)))
    except (TypeError, ValueError, OverflowError):
        return 1


def linspace(start=0, stop=0, num=50, *args, **kwargs) -> int:
    return 1 + product(num) * max(size(start), size(stop))


def repeat(a=(), repeats=1, axis=None, **kwargs) -> int:
    counts = np.abs(np.asarray(repeats)).ravel().tolist() if size(repeats) < 10**6 else [1]
    most = max((n for n in counts if is_count(n)), default=0)
    return 1 + size(a) * (1 + most)


def tile(A=(), reps=1, **kwargs) -> int:
    return 1 + size(A) * product(reps)


def pad(array=(), pad_width=0, *args, **kwargs) -> int:
    widths = pad_width if not isinstance(pad_width, np.ndarray) else pad_width.tolist()
    flat = _numbers(widths)
    most = 2 * max((abs(n) for n in flat), default=0)
    rows = widths if isinstance(widths, (list, tuple)) and len(widths) == len(shape(array)) else None
    around = [sum(map(abs, _numbers(row))) if len(_numbers(row)) > 1 else most for row in rows] if rows else []
    return 1 + math.prod(n + extra for n, extra in zip(shape(array), around or [most] * len(shape(array)), strict=True))


def _numbers(nested) -> list[int]:
    if isinstance(nested, (list, tuple)):
        return [n for item in nested for n in _numbers(item)]
    if isinstance(nested, dict):
        return _numbers(list(nested.values()))
    return [int(nested)] if is_count(nested) else []


def pairs(*args, **kwargs) -> int:
    """`outer`, `kron`, `convolve`: each with each."""
    return 1 + math.prod(max(1, size(a)) for a in (*args, *kwargs.values()))


def matrix_product(a=(), b=(), *args, **kwargs) -> int:
    """`dot`, `matmul`, `inner`: the multiplications; an upper bound for stacks of matrices."""
    left, right = shape(a), shape(b)
    if not left or not right:
        return broadcast(a, b)
    inner = right[-2] if len(right) > 1 else right[-1]
    return 1 + size(a) + size(b) + size(a) * size(b) // max(1, min(inner, left[-1]))


def chain(arrays=(), **kwargs) -> int:
    """`multi_dot`: the multiplications from left to right; the best order takes no more."""
    shapes = [shape(a) or (1,) for a in arrays]
    return 1 + sum(shapes[0][0] * math.prod(s) for s in shapes)


def power(a=(), n=1, *args, **kwargs) -> int:
    """`matrix_power`: at most two products for each binary digit."""
    return 1 + 2 * matrix_product(a, a) * max(1, int(n).bit_length())


def elimination(*args, **kwargs) -> int:
    """`inv`, `solve`, `det`: entries times rows."""
    arrays = [*args, *kwargs.values()]
    return 1 + sum(map(size, arrays)) * max((n for a in arrays for n in shape(a)[-1:]), default=1)


def rotations(*args, **kwargs) -> int:
    """`eigh`, `svd`: an elimination for each row, many times."""
    return 60 * elimination(*args, **kwargs) * max((n for a in args for n in shape(a)), default=1)


def tensordot(a=(), b=(), axes=2, **kwargs) -> int:
    left, count = shape(a), 1
    if is_count(axes):
        count = math.prod(left[max(0, len(left) - int(axes)) :])
    elif isinstance(axes, (list, tuple)) and len(axes):
        first = axes[0] if isinstance(axes[0], (list, tuple)) else [axes[0]]
        count = math.prod(left[k] for k in first if is_count(k) and -len(left) <= k < len(left))
    return 1 + size(a) + size(b) + size(a) * size(b) // max(1, count)


def einsum(subscripts="", *operands, **kwargs) -> int:
    """The product of all index extents."""
    if not isinstance(subscripts, str):
        return 1 + math.prod(map(size, operands))
    terms = subscripts.replace(" ", "").split("->")[0].split(",")
    extents, rest = {}, 1
    for term, operand in zip(terms, operands, strict=False):
        if "..." in term:
            rest *= max(1, size(operand))
        extents |= {k: max(extents.get(k, 0), n) for k, n in zip(term, shape(operand), strict=False)}
    return 4 ** len(operands) + sum(map(size, operands)) + rest * math.prod(extents.values())


def take(a=(), indices=(), axis=None, **kwargs) -> int:
    extents = shape(a)
    known = is_count(axis) and -len(extents) <= axis < len(extents)
    return 1 + size(indices) * (size(a) // max(1, extents[axis]) if known else 1)


def grids(*args, **kwargs) -> int:
    """`meshgrid`: as many grids as axes."""
    return 1 + len(args) * math.prod(map(size, args))


def indices(dimensions=(), **kwargs) -> int:
    return 1 + product(dimensions) * max(1, size(dimensions))


def sections(ary=(), indices_or_sections=1, *args, **kwargs) -> int:
    """`split`: as many views as asked for."""
    parts = indices_or_sections
    return 1 + size(ary) + (product(parts) if is_count(parts) else size(parts))


def differences(a=(), n=1, *args, **kwargs) -> int:
    """`diff`: one pass for each order."""
    return (1 + inputs(a, *args, *kwargs.values())) * product(n)


def counts(x=(), weights=None, minlength=0) -> int:
    """`bincount`: as many bins as the largest entry."""
    entries = np.asarray(x)
    largest = int(entries.max()) if entries.size and entries.dtype.kind in "iub" else 0
    return 1 + size(x) + max(0, largest) + product(minlength)


def subscript(array: np.ndarray, index) -> int:
    """The entries that ``array[index]`` copies; views cost nothing."""
    parts = index if type(index) is tuple else (index,)
    fancy, consumed = [], 0
    for part in parts:
        if isinstance(part, (list, range, np.ndarray)):
            given = np.asarray(part) if size(part) else np.zeros(0, int)
            boolean = given.dtype == bool
            fancy.append((given.size,) if boolean else given.shape)
            consumed += given.ndim if boolean else 1
    if not fancy:
        return 1
    kept = sorted(array.shape, reverse=True)[: max(0, array.ndim - consumed)]
    return 1 + together(fancy) * max(1, math.prod(kept))


def drawn(*args, size=None) -> int:
    """Random draws: the product of the numbers that may be sizes."""
    sizes = [n for a in (*args, size) for n in (a if isinstance(a, (tuple, list)) else (a,))]
    return 1 + math.prod(int(n) for n in sizes if isinstance(n, (int, np.integer)) and n > 0)

"""A point that is written down, as arguments of array code; results and gradients as one can write them down."""

from __future__ import annotations

import numpy as np

from gradgen.api.arguments import is_real, sequence


class Unfit(ValueError):
    """A value that a parameter cannot take; the text says why."""


def argument(value: object, spec: object, name: str) -> object:
    """A literal as the argument that a parameter takes; ``spec`` is the parameter's kind, see `checks.claim`.

    >>> argument([[1, 2]], ("array", ("N", 2)), "x"), argument([0, 1], ("ints", ("N",), "C"), "y")
    (array([[1., 2.]]), array([0, 1]))
    """
    if isinstance(spec, tuple) and spec[0] == "dict" and isinstance(value, dict):
        return value | {k: argument(value[k], s, f"{name}[{k!r}]") for k, s in spec[1] if k in value}
    if isinstance(spec, tuple) and spec[0] == "list" and isinstance(value, (list, tuple)):
        given = [argument(v, s, f"{name}[{i}]") for i, (v, s) in enumerate(zip(value, spec[1]))]
        return sequence(value, [*given, *value[len(given) :]])
    if not isinstance(spec, tuple) or spec[0] in ("list", "dict"):
        return value
    return array(value, spec[0], name)


def array(value: object, holds: str, name: str) -> object:
    """Nested lists as an array of ``ints``, ``bools`` or else floats; a number as it is."""
    if not isinstance(value, (list, tuple)):
        return float(value) if is_real(value) and holds == "array" else value
    try:
        made = np.array(value)
    except ValueError:
        raise Unfit(f"`{name}` is no array: its rows are not of one length") from None
    if made.dtype.kind not in {"ints": "iu", "bools": "b"}.get(holds, "fiu") and made.size:
        wanted = {"ints": "whole numbers", "bools": "truth values"}.get(holds, "numbers")
        raise Unfit(f"`{name}` must hold {wanted}")
    return made.astype({"ints": int, "bools": bool}.get(holds, float))


def fit_stated(values: dict[str, object], stated: dict[str, tuple[str, ...]]) -> None:
    """Raise `Unfit` for an argument that has not the shape that is stated for it."""
    sizes: dict[str, tuple[int, str]] = {}
    for name, dims in stated.items():
        shape = np.shape(values[name])
        want = f"({', '.join(dims)})"
        if len(shape) != len(dims):
            raise Unfit(f"`{name}` has the shape {shape}, not {want}")
        for size, dim in zip(shape, dims):
            known, where = sizes.setdefault(dim, (int(dim) if dim.isdigit() else size, name))
            if known != size and (dim.isidentifier() or dim.isdigit()):
                beside = f", and {dim} is {known} in `{where}`" if dim.isidentifier() else ""
                raise Unfit(f"`{name}` has the shape {shape}, not {want}{beside}")


def ones(output: object, one: bool = True) -> object:
    """A gradient on a result: 1 (else 0) everywhere."""
    return np.full(np.shape(output), float(one)) if np.shape(output) else float(one)


def written(value: object) -> object:
    """A result or a gradient as Python's own numbers, in lists where it is an array."""
    if isinstance(value, (np.ndarray, np.generic)):
        return value.tolist()
    if isinstance(value, dict):
        return {k: written(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return sequence(value, [written(v) for v in value])
    return value

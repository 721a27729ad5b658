"""What several tests need: running emitted text, central differences, comparing gradients of any structure."""

from __future__ import annotations

import inspect
import math
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from types import ModuleType

import gradgen
from gradgen.interpret import special
from gradgen.pipeline import Result

if find_spec("scipy") is None:  # the functions of it that there are rules for, for texts that import them
    sys.modules["scipy"], sys.modules["scipy.special"] = ModuleType("scipy"), special
    sys.modules["scipy"].special = special


def execute(text: str) -> dict[str, object]:
    """The names that a text of gradgen's own (or of a test's) defines."""
    namespace: dict[str, object] = {}
    exec(compile(text, "<emitted>", "exec"), namespace)
    return namespace


def made(source: str, function: str | None = None, **options) -> Result:
    """A result without a verdict: these tests judge the text by themselves."""
    return gradgen.generate(source, function, verify=False, **options)


def joint(result: Result) -> Callable:
    """The emitted ``f_value_and_grad``."""
    names = execute(result.text_of("joint"))
    return names[result.claim("joint").entries[0]]


def pair(result: Result) -> tuple[Callable, Callable]:
    """The emitted ``f_forward`` and ``f_backward``."""
    names = execute(result.text_of("split"))
    forward, backward = result.claim("split").entries
    return names[forward], names[backward]


def leaves(value, path: tuple = ()) -> Iterator[tuple[tuple, float]]:
    """(path, number) for every number in nested lists, tuples and dicts."""
    if isinstance(value, (list, tuple)):
        for i, v in enumerate(value):
            yield from leaves(v, (*path, i))
    elif isinstance(value, dict):
        for k, v in value.items():
            yield from leaves(v, (*path, k))
    else:
        yield path, value


def moved(value, path: tuple, by: float):
    """A copy of a nested value with one number moved."""
    if not path:
        return value + by
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = moved(value[path[0]], path[1:], by)
    return copy


def slope(f: Callable[[float], float], scale: float = 1.0) -> float:
    """The derivative of ``f`` at 0 by the five-point formula, right to about 11 digits for smooth functions."""
    h = 1e-3 * max(1.0, abs(scale))
    return (f(-2 * h) - 8 * f(-h) + 8 * f(h) - f(2 * h)) / (12 * h)


def numeric_gradient(f: Callable[..., float], point: dict[str, object], name: str) -> dict[tuple, float]:
    """{path: derivative of f by that number of the argument ``name``}."""
    return {
        path: slope(lambda h, path=path: call(f, {**point, name: moved(point[name], path, h)}), value)
        for path, value in leaves(point[name])
    }


def close(a: float, b: float, tolerance: float = 1e-7) -> bool:
    """Equal up to a relative tolerance; nan equals nan."""
    return a == b or a != a and b != b or math.isclose(a, b, rel_tol=tolerance, abs_tol=tolerance)


def call(f: Callable, point: dict[str, object]):
    """``f`` at a point given by names, positional-only parameters included."""
    params = inspect.signature(f).parameters.values()
    args = [point[p.name] for p in params if p.kind is p.POSITIONAL_ONLY and p.name in point]
    return f(
        *args, **{n: v for n, v in point.items() if n not in {p.name for p in params if p.kind is p.POSITIONAL_ONLY}}
    )

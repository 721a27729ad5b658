"""Every function of the collection at each of its points: the value to the bit, the gradient by central differences."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import gradgen
from tests.arrays.numeric import at, draw_dout, is_number, leaves, numeric_gradient, outputs, same, weighted
from tests.language import functions
from tests.support import execute

SOURCE = Path(functions.__file__).read_text(encoding="utf-8")


def told(key: str) -> Iterator[tuple[str, str]]:
    """(function, what a comment of this kind above it says) of the collection, in order."""
    lines = SOURCE.splitlines()
    for node in ast.parse(SOURCE).body:
        if isinstance(node, ast.FunctionDef):
            first = next(i for i in reversed(range(node.lineno - 1)) if not lines[i].startswith("#"))
            above = lines[first + 1 : node.lineno - 1]
            yield from ((node.name, line.removeprefix(f"# {key}: ")) for line in above if line.startswith(f"# {key}: "))


CASES = list(told("at"))
SHAPES = {name: tuple(said.split("; ")) for name, said in told("shape")}


def taken(said: str) -> dict[str, object]:
    """A point as it is written: ``v(3)`` and ``m(2, 3)`` are random arrays, ``ints(0, 2)`` is one of integers."""
    rng = np.random.default_rng(7)
    names = {"v": lambda n: rng.normal(size=n), "m": lambda *s: rng.normal(size=s), "ints": lambda *i: np.array(i)}
    return eval(f"dict({said})", names)


@cache
def made(name: str):
    return gradgen.generate(SOURCE, name, style="split", shape=SHAPES.get(name, ()))


def test_the_collection_is_large() -> None:
    assert len({name for name, _ in CASES}) >= 110


@pytest.mark.parametrize("name", dict(CASES))
def test_verdict(name: str) -> None:
    report = made(name).report
    assert report.verdict in ("PROVED", "IDENTITY-TESTED"), report


@pytest.mark.parametrize("name, said", CASES)
def test_gradient(name: str, said: str) -> None:
    result, original = made(name), getattr(functions, name)
    forward, backward = result.claim("split").entries
    space, point = execute(result.text), taken(said)
    before = copy.deepcopy(point)
    authors = copy.deepcopy(point)
    out, kept = call(space[forward], point)
    value = call(original, authors)
    if result.function.aux is not None:
        value = value[0]
        out = out if result.function.adopts else out[0]
    assert same(out, value)
    assert same(point, authors)  # what the author's function writes into its arguments, and no more
    rng = np.random.default_rng(8)
    dout = draw_dout(outputs(value, cache=False), rng)
    gradients = space[backward](dout, kept)
    assert same(gradients, space[backward](dout, kept)) and same(point, authors)
    gradients = gradients if len(result.wrt) > 1 else (gradients,)
    objective = weighted(lambda **p: call(original, p), dout, cache=bool(result.function.adopts))
    for by, gradient in zip(result.wrt, gradients, strict=True):
        if by not in before:
            continue
        for path, value in leaves(before[by]):
            if is_number(value) and not np.issubdtype(np.asarray(value).dtype, np.integer):
                expected = numeric_gradient(objective, before, (by, *path))
                assert np.shape(at(gradient, path)) == np.shape(value)
                np.testing.assert_allclose(at(gradient, path), expected, rtol=1e-5, atol=1e-7, err_msg=by)


def call(f, point: dict[str, object]):
    """A function at a point given by names, positional-only parameters included."""
    code = f.__code__
    first = code.co_varnames[: code.co_posonlyargcount]
    return f(*(point[n] for n in first), **{n: v for n, v in point.items() if n not in first})

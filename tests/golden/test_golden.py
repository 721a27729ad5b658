"""The emitted text, feature by feature: as a person would write it, and right."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Callable
from pathlib import Path

import black
import pytest

from gradgen.checks.claim import Claim
from gradgen.pipeline import Result
from gradgen.render.view import layer_name
from tests.golden.files import Golden, golden_files, read_golden
from tests.support import call, close, execute, joint, leaves, numeric_gradient, pair

every_file = pytest.mark.parametrize("path", golden_files(), ids=lambda p: p.stem)


def comments(text: str) -> list[str]:
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return [t.string for t in tokens if t.type == tokenize.COMMENT]


@every_file
def test_text(path: Path) -> None:
    """Tree and comments are the expected ones (black's layout may move from year to year)."""
    golden = read_golden(path)
    result = golden.result()
    assert golden.expected, "run python -m tests.golden.regenerate"
    for style, expected in golden.expected.items():
        text = result.text_of(style)
        assert ast.dump(ast.parse(text)) == ast.dump(ast.parse(expected)), text
        assert comments(text) == comments(expected)


@every_file
def test_stable_under_black(path: Path) -> None:
    result = read_golden(path).result()
    for style in ("joint", "split"):
        text = result.text_of(style)
        assert black.format_str(text, mode=black.Mode()) == text


@every_file
def test_gradients(path: Path) -> None:
    """The emitted functions return the original's value and, by central differences, its gradient; the styles agree."""
    golden = read_golden(path)
    result = golden.result()
    original = execute(golden.source)[result.name]
    assert golden.points, "give a point: # at: x=1.5"
    for point in golden.points:
        measure(golden, result, original, point)


def measure(golden: Golden, result: Result, original: Callable, point: dict[str, object]) -> None:
    """One point: values, gradients in both styles, and backward called twice."""
    claim = result.claim("split")
    forward, backward = pair(result)
    out, cache = call(forward, point)
    places = output_places(claim, call(original, point), out)
    dout = tuple(0.7 - 1.3 * i for i in range(claim.outputs)) if claim.outputs > 1 else 1.0

    def weighted(**arguments) -> float:
        value = call(original, arguments)
        return sum(
            d * dict(leaves(value))[place]
            for (_, d), place in zip(leaves(dout), places, strict=True)
        )

    grads = backward(dout, cache)
    assert backward(dout, cache) == grads, "the same again"
    compare(weighted, point, claim.wrt, grads)
    if "joint" in golden.expected:
        value, again = call(joint(result), point)
        assert value == out
        assert dict(leaves(again)) == pytest.approx(dict(leaves(grads)), rel=1e-12)
    if "layer" in golden.expected:
        layer = execute(result.text_of("layer"))[layer_name(result.name)]()
        assert call(layer.forward, point) == out
        assert layer.backward(dout) == grads
        given = grads if len(claim.wrt) > 1 else (grads,)
        for name, grad in zip(claim.wrt, given, strict=True):
            assert name == result.function.params[0].name or getattr(layer, f"d{name}") == grad


def output_places(claim: Claim, whole: object, out: object) -> list[tuple]:
    """Where in the original's result the outputs stand; the emitted result is the original's, aux set apart."""
    if not claim.has_aux:
        assert out == whole
        return [path for path, _ in leaves(whole)]
    outputs, aux = out
    assert sorted(map(repr, dict(leaves([outputs, aux])).values())) == sorted(
        map(repr, dict(leaves(whole)).values())
    )
    return [next(path for path, v in leaves(whole) if v == value) for _, value in leaves(outputs)]


def compare(f, point: dict[str, object], wrt: tuple[str, ...], grads) -> None:
    for name, grad in zip(wrt, grads if len(wrt) > 1 else [grads], strict=True):
        wanted = numeric_gradient(f, point, name)
        found = dict(leaves(grad))
        assert found.keys() == wanted.keys(), f"d{name} has another structure than {name}"
        for place, slope in wanted.items():
            assert close(
                found[place], slope
            ), f"d{name}{list(place)} at {point}: {found[place]}, measured {slope}"

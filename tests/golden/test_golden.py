"""The emitted text, feature by feature: as a person would write it, and right."""

from __future__ import annotations

import ast
import io
import tokenize
from pathlib import Path

import black
import pytest

from gradgen.pipeline import Result
from tests.golden.files import Golden, golden_files, read_golden, written
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


def measure(golden: Golden, result: Result, original, point: dict[str, object]) -> None:
    claim = result.claim("split")
    forward, backward = pair(result)
    whole = call(original, point)
    out, cache = call(forward, point)
    if not claim.has_aux:
        assert out == whole
        parts = out if claim.outputs > 1 else (out,)
        places = range(claim.outputs)
    else:
        value, aux = out
        parts = value if claim.outputs > 1 else (value,)
        places = [next(i for i, v in enumerate(whole) if v is p or v == p) for p in parts]
        assert sorted(map(repr, leaves([*parts, aux]))) and [v for _, v in leaves(list(parts))] == [
            whole[i] for i in places
        ]
    douts = (1.0,) if claim.outputs == 1 else tuple(0.7 - 1.3 * i for i in range(claim.outputs))

    def weighted(**arguments) -> float:
        value = call(original, arguments)
        chosen = [value] if claim.outputs == 1 and not claim.has_aux else [value[i] for i in places]
        return sum(d * v for d, v in zip(douts, chosen, strict=True))

    grads = backward(douts if claim.outputs > 1 else 1.0, cache)
    assert backward(douts if claim.outputs > 1 else 1.0, cache) == grads, "the same again"
    compare(weighted, point, claim.wrt, grads)
    if "joint" in golden.expected:
        value, again = call(joint(result), point)
        assert value == out
        assert [v for _, v in leaves(again)] == pytest.approx(
            [v for _, v in leaves(grads)], rel=1e-12, abs=1e-300
        )


def compare(f, point: dict[str, object], wrt: tuple[str, ...], grads) -> None:
    for name, grad in zip(wrt, grads if len(wrt) > 1 else [grads], strict=True):
        wanted = numeric_gradient(f, point, name)
        found = dict(leaves(grad))
        assert found.keys() == wanted.keys(), f"d{name} has another structure than {name}"
        for place, slope in wanted.items():
            assert close(
                found[place], slope
            ), f"d{name}{list(place)} at {point}: {found[place]}, measured {slope}"


def test_regenerating_changes_nothing() -> None:
    """What `regenerate` would write is what is there (in this version of black)."""
    stale = [
        p.name for p in golden_files() if written(read_golden(p)) != p.read_text(encoding="utf-8")
    ]
    assert not stale

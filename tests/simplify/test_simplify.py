"""Shorter backward lines, never other values."""

from __future__ import annotations

import math
import random

import pytest

from gradgen.ir.read import read
from gradgen.ir.write import write, write_contribution
from gradgen.simplify.fold import fold
from tests.support import joint, made


@pytest.mark.parametrize(
    "before, after",
    [
        ("1.0 * dy", "dy"),
        ("y * 1.0", "y"),
        ("-(-dy)", "dy"),
        ("-1.0 * dy", "-dy"),
        ("a * (b * dy)", "(a * b) * dy"),
        ("2 * (3 * dy)", "6 * dy"),
        ("a * -dy", "-a * dy"),
        ("-(a * b) * dy", "(-a * b) * dy"),
        ("(1 - y * y) * 1.0", "1 - y * y"),
        ("(a if c else b) * 1.0", "a if c else b"),
        ("-x / y * dz", "(-x / y) * dz"),
    ],
)
def test_fold(before: str, after: str) -> None:
    assert write_contribution(fold(read(before))) == after


@pytest.mark.parametrize("text", ["0 * dy", "0.0 * dy", "dy - dy", "dy / dy", "dy ** 0", "x + 0", "inf * 0"])
def test_what_may_hide_a_nan_stays(text: str) -> None:
    """``0 * e`` is nan where e is infinite: it is never folded away."""
    assert write(fold(read(text))) == write(read(text))


def random_text(rng: random.Random, depth: int) -> str:
    if depth == 0:
        return rng.choice(["a", "b", "c", "1", "-1", "1.0", "2", "3", "0.5", "0"])
    x, y = random_text(rng, depth - 1), random_text(rng, depth - 1)
    return rng.choice(
        [
            f"({x} * {y})",
            f"({x} * {y})",
            f"({x} / {y})",
            f"({x} + {y})",
            f"({x} - {y})",
            f"(-{x})",
            f"({x} if a > 0 else {y})",
        ]
    )


def test_folding_keeps_every_value() -> None:
    """Values, infinities and nans of random expressions, to rounding."""
    rng = random.Random(3)
    for _ in range(2000):
        text = random_text(rng, 4)
        at = {
            n: (
                rng.choice([rng.uniform(-3, 3), math.inf, -math.inf, math.nan, 0.0])
                if rng.random() < 0.3
                else rng.uniform(-3, 3)
            )
            for n in "abc"
        }
        try:
            wanted = eval(text, {}, dict(at))
        except ZeroDivisionError:
            continue
        got = eval(write(fold(read(text))), {}, dict(at))
        assert got == wanted or got != got and wanted != wanted or math.isclose(got, wanted, rel_tol=1e-12), (text, at)


def test_the_upstream_one_disappears_in_joint_code() -> None:
    assert "1.0" not in made("def f(x, y):\n    return x * y\n").text
    assert "dout" not in made("def f(x, y):\n    return x * y\n").text


def test_a_list_gradient_is_one_display_where_each_entry_has_one_contribution() -> None:
    text = made("def f(w, x):\n    return w[0] * x + w[1]\n").text
    assert "dw = [x, 1.0]  # (1)" in text
    text = made("def f(w):\n    return w[0] * w[0] + w[1] * w[0]\n").text
    assert "dw = [dw0, dw1]" in text


def test_a_truth_value_in_an_arm_of_a_choice_is_a_number() -> None:
    """``x * (y > 1)`` where it is one arm: its factor is 1.0 or 0.0, as it is where it stands alone."""
    value, gradients = joint(made("def f(x, y):\n    return y if not x else x * (y > 1)\n"))(3.0, 2.0)
    assert value == 3.0 and gradients == (1.0, 0.0) and all(type(g) is float for g in gradients)

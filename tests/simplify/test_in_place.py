"""Arrays that are worked on in place, and those that are not."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support import execute, made

NORM = """
import numpy as np


def norm(x, gamma):
    N, D = x.shape
    std = np.sqrt(np.var(x, axis=1, keepdims=True) + 1e-5)
    x_hat = (x - np.mean(x, axis=1, keepdims=True)) / std
    return gamma * x_hat
"""
READ_AGAIN = """
import numpy as np


def f(x, w, b):
    N, D = x.shape
    D, M = w.shape
    scores = x @ w
    shifted = scores / 3.0 + b
    return np.tanh(shifted)
"""
HANDED_BACK = """
import numpy as np


def f(x, y):
    N, D = x.shape
    N, D = y.shape
    return np.tanh(x / 3.0 + y)
"""


def backward(text: str, name: str) -> str:
    return made(text, style="split").text.partition(f"def {name}_backward")[2]


def test_a_gradient_read_for_the_last_time_gives_its_memory_away():
    lines = backward(NORM, "norm").splitlines()
    steps = [line.strip().partition("  #")[0] for line in lines if "dx " in line]
    assert steps == [
        "dx = gamma * dout",
        "dx -= np.mean(dx, axis=1, keepdims=True)",
        "dx -= x_hat * np.mean(x_hat * dx, axis=1, keepdims=True)",
        "dx /= std",
    ]


def test_what_others_read_keeps_its_name():
    text = backward(READ_AGAIN, "f")
    assert "unbroadcast(dshifted, b)" in text and "dshifted /=" not in text


def test_what_is_handed_back_is_left_alone():
    names = execute(made(HANDED_BACK, style="split").text)
    x, y, dout = np.random.default_rng(0).normal(size=(3, 2, 4))
    out, cache = names["f_forward"](x, y)
    dx, dy = names["f_backward"](dout, cache)
    assert np.allclose(dy, 3 * dx) and not np.shares_memory(dx, dy)


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_types_stay(kind):
    names = execute(made(NORM, style="split").text)
    x, dout = np.random.default_rng(1).normal(size=(2, 3, 4)).astype(kind)
    out, cache = names["norm_forward"](x, np.ones(4, kind))
    before = dout.copy()
    assert [g.dtype for g in names["norm_backward"](dout, cache)] == [kind, kind]
    assert np.array_equal(dout, before)

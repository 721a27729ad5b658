"""Helpers of array code: their shapes come from their calls where nothing else says them, and from docstrings."""

from __future__ import annotations

import ast

import pytest

import gradgen
from gradgen.frontend.stated import described_dims

HELPERS = """\
import numpy as np

def linear(x, w, b):
    return x @ w + b

def gelu(x):
    return 0.5 * x * (1 + np.tanh(x))

def net(x, w1, b1, w2, b2):
    \"\"\"x: (B, T, C); w1: (C, F); b1: (F,); w2: (F, C); b2: (C,)\"\"\"
    return linear(gelu(linear(x, w1, b1)), w2, b2)
"""
TWO_RANKS = """\
import numpy as np

def linear(x, w):
    return x @ w

def net(x, y, w):
    \"\"\"x: (B, T, C); y: (N, C); w: (C, C)\"\"\"
    return np.sum(linear(x, w)) + np.sum(linear(y, w) ** 2)
"""
HEADS = """\
import numpy as np

def halves(x, heads):
    N, D = x.shape
    return np.sum(np.tanh(x.reshape(N, heads, D // heads)), axis=1)

def loss(x, heads):
    return np.sum(halves(x, heads) ** 2)
"""


def test_a_helper_has_the_rank_of_its_arguments() -> None:
    """A linear layer that is called with three axes alone is no matrix product, and one for all shapes stays so."""
    result = gradgen.generate(HELPERS)
    assert "np.tensordot(x, dout, axes=((0, 1), (0, 1)))" in result.text and "unbroadcast" not in result.text
    assert "assert x.ndim" not in result.text.split("def gelu_forward")[1].split("def gelu_backward")[0]
    assert result.report.verdict in ("PROVED", "IDENTITY-TESTED")


def test_a_helper_that_is_called_with_two_ranks_serves_both() -> None:
    result = gradgen.generate(TWO_RANKS)
    assert result.report.verdict in ("PROVED", "IDENTITY-TESTED")


def test_what_a_helper_uses_as_a_size_is_drawn_as_one() -> None:
    assert gradgen.generate(HEADS, shape="x: N D").report.verdict in ("PROVED", "IDENTITY-TESTED")


@pytest.mark.parametrize(
    "text, dims",
    [
        ("x: (N, D); w, b: (D,)", {"x": ("N", "D"), "w": ("D",), "b": ("D",)}),
        ("x, w: (N, D), b: (D,)", {"x": ("N", "D"), "w": ("N", "D"), "b": ("D",)}),
        ("x: (N, D), w, b: (D,)", {"x": ("N", "D"), "w": ("D",), "b": ("D",)}),
        ("- x: input data, of shape (N, 4H)", {"x": ("N", "4*H")}),
        ("x, w: arrays of shape (T * E, H)", {"x": ("T*E", "H"), "w": ("T*E", "H")}),
        ("x: integers (B, T)", {"x": ("B", "T")}),
        ("x: pair (mean, std)", {}),
        ("x: (mean, std)", {}),
        ("x: (n_prev, m); w: (n, 1)", {"x": ("n_prev", "m"), "w": ("n", "1")}),
        ("x: (m), the length in metres", {}),
        ("x -- bias, a scalar; w: (float) how strong", {"x": (), "w": ()}),
        ("x: number of steps; w: float array; b: a number or an array", {}),
        ("x: (see Chapter 2)", {}),
        ("note: (N, D)", {}),
    ],
)
def test_shapes_that_a_docstring_states(text: str, dims: dict) -> None:
    function = ast.parse(f'def f(x, w, b):\n    """{text}"""').body[0]
    assert described_dims(function) == dims


LENS = """\
import numpy as np

def distort(rad, p):
    r2 = np.sum(p * p)
    return p * (1 + rad[0] * r2 + rad[1] * r2 * r2)

def f(cam, p):
    return np.sum(distort(cam[9:11], p) * cam[6])
"""
LABELS = """\
import numpy as np

def cross_entropy(logits, y):
    p = np.exp(logits) / np.sum(np.exp(logits), axis=1, keepdims=True)
    return -np.mean(np.log(p[np.arange(logits.shape[0]), y]))

def loss(x, w, targets):
    \"\"\"x: (B, T, C); w: (C, V); targets: integers (B, T)\"\"\"
    return cross_entropy((x @ w).reshape(-1, w.shape[1]), targets.reshape(-1))
"""


def test_a_slice_is_no_list() -> None:
    """What a helper reads entries of by number is an array, where an array is what it is given."""
    result = gradgen.generate(LENS, shape=("cam: 11", "p: 2"))
    assert "drad[1] +=" in result.text and result.report.verdict in ("PROVED", "IDENTITY-TESTED")


def test_labels_may_be_a_helpers() -> None:
    assert gradgen.generate(LABELS, "loss").report.verdict in ("PROVED", "IDENTITY-TESTED")


def test_a_helpers_setting_does_not_hide_a_gate() -> None:
    """No derivative flows to an eps that is a literal at every call, so the normalization is seen."""
    source = (
        "import numpy as np\n\ndef norm(x, eps=1e-5):\n    z = (x - np.mean(x, axis=-1, keepdims=True)) / "
        "np.sqrt(np.var(x, axis=-1, keepdims=True) + eps)\n    return z * z * z\n\n\ndef f(x):\n    return np.sum(norm(norm(x)))\n"
    )
    text = gradgen.generate(source, "f", shape=("x: N D",), verify=False).text
    assert "z * np.mean(z * dz, axis=-1, keepdims=True)" in text

"""Dicts of parameters that are handed on to other functions of the file."""

from __future__ import annotations

import numpy as np
import pytest

import gradgen
from gradgen.errors import GradgenError
from tests.arrays.numeric import at, leaves, numeric_gradient
from tests.support import execute

NETWORK = '''\
import numpy as np


def affine(x, W, b):
    return x @ W + b


def hidden(p, x):
    W1 = p["W1"]
    h = affine(x, W1, p["b1"])
    return np.maximum(0, h)


def forward(params, x):
    """x: (N, D); params: dictionary with W1 of shape (D, H), b1 of shape (H,), W2 of shape (H, C), b2 of shape (C,)"""
    return affine(hidden(params, x), params["W2"], params["b2"])


def penalty(reg, params):
    return 0.5 * reg * (np.sum(params["W1"] ** 2) + np.sum(params["W2"] ** 2))


def loss(params, x, y, reg=0.1):
    """x: (N, D); y: (N,); params: dictionary with W1 of shape (D, H), b1 of shape (H,), W2 of shape (H, C), b2 of shape (C,)"""
    scores = forward(params=params, x=x)
    scores = scores - np.max(scores, axis=1, keepdims=True)
    p = np.exp(scores) / np.sum(np.exp(scores), axis=1, keepdims=True)
    return -np.mean(np.log(p[np.arange(len(y)), y])) + penalty(reg, params)
'''


def test_the_gradient_of_a_network_in_functions() -> None:
    result = gradgen.generate(NETWORK, "loss", wrt=("params", "x"))
    assert result.report.verdict == "PROVED"
    rng = np.random.default_rng(0)
    shapes = {"W1": (3, 5), "b1": (5,), "W2": (5, 4), "b2": (4,)}
    point = {
        "params": {k: rng.normal(size=s) for k, s in shapes.items()},
        "x": rng.normal(size=(6, 3)),
        "y": rng.integers(0, 4, 6),
    }
    value, (dparams, dx) = execute(result.text)["loss_value_and_grad"](**point)
    original = execute(NETWORK)["loss"]
    assert value == original(**point)
    found = {"params": dparams, "x": dx}
    for path, _ in leaves(found):
        expected = numeric_gradient(lambda p: original(**p), point, path)
        np.testing.assert_allclose(at(found, path), expected, rtol=1e-5, atol=1e-8)


@pytest.mark.parametrize(
    "body",
    [
        "return sum(p[k] for k in p) * x",
        "q = p\n    return q['a'] * x",
        "p['a'] = x\n    return p['a']",  # the caller reads it afterwards
    ],
)
def test_a_dict_used_as_a_whole_is_not_taken_apart(body: str) -> None:
    text = f"import numpy as np\n\ndef g(p, x):\n    {body}\n\ndef f(p, x):\n    return np.sum(g(p, x) * p['a'])\n"
    with pytest.raises(GradgenError):
        gradgen.generate(text, "f")

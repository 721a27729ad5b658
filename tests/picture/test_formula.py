"""The page's own evaluator gives what Python gives, and refuses what it does not know."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gradgen.picture.template import template_text
from gradgen.picture.turn import sendable
from tests.picture.browser import MISSING

pytestmark = pytest.mark.skipif(bool(MISSING), reason=MISSING)

RNG = np.random.default_rng(1)
NAMES = {
    "x": RNG.normal(size=(3, 4)), "y": RNG.normal(size=(4, 2)), "v": RNG.normal(size=4), "u": RNG.normal(size=3), "t": RNG.normal(size=(2, 3, 4)),
    "k": np.array([2, 0, 1]), "mask": np.array([True, False, True, True]), "a": 2.5, "n": 3, "w": [1.5, -2.0, 4.0], "p": {"W": np.eye(2) * 3, "r": 0.5},
    "s": np.ones((1, 4)), "θ": 0.25,
}  # fmt: skip
MODULES = {"np": ["numpy"], "math": ["math"], "cos_": ["math", "cos"], "tau": ["math", "tau"]}
SAME = """
1 + 2 * 3 ** 2 ** 0.5 | -a ** 2 | 7 // 2 + 7 % 4 - -7 // 2 | 2e-3 * .5 + 1. | a if a > 3 else -a | (a, n)[1] | w[-1] * w[0] | p["W"] @ y.T | p["r"] / 2
not a > 3 | a > 2 and n < 2 or a | x + v | x - u[:, None] | x * (x > 0) | np.where(x > 0, x, 0.5) | np.maximum(0, x) | -x / 2 | x ** 2 | x @ y | np.dot(x, y)
x.dot(v) | v @ v | v.dot(y) | np.outer(u, v) | x.T | x.T.shape | x[0] | x[:, 1] | x[1:, ::2] | x[::-1] | x[..., 1] | t[:, 1] | t[..., None, 0] | x[k] | x[k, k]
x[range(n), k] | x[:, mask] | x[x > 0] | v[mask] * 2 | t[0, :, [0, 1]] | t[:, [0, 1], 0] | x.sum() | x.sum(axis=0) | np.sum(x, axis=1, keepdims=True) | t.mean(axis=(0, 2))
np.max(x, axis=1) | x.min() | max(a, n) | min(a, 1, n) | np.prod(v) | t.sum(-1) | x.reshape(4, 3) | x.reshape((2, -1)) | x.reshape(-1) | t.transpose(2, 0, 1) | np.swapaxes(t, 0, -1)
np.transpose(x) | t @ y | np.matmul(t, y) | np.einsum("ij,jk->ik", x, y) | np.einsum("ij,ij->i", x, x) | np.tensordot(t, x, axes=((1, 2), (0, 1))) | np.tensordot(x, y, axes=1)
np.zeros_like(x) + 1.5 | np.ones((2, 3)) | np.full((2,), a) | np.concatenate((x, s), axis=0) | np.concatenate((x, s), axis=0, dtype=x.dtype) | np.stack([v, v], axis=-1) | np.expand_dims(v, 0) | np.broadcast_to(v, (2, 4))
np.exp(x) / np.exp(x).sum(axis=1, keepdims=True) | 1 / (1 + np.exp(-x)) | np.cross(u, [1.0, 2.0, 3.0]) | np.sqrt(x * x) | np.tanh(v) | ~mask | mask & (v > 0) | len(x) | x.size + x.ndim
1_0.5 + 0x3 | cos_(a) * tau | θ * n | np.degrees(v) | np.copysign(a, u) | np.arange(4) * v | np.squeeze(s) | math.exp(a) * math.pi | abs(-a) | float(n) | np.sign(x) * np.abs(x) | x.astype(float) | np.arctan2(u, 2.0)
"""
CASES = [case.strip() for line in SAME.strip().splitlines() for case in line.split(" | ")]
REFUSED = {
    "f(x)": "there is no “f” here", "alert(1)": "there is no “alert” here", "constructor": "there is no “constructor” here", "np.load('x')": "there is no “load” here",
    "x.__class__": "“.__class__” is not known here", "x + u": "the shapes (3, 4) and (3,) do not fit together", "x @ v.T @ y": "do not fit a product", "math.exp(x)": "math.exp takes numbers",
    "w * 2": "a list is no array", "x[7]": "there is no entry 7", "x[0, 0, 0]": "there are more indices than axes", "x if x > 0 else 0": "an array is neither true nor false",
    "0 < a < 3": "one comparison at a time", "a +": "something is missing at the end", "a a": "“a” is not expected", "np": "a function or a module is no number", "a; n": "cannot read “; n”",
    "np.sum(x, ddof=1)": "sum has no “ddof” here", "x.reshape(5, 5)": "12 numbers do not make (5, 5)", "~x": "masks are wanted here", "lambda: 1": "there is no “lambda” here",
}  # fmt: skip
ASK = """
const [names, modules, texts] = arguments;
return texts.map((text) => { try { const v = lift(evaluate(text, names, modules)); return [v.shape, v.data, ""]; } catch (error) { return [[], [], error.message]; } });
"""


def ask(chrome, texts: list[str]) -> list:
    """What the page's evaluator says of each: its shape, its numbers, the complaint."""
    chrome.ask("POST", "/url", {"url": "about:blank"})
    script = "".join(map(template_text, ("arrays.js", "functions.js", "formula.js"))) + ASK
    return chrome.run(script, {k: sendable(v) for k, v in NAMES.items()}, MODULES, texts)


def test_the_same_as_python(chrome) -> None:
    for text, (shape, data, complaint) in zip(CASES, ask(chrome, CASES), strict=True):
        want = np.asarray(
            eval(text, {"np": np, "math": math, "cos_": math.cos, "tau": math.tau, **NAMES}), dtype=float
        )  # noqa: S307
        assert not complaint and shape == list(want.shape), (text, complaint, shape)
        assert data == pytest.approx(want.ravel().tolist(), rel=1e-12, abs=1e-15), text


def test_what_it_does_not_know(chrome) -> None:
    for (text, why), (_, data, complaint) in zip(REFUSED.items(), ask(chrome, list(REFUSED)), strict=True):
        assert why in complaint, (text, data, complaint)

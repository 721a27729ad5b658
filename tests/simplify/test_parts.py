"""Gradients that arrive in slices: put side by side where these make up an axis, each once."""

from __future__ import annotations

import numpy as np
import pytest

import gradgen
from tests.support import execute

SIDE_BY_SIDE = {
    "halves": "p, q = a[:, :H], a[:, H:]",
    "thirds, the last one first": "q, r, p = a[:, 2 * H :], a[:, H : 2 * H], a[:, :H]\n    p = p * r",
    "rows": "p, q = a[:2], a[2:]",
}
OTHER = {
    "a gap": "p, q = a[:, :H], a[:, 2 * H :]",
    "an overlap": "p, q = a[:, :H], a[:, 1:]",
    "no end": "p, q = a[:, :H], a[:, H : 2 * H]",
    "the array as well": "p, q = a[:, :H], a[:, H:]\n    q = q * a[:, :1]",
    "a number that may be negative": "p, q = a[:, :k], a[:, k:]",
}


def halves(lines: str):
    source = (
        "import numpy as np\n\n\ndef f(x, W, h, k=1):\n    H = h.shape[0]\n    a = np.tanh(x.dot(W))\n    "
        f"{lines}\n    return np.sum(np.sin(p)) + np.sum(q * q) * np.sum(h)\n"
    )
    return source, gradgen.generate(source, verify=False, shape=("x: N D", "W: D M", "h: H")).text


def agrees(source: str, text: str, *given) -> bool:
    """Whether the gradient by the first argument is what differences give."""
    function, x = execute(source)["f"], given[0]
    _, grads = execute(text)["f_value_and_grad"](*given)
    found = np.asarray(grads[0] if isinstance(grads, tuple) else grads)
    for place in np.ndindex(x.shape):
        step = np.zeros(x.shape)
        step[place] = 1e-6
        if abs(found[place] - (function(x + step, *given[1:]) - function(x - step, *given[1:])) / 2e-6) > 1e-6:
            return False
    return True


@pytest.mark.parametrize("what", [*SIDE_BY_SIDE, *OTHER])
def test_slices_of_an_axis(what: str) -> None:
    source, text = halves((SIDE_BY_SIDE | OTHER)[what])
    assert ("da = np.concatenate(" in text) == (what in SIDE_BY_SIDE)
    width = {"rows": 3, "thirds, the last one first": 6, "a gap": 6}.get(what, 4)
    width = 2 if what == "a number that may be negative" else width
    rng = np.random.default_rng(4)
    x, W = rng.normal(size=(4, 3)), rng.normal(size=(3, width))
    assert agrees(source, text, x, W, rng.normal(size={4: 2, 6: 2, 2: 1, 3: 1}[width]))

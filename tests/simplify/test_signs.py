"""Arrays of numbers without signs: no minus stands on them alone."""

from __future__ import annotations

import numpy as np
import pytest

import gradgen
from tests.support import execute

LOSSES = {
    "counts": "np.sum(np.exp(X @ w) - y * (X @ w))",
    "labels": "np.sum(np.maximum(0, 1 - y * (X @ w)))",
    "means": "np.mean(X @ w / 3 - y * np.tanh(X @ w))",
}


@pytest.mark.parametrize("what", LOSSES)
def test_the_gradient_is_that_of_real_numbers(what: str) -> None:
    text = gradgen.generate(f"import numpy as np\n\n\ndef f(w, X, y):\n    return {LOSSES[what]}\n", verify=False).text
    assert "-y " not in text and "-y\n" not in text
    run = execute(text)["f_value_and_grad"]
    rng = np.random.default_rng(2)
    w, X, y = rng.normal(size=3), rng.normal(size=(5, 3)), np.array([0, 1, 3, 2, 1])
    small, real = run(w, X, y.astype(np.uint8))[1], run(w, X, y.astype(float))[1]
    assert small[0] == pytest.approx(real[0]) and small[1] == pytest.approx(real[1])

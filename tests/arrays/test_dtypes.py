"""float32 in, float32 gradients out, where the function itself stays in float32."""

from __future__ import annotations

import numpy as np
import pytest

import gradgen
from tests.arrays.measure import execute

_BODIES = {
    "a count beside truth values": "v = x + x\nreturn v * (v > 0)",
    "a half beside truth values": "h = 0.5 * x\nreturn h * h * (h > 0)",
}


@pytest.mark.parametrize("body", _BODIES.values(), ids=_BODIES)
def test_float32_stays(body: str) -> None:
    text = "import numpy as np\n\n\ndef f(x):\n" + "".join(f"    {line}\n" for line in body.splitlines())
    names = execute(gradgen.generate(text, "f", style="split", verify=False, shape=("x: N D",)).draft("split"))
    value, cache = names["f_forward"](np.ones((2, 3), dtype=np.float32))
    assert value.dtype == names["f_backward"](np.ones_like(value), cache).dtype == np.float32


def test_integers_read_entry_by_entry_have_real_gradients() -> None:
    """NumPy puts 0.5 into an array of integers as 0 and tells nobody; float32 stays float32."""
    source = "import numpy as np\n\n\ndef f(w, x):\n    s = 0.0\n    for i in range(len(w)):\n        s += w[i] * x[i]\n    return s\n"
    function = execute(gradgen.generate(source, verify=False).text)["f_value_and_grad"]
    _, (dw, dx) = function(np.array([1, 2]), np.array([0.5, 0.25], np.float32))
    assert dw.tolist() == [0.5, 0.25] and dx.tolist() == [1.0, 2.0] and dx.dtype == np.float32


_COUNTS = {
    "counts as weights": "np.sum(x * np.arange(x.shape[1]))",
    "read through a shift": "np.sum(np.roll(x, 1, axis=1) * np.arange(x.shape[1]))",
    "in a sum": "np.sum(x * np.arange(3)[None, :]) + np.sum(np.exp(x))",
    "ranks as weights": "np.sum(x * np.argsort(x, axis=1))",
    "twice": "np.sum(np.dstack((x, x)) * np.arange(2))",
}


@pytest.mark.parametrize("body", _COUNTS.values(), ids=_COUNTS)
def test_whole_numbers_as_weights_give_real_gradients(body: str) -> None:
    """The gradient of a loss that weighs by counts is these counts, as real numbers that others can be added to."""
    result = gradgen.generate(
        f"import numpy as np\n\n\ndef f(x):\n    return {body}\n", verify=False, shape=("x: N 3",)
    )
    _, dx = execute(result.text)["f_value_and_grad"](np.arange(6.0).reshape(2, 3))
    assert dx.dtype == np.float64 and dx.shape == (2, 3)

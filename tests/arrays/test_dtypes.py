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

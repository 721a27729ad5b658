"""Sums of products: what is the same along the axis stands outside, and large products are not made."""

from __future__ import annotations

import re

import numpy as np
import pytest

import gradgen
from tests.arrays.measure import execute

SHAPES = ("x: N K D", "w: K D", "v: D", "u: N K 1", "c: N K D")
CASES = {  # what f returns -> what its gradient has, and has not
    "np.sum((x * w) ** 2)": ('np.einsum("nkd,nkd->kd", x, ', "np.sum"),
    "np.sum(np.exp((c - w) * v))": ("= -(v * np.sum(", "np.sum(d"),
    "np.sum(np.tanh(c * w) * v)": ("= v * np.sum(c * (", None),
    "np.sum(x * u)": ("np.sum(x, axis=2", "np.einsum"),  # along the last axis np.sum rounds less
    "np.sum(np.exp(x[0] * v))": ("np.sum(", "np.einsum"),  # two axes: as the course notes write it
}


def _inputs(float32: bool) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    sizes = dict(x=(5, 3, 2), w=(3, 2), v=(2,), u=(5, 3, 1), c=(5, 3, 2))
    return {n: rng.normal(size=s).astype(np.float32 if float32 else float) for n, s in sizes.items()}


@pytest.mark.parametrize("body", CASES)
def test_sums_of_products(body: str) -> None:
    names = [n for n in "xwvuc" if re.search(rf"\b{n}\b", body)]
    wrt = [n for n in names if n != "c"]
    text = f"import numpy as np\n\n\ndef f({', '.join(names)}):\n    return {body}\n"
    shapes = [s for s in SHAPES if s[0] in names]
    result = gradgen.generate(text, "f", shape=shapes, wrt=wrt, style="joint")
    assert result.report.verdict in ("PROVED", "IDENTITY-TESTED")
    draft = result.draft("joint")
    backward = [line for line in draft[draft.index("# backprop") :].splitlines() if not line.strip().startswith("#")]
    some, none = CASES[body]
    assert some in "".join(backward) and (none is None or none not in "".join(backward)), draft
    generated, f = execute(draft)["f_value_and_grad"], execute(text)["f"]
    inputs = {n: _inputs(False)[n] for n in names}
    _, grads = generated(**inputs)
    for name, grad in zip(wrt, grads if len(wrt) > 1 else [grads], strict=True):
        np.testing.assert_allclose(grad, _differences(f, inputs, name), rtol=1e-6, atol=1e-7)
    _, grads = generated(**{n: _inputs(True)[n] for n in names})
    assert {g.dtype for g in (grads if len(wrt) > 1 else [grads])} == {np.dtype(np.float32)}


def _differences(f, inputs: dict[str, np.ndarray], name: str, step: float = 1e-6) -> np.ndarray:
    found = np.zeros_like(inputs[name])
    for i in np.ndindex(found.shape):
        moved = np.zeros_like(found)
        moved[i] = step
        up, down = (f(**{**inputs, name: inputs[name] + sign * moved}) for sign in (1, -1))
        found[i] = (up - down) / (2 * step)
    return found

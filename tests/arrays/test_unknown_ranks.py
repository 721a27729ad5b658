"""Arrays of any rank: two parts of one array that leave as much of it have one shape, and need no summing down."""

from __future__ import annotations

import numpy as np
import pytest

import gradgen
from tests.support import execute

SAME = {
    "neighbours": "np.sum((x[1:] - x[:-1] ** 2) ** 2 * np.exp(x[:-1]))",
    "second differences": "np.sum((x[2:] - 2 * x[1:-1] + x[:-2]) ** 2)",
    "rows": "sum([np.sum((x[i + 1] - x[i]) ** 2) for i in range(len(x) - 1)])",
}
OTHER = {"unlike ends": "np.sum(x[1:] * x[-1:])", "a row and all": "np.sum(x * x[-1:])"}


def text(expression: str) -> str:
    return gradgen.generate(f"import numpy as np\n\n\ndef f(x):\n    return {expression}\n", verify=False).text


@pytest.mark.parametrize("what", SAME)
def test_parts_of_one_shape_are_not_summed_down(what: str) -> None:
    assert "unbroadcast" not in text(SAME[what])


@pytest.mark.parametrize("what", OTHER)
def test_parts_of_other_shapes_are(what: str) -> None:
    assert "unbroadcast" in text(OTHER[what])


@pytest.mark.parametrize("what", [*SAME, *OTHER])
@pytest.mark.parametrize("shape", [(4,), (3, 2), (5, 2, 3), (1,)])
def test_gradient(what: str, shape: tuple[int, ...]) -> None:
    expression = (SAME | OTHER)[what]
    x = np.random.default_rng(3).normal(size=shape)
    function = eval(f"lambda x: {expression}", {"np": np})
    value, dx = execute(text(expression))["f_value_and_grad"](x)
    assert value == function(x)
    for place in np.ndindex(shape):
        step = np.zeros(shape)
        step[place] = 1e-6
        assert dx[place] == pytest.approx((function(x + step) - function(x - step)) / 2e-6, rel=1e-5, abs=1e-7)


def test_a_product_takes_for_no_matrix_what_was_widened_beyond_one() -> None:
    """A value has the axes of what it was broadcast against, whatever else its other factor is."""
    source = (
        "import numpy as np\n\n\ndef f(w, s):\n    N, M = w.shape\n    z = np.ones((N, M))\n"
        "    d = z[:, None] * s @ w.T\n    return np.sum(d * d)\n"
    )
    w = np.random.default_rng(3).normal(size=(2, 3))
    value, (dw, ds) = execute(gradgen.generate(source, verify=False).text)["f_value_and_grad"](w, 0.5)
    assert value == np.sum((np.ones((2, 1, 3)) * 0.5 @ w.T) ** 2) and ds == pytest.approx(2 * value / 0.5)


def test_a_sum_of_products_is_spread_once() -> None:
    """Its gradient is as full as the product: the lines that read it need not say so again."""
    made = gradgen.generate(
        "import numpy as np\n\n\ndef f(u, v):\n    return np.sum(np.exp(np.sum(u * v, axis=1)))\n", verify=False
    )
    assert made.text.count("np.broadcast_to(") == 1
    value_and_grad = execute(made.text)["f_value_and_grad"]
    u, v = np.random.default_rng(1).normal(size=(3, 4)), np.random.default_rng(2).normal(size=(3, 1))
    _, (du, dv) = value_and_grad(u, v)
    e = np.exp(np.sum(u * v, axis=1, keepdims=True))
    assert np.allclose(du, e * v * np.ones_like(u)) and np.allclose(dv, e * np.sum(u, axis=1, keepdims=True))

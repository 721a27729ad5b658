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


PRODUCTS = {  # in an arm nothing is taken for granted of w, so that it is of unknown rank: what stands beside it, its shape, what it must be
    "a vector from the left": ("v @ w", "v: D", (3,), (3, 2)),
    "a vector from the left, by dot": ("v.dot(w)", "v: D", (3,), (3, 2)),
    "a vector from the right": ("w @ v", "v: D", (3,), (2, 3)),
    "a stack, by dot": ("np.dot(w, v)", "v: N D M", (2, 3, 4), (2, 3)),
}


@pytest.mark.parametrize("what", PRODUCTS)
def test_a_factor_of_unknown_rank_in_an_arm(what: str) -> None:
    """It is a matrix beside a vector, which is asserted."""
    product, shape, v_shape, w_shape = PRODUCTS[what]
    source = f"import numpy as np\n\n\ndef f(v, w, flag=True):\n    z = 0.0\n    if flag:\n        z = {product}\n    return np.sum(z * z)\n"
    made = execute(gradgen.generate(source, verify=False, shape=[shape]).text)["f_value_and_grad"]
    rng = np.random.default_rng(3)
    v, w = rng.normal(size=v_shape), rng.normal(size=w_shape)
    value, (dv, dw) = made(v, w)
    step = 1e-6 * rng.normal(size=w_shape)
    original = execute(source)["f"]
    assert np.sum(dw * step) == pytest.approx((original(v, w + step) - original(v, w - step)) / 2, rel=1e-5)
    step = 1e-6 * rng.normal(size=v_shape)
    assert np.sum(dv * step) == pytest.approx((original(v + step, w) - original(v - step, w)) / 2, rel=1e-5)
    with pytest.raises(AssertionError):
        made(v, rng.normal(size=(2, *w_shape)))


def test_a_row_of_a_matrix_is_a_vector() -> None:
    """Also where only a later line shows that it is a matrix; a size is not read off what only trips make."""
    source = (
        "import numpy as np\n\n\ndef f(x, v):\n    m = x[-1, :]\n    t = m\n    s = 0.0\n    for i in range(len(x)):\n"
        "        s += x.dot(t)\n    return np.sin(t + v)\n"
    )
    made = execute(gradgen.generate(source, verify=False, style="split").text)
    x, v = np.ones((2, 3)), np.full(3, 0.5)
    value, cache = made["f_forward"](x, v)
    dx, dv = made["f_backward"](np.ones(3), cache)
    assert np.array_equal(value, np.sin(x[-1] + v)) and dv == pytest.approx(np.cos(x[-1] + v))
    assert np.array_equal(dx, [[0, 0, 0], dv])


def test_what_is_taken_for_granted_of_a_written_array_is_asserted() -> None:
    source = (
        "import numpy as np\n\n\ndef f(x, w, flag=True):\n    if flag:\n        h = x + 1.0\n    else:\n        h = w @ x\n"
        "    h[h > 0.2] = 2.0\n    s = 0.0\n    for i in range(len(w)):\n        s = s + np.sum(w @ h)\n    return s\n"
    )
    text = gradgen.generate(source, verify=False, shape=["w: D M"]).text
    lines = [line.strip() for line in text.splitlines()]
    assert lines[lines.index("h[mask] = 2.0  # (3)") + 1] == "assert h.ndim == 2"


def test_an_annotation_without_sizes_says_a_number() -> None:
    source = (
        "import numpy as np\nfrom jaxtyping import Float\n\n\n"
        'def f(w: Float[np.ndarray, "N D"], s: Float[np.ndarray, ""]):\n    return np.sum(w.dot(2 + s))\n'
    )
    made = execute(gradgen.generate(source, verify=False).text)["f_value_and_grad"]
    value, (dw, ds) = made(np.ones((2, 3)), np.array(0.5))
    assert value == 15.0 and ds == 6.0


def test_a_later_line_shows_how_many_axes_there_are() -> None:
    """What broadcasts against a vector is a matrix by the product below: the vector's gradient is summed over the rows."""
    source = (
        "import numpy as np\nfrom jaxtyping import Float\n\n\n"
        'def f(d: Float[np.ndarray, "D"], w, x):\n    y = np.multiply(x, d)\n    z = x @ w\n    return y\n'
    )
    made = execute(gradgen.generate(source, verify=False, style="split").text)
    x, dout = np.arange(6.0).reshape(2, 3), np.ones((2, 3))
    value, cache = made["f_forward"](np.ones(3), np.ones((3, 4)), x)
    dd, dx = made["f_backward"](dout, cache)
    assert np.array_equal(dd, np.sum(x, axis=0)) and np.array_equal(dx, np.ones((2, 3)))


def test_a_size_is_asserted_where_there_is_such_an_axis() -> None:
    source = (
        "import numpy as np\nfrom jaxtyping import Float\n\n\n"
        'def f(w, h: Float[np.ndarray, "D"]):\n    v = w\n    for i in range(len(w)):\n        u = h @ w\n    return h * v\n'
    )
    made = execute(gradgen.generate(source, verify=False, style="split").text)
    with pytest.raises(AssertionError):
        made["f_forward"](np.ones(3), np.ones(3))

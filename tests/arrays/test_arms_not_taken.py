"""An arm of ``np.where`` that is not taken gives no gradient, whatever its slope is there: infinite, or no number."""

from __future__ import annotations

import numpy as np
import pytest

import gradgen
from tests.arrays.measure import execute

X = np.array([[-0.5, 0.7, 1.5], [2.0, -0.25, -3.0]])

_BODIES = {
    "power": "h = np.tanh(x)\nreturn np.where(h > 0, h**0.5, h)",
    "product of two": "y = np.where(x > 0, np.log(x) * np.sqrt(x), x)\nreturn y * y",
    "two masks": "s = np.sqrt(x)\ny = np.where(x > 0, s, x)\nreturn y * y + np.where(x > 1, s, 0)",
    "quotient of what is off": "h = np.maximum(0, x)\nreturn np.where(x > 0, 1 / h, 0.0)",
    "reciprocal": "return np.where(x > 0, np.reciprocal(np.maximum(0, x)), 0.0)",
    "exponential": "e = np.exp(-1000 * x)\nreturn np.where(x > 0, e, x)",
    "quotient": "y = np.where(x > 0, (x + 1.0) ** 1.5 / np.sqrt(x), x)\nreturn np.sum(y * y)",
    "a path not taken": "p = np.log(x) * np.sqrt(x)\nif np.sum(x) > -9:\n    y = x\nelse:\n    y = p\nreturn y * 2.0",
    "a path not taken, nothing on the other": "s = 0.0\np = x**1.5\nq = p * p\nif np.sum(x) < -9:\n    s = q\nreturn x + s",
    "in the other arm": "s = np.log(-x)\nt = s * s\nreturn np.where(x > 0, x, t)",
    "one path only": "y = np.where(x > 0, x, 2 * x)\ns = np.log(x + 5)\nif np.sum(x) > 0:\n    y = np.where(x > 1, s, y)\n"
    "else:\n    y = y * s\nreturn y * s",
}


@pytest.mark.parametrize("shape", [("x: N D",), ()], ids=["told", "untold"])
@pytest.mark.parametrize("body", _BODIES.values(), ids=_BODIES)
def test_no_gradient_from_an_arm_that_is_not_taken(body: str, shape: tuple[str, ...]) -> None:
    _check(body, shape)


def _check(body: str, shape: tuple[str, ...]) -> None:
    text = "import numpy as np\n\n\ndef f(x):\n" + "".join(f"    {line}\n" for line in body.splitlines())
    names = execute(gradgen.generate(text, "f", style="split", verify=False, shape=shape).draft("split"))
    with np.errstate(all="ignore"):
        for x in (X, -X):
            value, cache = names["f_forward"](x)
            found = names["f_backward"](np.ones_like(value), cache)
            np.testing.assert_allclose(found, _differences(execute(text)["f"], x), rtol=1e-5, atol=1e-7)


_RELU = "def relu(x):\n    return np.maximum(0, x)\n\n\n"


@pytest.mark.parametrize(
    ("body", "is_product"),
    [
        ("np.maximum(0, x @ x)", True),
        ("np.sum(np.maximum(0, np.tanh(x)) ** 2)", True),
        ("np.mean(np.exp(np.maximum(0, x)))", False),
        ("np.sum(np.sqrt(np.maximum(0, x)))", False),
        ("np.log(np.maximum(0, x) + 1.0)", False),
        ("np.sum(relu(x + 1) ** 2)", True),
        ("np.sum(relu(x - 1) ** 0.5)", False),
        ("np.sum(relu(np.sqrt(relu(x) + x * x)))", False),
    ],
)
def test_a_mask_is_multiplied_where_nothing_infinite_can_meet_it(body: str, is_product: bool) -> None:
    text = f"import numpy as np\n\n\n{_RELU}def f(x):\n    return {body}\n"
    draft = gradgen.generate(text, "f", style="split", verify=False, shape=("x: N N",)).draft("split")
    assert ("np.where(" not in draft) == is_product
    names = execute(draft)
    x = np.array([[-0.5, 0.7, 1.5], [2.0, -0.25, -3.0], [0.1, -0.6, 0.9]])
    with np.errstate(all="ignore"):
        value, cache = names["f_forward"](x)
        found = names["f_backward"](np.ones_like(value), cache)
    np.testing.assert_allclose(found, _differences(execute(text)["f"], x), rtol=1e-5, atol=1e-7)


def test_no_gradient_at_what_is_broadcast_into_an_arm() -> None:
    _check("r = np.sqrt(x[:, :1])\nreturn np.where(x[:, :1] > 0, x / r, x)", ("x: N D",))
    _check("r = np.sqrt(x[:, :1])\nreturn np.where(x[:, :1] > 0, r, x)", ("x: N D",))


def test_nothing_divided_by_zero_in_an_arm_that_is_not_taken() -> None:
    text = "import numpy as np\n\n\ndef f(x):\n    return np.where(x != 0, np.sin(x) / x, 1.0)\n"
    names = execute(gradgen.generate(text, "f", style="split", verify=False).draft("split"))
    with np.errstate(all="ignore"):
        _, cache = names["f_forward"](np.array([0.0, 1.0]))
        found = names["f_backward"](np.ones(2), cache)
    np.testing.assert_allclose(found, [0.0, np.cos(1.0) - np.sin(1.0)])


def _differences(function, x: np.ndarray, step: float = 1e-6) -> np.ndarray:
    found = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        moved = np.zeros_like(x)
        moved[i] = step
        found[i] = np.sum(function(x + moved) - function(x - moved)) / (2 * step)
    return found

"""Array functions whose gradients the checks once could not judge."""

from __future__ import annotations

import numpy as np
import pytest

import gradgen
from tests.arrays.measure import execute

_ROWS: dict[str, tuple[str, tuple[str, ...]]] = {
    # an array of a stated shape that is only handed on is an array, and no flag
    "handed on": (
        "def f(x, mu):\n    cache = (mu, x)\n    y = np.tanh(x)\n    return y, cache\n",
        ("x: N D", "mu: D N"),
    ),
    "aux": ("def f(x, mu):\n    return np.sum(x * x), mu\n", ("x: N D", "mu: N D")),
    # a branch that no input decides has an arm that never runs
    "constant test": (
        "def f(x):\n    z = np.exp(0.5)\n    if z > 1.0:\n        y = np.exp(x)\n    else:\n        y = np.tanh(z) * x\n    return y\n",
        ("x: N",),
    ),
    "constant that a branch changes": (
        "def f(x):\n    h = 0.5\n    if h > 1.0:\n        h = np.sum(x)\n    else:\n        h = h + np.mean(x * h)\n    return h * x\n",
        ("x: N",),
    ),
    # all numbers alike, with one row: the slope of their deviation is 0
    "deviation": ("def f(x):\n    return np.std(x, axis=0) + x\n", ()),
    # a copy of an array that lies by columns is laid out alike: a sum in another order has other digits
    "layout": (
        "def f(x):\n    y = np.cos(x.T)\n    a = y[0] * y[1]\n    y[::2] = 0.3\n    v = np.tanh(y)\n    return x * np.mean(v) + np.sum(a)\n",
        ("x: N D",),
    ),
    # an argument that may be left out has its shape only where it is given
    "left out": (
        "def f(X, W, y=None):\n    s = X.dot(W)\n    if y is None:\n        return np.sum(s)\n    return -np.sum(s[np.arange(3), y])\n",
        ("X: 3 D", "W: D C", "y: 3"),
    ),
    # what is put side by side, or end to end, has as many axes as the whole, and its sizes add up
    "side by side": (
        "def f(x, h, Wz, Wr, Wh):\n    hx = np.concatenate([h, x], axis=1)\n    z = 1 / (1 + np.exp(-hx.dot(Wz)))\n"
        "    r = 1 / (1 + np.exp(-hx.dot(Wr)))\n    hh = np.tanh(np.concatenate([r * h, x], axis=1).dot(Wh))\n"
        "    return (1 - z) * h + z * hh\n",
        (),
    ),
    "end to end": (
        "def f(x, h, Wf, b, Wc):\n    z = np.concatenate((h, x))\n    f = 1 / (1 + np.exp(-(np.dot(Wf, z) + b)))\n"
        "    return f * h + np.tanh(np.dot(Wc, z))\n",
        (),
    ),
    # labels, where one-hot rows would become labels
    "labels": (
        "def f(y, t):\n    if y.ndim == 1:\n        t = t.reshape(1, t.size)\n        y = y.reshape(1, y.size)\n"
        "    if t.size == y.size:\n        t = t.argmax(axis=1)\n    return -np.sum(np.log(y[np.arange(y.shape[0]), t]))\n",
        ("y: N C", "t: N"),
    ),
    # a factor that is a sum over the other one has an axis less
    "a matrix and its maximum": ("def f(w):\n    return np.tanh(np.max(w, axis=1) @ w)\n", ()),
    # a first column has size 1
    "a column": ("def f(x):\n    return x / x[:, :1] + x[:, 0:1]\n", ("x: N D",)),
}


@pytest.mark.parametrize("text, shape", _ROWS.values(), ids=_ROWS)
def test_judged(text: str, shape: tuple[str, ...]) -> None:
    report = gradgen.generate(f"import numpy as np\n\n\n{text}", "f", style="split", verify=True, shape=shape).report
    assert report.verdict in ("PROVED", "IDENTITY-TESTED"), report.summary


def test_a_parameter_that_is_never_read_may_be_a_dict_and_is_left_out() -> None:
    text = "import numpy as np\n\n\ndef f(x, params):\n    return np.zeros_like(x)\n"
    assert gradgen.generate(text, "f", style="split", verify=False).wrt == ("x",)
    with pytest.raises(gradgen.GradgenError, match="GG203"):
        gradgen.generate(text.replace("np.zeros_like(x)", "np.zeros(3)"), "f", style="split", verify=False)


def test_one_entry_is_read_of_an_array_and_two_of_a_list() -> None:
    """``mu[0]`` alone is a row of an array of any length; where it stands beside ``mu[1]``, mu has two entries, and no more."""
    text = "import numpy as np\n\n\ndef f(x, mu):\n    return np.sum((x - mu[0]) ** 2)\n"
    f = execute(gradgen.generate(text, "f", verify=False).text)["f_value_and_grad"]
    x = np.ones((2, 3))
    assert np.array_equal(f(x, np.zeros((1, 3)))[1][1], [[-4.0, -4.0, -4.0]])
    assert np.array_equal(f(x, np.zeros(4))[1][1], [-12.0, 0.0, 0.0, 0.0])
    two = text.replace("mu[0]", "mu[0] * mu[1]")
    f = execute(gradgen.generate(two, "f", verify=False).text)["f_value_and_grad"]
    _, (_, dmu) = f(x, [np.zeros(3), np.ones(3)])
    assert np.array_equal(dmu[0], [-4.0, -4.0, -4.0])
    with pytest.raises(AssertionError):
        f(x, np.zeros(3))


@pytest.mark.parametrize("flag", [True, False])
def test_a_size_is_not_read_off_what_only_the_other_arm_makes(flag: bool) -> None:
    text = (
        "import numpy as np\n\n\ndef f(out, w, flag):\n    if flag:\n        loss = np.sin(w @ w.T)\n    else:\n"
        "        loss = w @ np.transpose(w)\n    return np.mean(loss)\n"
    )
    names = execute(
        gradgen.generate(text, "f", style="split", verify=False, shape=("out: N D", "w: D M"), wrt="w").text
    )
    w = np.array([[0.3, -0.5], [0.1, 0.2], [-0.4, 0.7]])
    _, cache = names["f_forward"](np.ones((2, 3)), w, flag)
    slope = np.cos(w @ w.T) if flag else np.ones((3, 3))
    np.testing.assert_allclose(names["f_backward"](1.0, cache), (slope + slope.T) @ w / 9, atol=1e-12)

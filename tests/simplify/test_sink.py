"""Lines that go into the branch or the loop where they belong, and those that stay."""

from __future__ import annotations

import numpy as np
import pytest

import gradgen
from tests.support import execute

HINGE = """
import numpy as np


def f(W, X, y):
    N, D = X.shape
    D, C = W.shape
    loss = 0.0
    for i in range(N):
        scores = X[i].dot(W)
        right = scores[y[i]]
        for j in range(C):
            if j != y[i]:
                margin = scores[j] - right + 1
                if margin > 0:
                    loss += margin
    return loss / N
"""
READ_AFTERWARDS = """
import numpy as np


def f(w, x):
    y = 0.0
    for i in range(len(w)):
        m = w[i] * x
        if m > 0:
            y += m * m
        y += m * w[i]
    return y
"""
KEPT_APART = """
import numpy as np


def f(w, x):
    y = np.zeros(len(w))
    for i in range(len(w)):
        for j in range(len(w)):
            y[i] += w[j] * x
        x = x + w[i] * y[i]
    return np.sum(y) * x
"""


def backward(source: str) -> str:
    text = gradgen.generate(source, verify=False).text
    return text[text.index("    # backprop the loop") :]


def test_a_hinge_loss_adds_where_the_margin_counts() -> None:
    text = backward(HINGE)
    assert "dmargin" not in text and "dright" not in text
    branch = text[text.index("if j != y[i]:") :]
    test = branch.index("if scores_hist[i][j] - right + 1 > 0:")
    assert test < branch.index("dscores[y[i]] -= ") < branch.index("dscores[j] += ")


PERCEPTRON = """
import numpy as np


def f(w, X, y):
    total = 0.0
    for xi, yi in zip(X, y):
        z = yi * (xi @ w)
        if z < 0:
            total -= z
    return total / len(X)
"""


def test_what_a_gradient_brings_stands_where_there_is_one() -> None:
    text = backward(PERCEPTRON)
    assert "dz = 0.0" not in text
    branch = text[text.index(" < 0:") :]
    assert all(f"    {line}" in branch for line in ("        dw += ", "        dy[i] += ", "        dX[i] += "))


@pytest.mark.parametrize("source", [HINGE, READ_AFTERWARDS, KEPT_APART, PERCEPTRON])
def test_gradients(source: str) -> None:
    rng = np.random.default_rng(5)
    args = [rng.normal(size=4), 0.7]
    if source == HINGE:
        args = [rng.normal(size=(3, 4)), rng.normal(size=(5, 3)), np.array([0, 3, 1, 1, 2])]
    elif source == PERCEPTRON:
        args = [rng.normal(size=3), rng.normal(size=(5, 3)), rng.normal(size=5)]
    f = execute(source)["f"]
    value, grads = execute(gradgen.generate(source, verify=False).text)["f_value_and_grad"](*args)
    assert value == f(*args)
    for k, grad in enumerate(grads):
        step = 1e-6 * rng.normal(size=np.shape(args[k]))
        ahead, behind = (f(*args[:k], args[k] + h * step, *args[k + 1 :]) for h in (1, -1))
        assert np.sum(grad * step) == pytest.approx((ahead - behind) / 2, rel=1e-5)


ONE_ARM = """
import numpy as np


def f(w, x):
    t = 0.0
    z = w @ x
    if z > 0:
        t = t + 3 * z
    return t
"""


@pytest.mark.parametrize("sign", [1, -1])
def test_a_gradient_that_is_handed_back_has_a_value_whatever_the_branch(sign: int) -> None:
    w, x = np.array([1.0, 2.0]), sign * np.array([0.5, 1.0])
    value, (dw, dx) = execute(gradgen.generate(ONE_ARM).text)["f_value_and_grad"](w, x)
    assert value == max(0.0, 3 * float(w @ x))
    assert list(dw) == list(3 * x if sign > 0 else 0 * x) and list(dx) == list(3 * w if sign > 0 else 0 * w)


def test_no_factor_loses_its_sign() -> None:
    """Labels of numbers without signs, as images are stored: ``-y`` would turn round to 255."""
    X, y = np.array([[1.0, -2.0]]), np.array([1], dtype=np.uint8)
    run = execute(gradgen.generate(PERCEPTRON, verify=False).text)["f_value_and_grad"]
    value, (dw, dX, _) = run(np.array([0.5, 1.0]), X, y)
    assert value == 1.5
    assert dw == pytest.approx(-X[0]) and dX[0] == pytest.approx([-0.5, -1.0])

"""Products of operands whose shapes nothing states: vectors where the code speaks of vectors, else matrices."""

from __future__ import annotations

import numpy as np
import pytest

import gradgen
from gradgen.analysis.evidence import evidence_of
from gradgen.analysis.ranks import picked, vectors
from tests.support import execute

SHAPES = {
    "X": (5, 3),
    "A": (3, 3),
    "y": (5,),
    "w": (3,),
    "u": (3,),
    "v": (3,),
    "x": (3,),
    "b": (3,),
    "lam": (),
    "c": (),
    "theta": (3,),
}
VECTORS = {  # source lines after ``def f(...):`` -> the parameters that are vectors
    "r = X.dot(w) - y; return np.mean(r ** 2)": {"w"},
    "return np.mean(np.log(1 + np.exp(-y * (X @ theta))))": {"theta"},
    "return np.sum((y @ X) * (X.T @ y))": {"y"},
    "return np.dot(u, v) / (np.sqrt(np.dot(u, u)) * np.sqrt(np.dot(v, v)))": {"u", "v"},
    "r = X @ w - y; return r @ r / len(y) + lam * (w @ w)": {"w"},
    "return 0.5 * x @ A @ x - b @ x": {"x", "b"},
    "return x @ x + c": {"x"},
    "a = np.linalg.solve(A + 9 * np.eye(3), x); return 0.5 * a @ a": {"x"},
    "r = x - A @ u; return r @ np.linalg.solve(A + 9 * np.eye(3), r)": {"u"},
    "z = c * (x @ w); return z * z if z < 0 else z": {"w", "x"},
    "Ax = A @ x; z = A @ Ax; return z @ z": {"x"},
}
MATRICES = (
    "return np.tanh(X @ w1) @ w2",  # what is multiplied again is a layer
    "h = np.dot(X, w); return np.dot(h, v)",
    "return x.dot(w) + b",  # small letters for everything
    "return np.dot(x, W)",
    "return X @ weights",
    "return np.sum(A @ A)",
    "return np.sum(x.T @ x)",  # who writes .T holds columns
    "z = x @ x; return z @ x",  # a number cannot be multiplied so
)


def source(lines: str) -> str:
    names = sorted({n for n in (*SHAPES, "w1", "w2", "W", "weights") if n in vars_of(lines)})
    return "import numpy as np\n\n\ndef f({}):\n    {}\n".format(", ".join(names), lines.replace("; ", "\n    "))


def vars_of(lines: str) -> set[str]:
    code = compile(lines.replace("return ", "").replace("; ", "\n"), "", "exec")
    return {*code.co_names}


@pytest.mark.parametrize("lines", VECTORS)
def test_taken_for_vectors(lines: str) -> None:
    result = gradgen.generate(source(lines), verify=False)
    assert vectors(evidence_of(result.function)) == VECTORS[lines]


@pytest.mark.parametrize("lines", MATRICES)
def test_else_for_matrices(lines: str) -> None:
    result = gradgen.generate(source(lines), verify=False)
    assert not vectors(evidence_of(result.function))


@pytest.mark.parametrize("lines", VECTORS)
def test_gradient_on_vectors(lines: str) -> None:
    rng = np.random.default_rng(1)
    names = sorted(n for n in SHAPES if n in vars_of(lines))
    args = [rng.normal(size=SHAPES[n])[()] for n in names]
    result = gradgen.generate(source(lines), verify=False)
    value, grads = execute(result.text)["f_value_and_grad"](*args)
    f = execute(source(lines))["f"]
    assert value == f(*args)
    for i, grad in enumerate(grads):
        direction = rng.normal(size=np.shape(args[i]))
        ahead, behind = ([*args[:i], args[i] + h * direction, *args[i + 1 :]] for h in (1e-6, -1e-6))
        assert np.sum(grad * direction) == pytest.approx((f(*ahead) - f(*behind)) / 2e-6, rel=1e-6)


def test_matrices_in_the_place_of_vectors_are_told() -> None:
    run = execute(gradgen.generate(source("r = X.dot(w) - y; return np.mean(r ** 2)"), verify=False).text)
    with pytest.raises(AssertionError):
        run["f_value_and_grad"](np.ones((5, 3)), np.ones((3, 1)), np.ones((5, 1)))


def test_the_decorator_sees_what_it_is_given() -> None:
    def loss(w, X, y):
        return np.mean((X.dot(w) - y) ** 2)

    X, y = np.arange(6.0).reshape(3, 2), np.ones((3, 1))
    taught = gradgen.gradgen(loss)
    for w in (np.ones((2, 1)), np.ones(2)):
        _, (dw, dX, dy) = taught.value_and_grad(w, X, y)
        assert dw.shape == w.shape and dX.shape == X.shape and dy.shape == y.shape


def test_an_array_with_new_axes_between_its_own_has_as_many_as_it_says() -> None:
    source = "import numpy as np\n\n\ndef f(X):\n    d = np.sum((X[:, None, :] - X[None, :, :]) ** 2, axis=2)\n    return np.sum(np.diag(np.exp(-d)) * X[:, 0])\n"
    _, dX = execute(gradgen.generate(source, verify=False).text)["f_value_and_grad"](np.array([[1.0, 2.0], [2.0, 0.5]]))
    assert dX == pytest.approx(np.array([[1.0, 0.0], [1.0, 0.0]]))


def test_an_array_whose_columns_are_multiplied_is_a_matrix() -> None:
    source = "import numpy as np\n\n\ndef f(A):\n    q = A[:, 0]\n    return (q @ A[:, 1]) / (q @ q)\n"
    value, dA = execute(gradgen.generate(source, verify=False).text)["f_value_and_grad"](
        np.array([[1.0, 2.0], [2.0, 0.5]])
    )
    assert value == 3 / 5
    assert dA == pytest.approx(np.array([[2 - 2 * 3 / 5, 1.0], [0.5 - 4 * 3 / 5, 2.0]]) / 5)


LABELS = """
import numpy as np


def f(s, y):
    {}
    p = np.exp(s) / np.exp(s).sum(axis=1, keepdims=True)
    return -np.log(p[np.arange(n), y]).sum() / n
"""


@pytest.mark.parametrize("line", ["n = len(y)", "n = y.shape[0]", "n = s.shape[0]", "n, c = s.shape"])
def test_scores_of_which_each_row_has_a_label_are_a_matrix(line: str) -> None:
    source = LABELS.format(line)
    result = gradgen.generate(source, verify=False)
    assert picked(evidence_of(result.function)) == {"s"}
    assert "np.zeros_like" not in result.text  # p less 1 at the labels
    run = execute(result.text)["f_value_and_grad"]
    s, y = np.arange(8.0).reshape(4, 2) ** 0.5, np.array([0, 1, 1, 0])
    value, ds = run(s, y)
    assert value == execute(source)["f"](s, y)
    p = np.exp(s) / np.exp(s).sum(axis=1, keepdims=True)
    assert ds == pytest.approx((p - np.eye(2)[y]) / 4)


@pytest.mark.parametrize("line", ["n = len(y)", "n = y.shape[0]"])
def test_fewer_labels_than_rows_are_told(line: str) -> None:
    run = execute(gradgen.generate(LABELS.format(line), verify=False).text)
    with pytest.raises(AssertionError):
        run["f_value_and_grad"](np.ones((4, 2)), np.array([0, 1]))


def test_fewer_labels_than_rows_where_both_are_named() -> None:
    """Rows without a label have no gradient."""
    source = LABELS.format("N, C = s.shape\n    n = len(y)")
    s, y = np.arange(8.0).reshape(4, 2) ** 0.5, np.array([0, 1])
    _, ds = execute(gradgen.generate(source, verify=False).text)["f_value_and_grad"](s, y)
    assert not ds[2:].any() and ds[:2].all()


HANDED_ON = """
import numpy as np


def f(xs, h, Wx, Wh):
    for t in range(len(xs)):
        h = np.tanh(Wx @ xs[t] + Wh @ h)
    return np.sum(h)
"""
WEIGHTED = """
import numpy as np


def f(p, y, weights):
    n = len(y)
    logp = np.log(p[np.arange(n), y])
    return -np.sum(weights[y] * logp) / n
"""
ONE_ROW = """
import numpy as np


def f(w, X):
    return np.sum(w * X[0])
"""


def test_what_a_loop_hands_on_is_what_it_starts_as() -> None:
    text = gradgen.generate(HANDED_ON, verify=False).text
    assert "assert h.ndim == 1" in text and "dWh += np.outer(" in text


def test_weights_at_labels_are_numbers() -> None:
    text = gradgen.generate(WEIGHTED, verify=False).text
    assert "weights.ndim == " in text and "unbroadcast" not in text


def test_one_row_is_read_of_an_array() -> None:
    value_and_grad = execute(gradgen.generate(ONE_ROW, verify=False).text)["f_value_and_grad"]
    w, X = np.array([1.0, 2.0]), np.arange(6.0).reshape(3, 2)
    _, (dw, dX) = value_and_grad(w, X)
    assert dw.tolist() == [0.0, 1.0] and dX.tolist() == [[1.0, 2.0], [0.0, 0.0], [0.0, 0.0]]

"""Code without NumPy: lists that loops go through stay lists, and so do their gradients."""

from __future__ import annotations

import inspect
from pathlib import Path

import numpy as np
import pytest

import gradgen
from tests.language import lists
from tests.support import execute

SOURCE = Path(lists.__file__).read_text(encoding="utf-8")
POINTS = {
    "dot": ([1, 2, -3], [0.5, 0.25, 2.0]),
    "neuron": ([0.3, -1.2], [1.5, 0.4], 0.1),
    "polynomial": ([0.5, -1.0, 2.0, 0.3], 1.7),
    "horner": ([0.5, -1.0, 2.0, 0.3], 1.7),
    "garch": (0.1, 0.15, 0.7, [0.3, -0.5, 1.1, -0.2]),
    "kalman": (0.3, 0.5, [0.1, 0.9, 1.3]),
    "huber": (0.7, [1.0, 2.0, -3.0], [0.5, 4.0, -2.0], 1.0),
    "deviation": ([1.0, 2.5, -0.5, 4.0],),
    "smoothed": ([1.0, 2.0, 4.0, 3.0], 0.4),
    "largest": ([0.3, 1.2, 0.7],),
    "kept": ([0.3, 1.2, 0.7], 2.0),
    "mean": ([0.3, -1.2, 1.5],),
    "variance": ([0.3, -1.2, 1.5],),
    "sum_and_entry": ([0.3, -1.2, 1.5], 0.7),
    "summed": ([0.3, -1.2], [1.5, 0.4], 0.1),
    "energy": ([0.3, 1.2, 0.7], 2.0),
    "similarity": ([0.3, -1.2], [1.5, 0.4], 0.7),
    "spread_of": ([0.3, -1.2, 1.5], 0.7),
    "filtered": ([0.3, -1.2, 1.5], 0.7),
    "compounded": (0.7, 3),
    "cheapest": ([0.3, 1.2, 0.7, 2.0],),
    "overwritten": ([0.3, -1.2, 1.5],),
    "rows": ([0.3, -1.2, 1.5], 0.7),
    "tracked": ([0.1, 0.9, 1.3], 0.3, 0.5),
    "network": ([0.3, -0.4], [1.0, 2.0, 0.5], [0.1, 0.2], [1.0, -1.5]),
}


def moved(arguments: tuple, place: tuple, h: float) -> list:
    """The arguments with one number moved."""
    made = [list(a) if isinstance(a, list) else a for a in arguments]
    if len(place) == 1:
        made[place[0]] += h
    else:
        made[place[0]][place[1]] += h
    return made


def slopes(function, arguments: tuple, position: int) -> object:
    """Central differences by one argument, in its structure."""

    def slope(*place: int) -> float:
        ahead, behind = (function(*moved(arguments, place, h)) for h in (1e-6, -1e-6))
        return (ahead - behind) / 2e-6

    value = arguments[position]
    return [slope(position, i) for i in range(len(value))] if isinstance(value, list) else slope(position)


@pytest.mark.parametrize("name", POINTS)
def test_gradient_of_lists(name: str) -> None:
    result = gradgen.generate(SOURCE, name)
    assert result.report.verdict in ("PROVED", "IDENTITY-TESTED"), result.report
    assert "np" not in result.text and "unbroadcast" not in result.text
    original, arguments = getattr(lists, name), POINTS[name]
    value, grads = execute(result.text)[f"{name}_value_and_grad"](*arguments)
    assert value == original(*arguments)
    names = list(inspect.signature(original).parameters)
    for wrt, grad in zip(result.wrt, grads if len(result.wrt) > 1 else (grads,), strict=True):
        position = names.index(wrt)
        expected = slopes(original, arguments, position)
        assert type(grad) is type(arguments[position]) or isinstance(grad, float)
        assert grad == pytest.approx(expected, rel=1e-6, abs=1e-8)


@pytest.mark.parametrize("name", ["filtered", "compounded", "cheapest"])
def test_a_list_that_is_filled_place_after_place_is_kept_as_it_is(name: str) -> None:
    """What a trip reads of it stays: no copy of it, or of its entries, is kept."""
    text = gradgen.generate(SOURCE, name, verify=False).text
    assert "copy" not in text and "_hist" not in text


def test_two_lists_side_by_side_are_not_copied() -> None:
    """Their gradients start as zeros of their length, for which no old value is needed."""
    text = gradgen.generate(SOURCE, "tracked", verify=False).text
    assert "copy" not in text and "m2" not in text


def test_a_list_that_is_overwritten_is_copied() -> None:
    assert ".copy()" in gradgen.generate(SOURCE, "overwritten", verify=False).text


def test_the_decorator_takes_lists_tuples_and_arrays() -> None:
    dot = gradgen.gradgen(lists.dot)
    assert dot.value_and_grad([1, 2], (0.5, 0.25)) == (1.0, ([0.5, 0.25], (1.0, 2.0)))
    value, (dw, dx) = dot.value_and_grad(np.array([1, 2]), np.array([0.5, 0.25], np.float32))
    assert (value, dw.tolist(), dx.tolist(), dx.dtype) == (1.0, [0.5, 0.25], [1.0, 2.0], np.float32)
    with pytest.raises(gradgen.GradgenError, match=r"`w\[1\]` is None"):
        dot.grad([1.0, None], [1.0, 2.0])


@pytest.mark.parametrize(
    "source, said",
    [
        ("def f(xs, k):\n    ys = [x * k for x in xs]\n    zs = ys + ys\n    return zs[0]\n", "GG"),
        ("def f(xs):\n    for i in range(len(xs)):\n        xs[i] = xs[i] * 2\n    return xs[0]\n", "GG114"),
        ("def f(x, n):\n    y = [None] * n\n    y[0] = x\n    return y[0]\n", r"y = \[0.0\] \* n"),
        ("def f(x, n):\n    y = [0.0] * n\n    y[0] = x\n    z = y * 2\n    return z[0]\n", "`y` is a list here"),
        (
            "import numpy as np\n\n\ndef f(x, w):\n    y = [0.0] * 3\n    y[0] = np.tanh(w @ x)\n    return np.sum(y[0])\n",
            "meets a number",
        ),
        ("def f(ps):\n    t = 0.0\n    for a, b in ps:\n        t += a * b\n    return t\n", "GG111"),
        ("def f(xs):\n    ys = xs\n    t = 0.0\n    for y in ys:\n        t += y\n    return t\n", "GG111"),
    ],
)
def test_what_is_more_than_a_list_of_numbers_is_refused(source: str, said: str) -> None:
    with pytest.raises(gradgen.GradgenError, match=said):
        gradgen.generate(source, "f").text


def test_an_empty_list_has_an_empty_gradient() -> None:
    result = gradgen.generate(SOURCE, "mean")
    assert execute(result.text)["mean_value_and_grad"]([]) == (0.0, [])
    assert result.text.count("[0.0] * len(xs)") == 1


def test_a_size_is_read_off_no_list() -> None:
    """A list that is appended to has no shape to read: sizes are said by an array."""
    source = (
        "import numpy as np\n\n\ndef f(v, X):\n    z = X\n    a = np.dot(z, X.transpose(1, 0))\n    h = [X]\n"
        "    for t in range(1):\n        h.append(h[-1])\n    return a - np.mean(np.sum(h, axis=0))\n"
    )
    made = execute(gradgen.generate(source, verify=False, shape=["v: D", "X: N D"], style="split").text)
    X = np.arange(6.0).reshape(2, 3)
    value, cache = made["f_forward"](np.ones(3), X)
    assert made["f_backward"](np.ones((2, 2)), cache) == pytest.approx(2 * np.sum(X, axis=0) - 8 / 6 + 0 * X)

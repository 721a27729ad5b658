"""Array code with loops: the verdict, the gradient by central differences, and texts that are wrong on purpose."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import gradgen
from gradgen.checks.report import check
from tests.arrays import loop_functions
from tests.arrays.numeric import draw_dout, numeric_gradient, same, weighted
from tests.support import execute

SOURCE = Path(loop_functions.__file__).read_text(encoding="utf-8")
N, T, D, H, C = 2, 3, 4, 5, 3
LABELS = np.array([0, 2, 1, 1])
CASES: dict[str, Callable] = {
    "conv_naive": lambda r: {"x": r((2, 3, 5, 4)), "w": r((2, 3, 3, 2)), "b": r(2), "stride": 2, "pad": 1},
    "max_pool_naive": lambda r: {"x": r((2, 3, 4, 5)), "HH": 2, "WW": 2, "stride": 2},
    "rnn_step_forward": lambda r: {"x": r((N, D)), "prev_h": r((N, H)), "Wx": r((D, H)), "Wh": r((H, H)), "b": r(H)},
    "rnn_forward": lambda r: {"x": r((N, T, D)), "h0": r((N, H)), "Wx": r((D, H)), "Wh": r((H, H)), "b": r(H)},
    "rnn_inline": lambda r: {"x": r((N, T, D)), "h0": r((N, H)), "Wx": r((D, H)), "Wh": r((H, H)), "b": r(H)},
    "lstm_forward": lambda r: {"x": r((N, T, D)), "h0": r((N, H)), "Wx": r((D, 4 * H)), "Wh": r((H, 4 * H)), "b": r(4 * H)},
    "svm_loss_naive": lambda r: {"W": r((D, C)), "X": r((4, D)), "y": LABELS, "reg": 0.3},
    "softmax_loss_naive": lambda r: {"W": r((D, C)), "X": r((4, D)), "y": LABELS, "reg": 0.3},
    "rows": lambda r: {"X": r((3, D)), "w": r(D)},
    "regression": lambda r: {"X": r((3, D)), "y": r(3), "w": r(D)},
    "weighted": lambda r: {"X": r((3, D)), "w": r(3)},
    "momentum": lambda r: {"w": r(D), "g": r(D), "mu": 0.9, "lr": 0.1, "steps": 3},
    "smoothed": lambda r: {"x": r(5), "alpha": 0.3},
    "overwritten": lambda r: {"x": r(4), "n": 3},
    "in_place": lambda r: {"x": r(4), "n": 3},
    "diffuse": lambda r: {"u": r(5), "k": 0.2, "steps": 3},
    "cumulative": lambda r: {"x": r((3, 2))},
    "rnn_listed": lambda r: {"X": r((T, D)), "h0": r(H), "W": r((H, D)), "U": r((H, H)), "b": r(H)},
    "rnn_last": lambda r: {"X": r((T, D)), "h0": r(H), "W": r((H, D)), "U": r((H, H))},
    "autoregression": lambda r: {"x0": 0.3, "x1": -0.7, "a": 0.8, "b": 0.4, "n": 3},
    "attention_pool": lambda r: {"X": r((T, D)), "w": r(D)},
    "first_and_last": lambda r: {"x": r(D), "n": 3},
    "squared_losses": lambda r: {"w": r(D), "X": r((3, D)), "y": r(3)},
    "oscillator": lambda r: {"y0": r(2), "theta": r(2), "h": 0.1, "n": 4},
    "delayed": lambda r: {"x": r(D), "n": 3},
    "running_sum": lambda r: {"x": r(5)},
    "negative_index": lambda r: {"x": r(2)},
    "last_activation": lambda r: {"X": r((3, D)), "w": r(D)},
    "shortest_path": lambda r: {"cost": r((3, 3))},
    "advantages": lambda r: {"rewards": r(3), "values": r(4), "gamma": 0.9, "lam": 0.8},
    "roughness": lambda r: {"x": r(4), "k": 0.7},
    "a_name_for_two": lambda r: {"x": r((2, 3))},
    "tree": lambda r: {"S": r(4) + 2.0, "p": 0.4},
    "doubled": lambda r: {"x": r((2, 3)), "n": 2},
    "cholesky": lambda r: {"A": np.eye(3) * 4 + 0.1 * r((3, 3))},
    "clipped_rows": lambda r: {"y": r((2, 3)), "c": 0.3},
}  # fmt: skip
TESTED = ("svm_loss_naive", "autoregression", "shortest_path", "clipped_rows")
PROVED = set(CASES) - {*TESTED}


@cache
def made(name: str):
    return gradgen.generate(SOURCE, name, style="split")


@pytest.mark.parametrize("name", CASES)
def test_verdict(name: str) -> None:
    report = made(name).report
    assert report.verdict == ("PROVED" if name in PROVED else "IDENTITY-TESTED"), report


@pytest.mark.parametrize("name", CASES)
def test_gradient(name: str) -> None:
    """The value to the bit, the gradient by central differences; backward runs twice; nothing that was passed in changes."""
    result, rng = made(name), np.random.default_rng(3)
    point = CASES[name](lambda shape: rng.normal(size=shape))
    names, original = result.claim("split").entries, getattr(loop_functions, name)
    space = execute(result.text)
    before = copy.deepcopy(point)
    out, kept = space[names[0]](**point)
    has_cache = result.function.aux is not None
    value = original(**before)
    assert same(out, value[0] if has_cache else value)
    dout = draw_dout((out,), rng)
    upstream = copy.deepcopy(dout)
    gradients = space[names[1]](dout, kept)
    again = space[names[1]](dout, kept)
    assert same(gradients, again) and same(point, before) and same(dout, upstream)
    gradients = gradients if isinstance(gradients, tuple) else (gradients,)
    objective = weighted(original, dout, cache=has_cache)
    for by, gradient in zip(result.wrt, gradients, strict=True):
        expected = numeric_gradient(objective, before, (by,))
        assert np.shape(gradient) == np.shape(before[by])
        np.testing.assert_allclose(gradient, expected, rtol=1e-5, atol=1e-7, err_msg=by)


@pytest.mark.parametrize("name", ["momentum", "in_place", "overwritten"])
def test_no_trips(name: str) -> None:
    result, point = made(name), CASES[name](np.ones)
    space, names = execute(result.text), result.claim("split").entries
    point["steps" if "steps" in point else "n"] = 0
    out, kept = space[names[0]](**point)
    assert same(out, getattr(loop_functions, name)(**point))
    gradients = space[names[1]](1.0, kept)
    first = gradients[0] if isinstance(gradients, tuple) else gradients
    objective = weighted(getattr(loop_functions, name), 1.0, cache=False)
    np.testing.assert_allclose(first, numeric_gradient(objective, point, (result.wrt[0],)), atol=1e-7)


def test_what_is_stored_into_an_entry_is_a_number() -> None:
    """So the array that it is read of has as many axes as the index has parts."""
    text = gradgen.generate(SOURCE, "volatility", style="split", verify=False).text
    assert "r.ndim == 1" in text, text
    point = {"r": np.array([0.3, -0.7, 0.5]), "alpha": 0.4, "beta": 0.2}
    space = execute(text)
    gradients = space["volatility_backward"](1.0, space["volatility_forward"](**point)[1])
    objective = weighted(loop_functions.volatility, 1.0, cache=False)
    for by, gradient in zip(point, gradients, strict=True):
        np.testing.assert_allclose(gradient, numeric_gradient(objective, point, (by,)), rtol=1e-5, err_msg=by)


def test_no_copies_of_tables() -> None:
    """An entry that is read off a gradient is a number: no trip copies the array for it."""
    assert ".copy()" not in made("shortest_path").text
    assert made("tree").text.count(".copy()") == 1  # before the loops: the maximum needs what it was made of


def test_a_product_keeps_the_shape_from_before_the_loop() -> None:
    """Nothing but its start tells that ``v`` is a vector."""
    text = gradgen.generate(SOURCE, "ranks", style="split", verify=False).text
    space, M = execute(text), np.random.default_rng(1).normal(size=(3, 3))
    out, kept = space["ranks_forward"](M, 0.8, 4)
    assert same(out, loop_functions.ranks(M, 0.8, 4))
    dM, dd = space["ranks_backward"](np.array([1.0, -2.0, 0.5]), kept)
    objective = weighted(loop_functions.ranks, np.array([1.0, -2.0, 0.5]), cache=False)
    point = {"M": M, "d": 0.8, "n": 4}
    for by, gradient in (("M", dM), ("d", dd)):
        np.testing.assert_allclose(gradient, numeric_gradient(objective, point, (by,)), rtol=1e-5, err_msg=by)


WRONG = {
    "the order of the trips": ("rnn_inline", r"in reversed\(range\(T\)\)", "in range(T)"),
    "the wrong trip": ("rnn_inline", r"prev_h_hist\[t\]", "prev_h_hist[t + 1]"),
    "the slot of another trip": ("rnn_forward", r"caches\[t\]", "caches[0]"),
    "a gradient that is not handed on": ("rnn_inline", r"dprev_h = dtotal", "dprev = dtotal"),
    "= for +=": ("conv_naive", r"dw\[f\] \+=", "dw[f] ="),
    "the wrong slot": ("conv_naive", r"dout\[n, f, i, j\]", "dout[n, f, j, i]"),
    "no zero": ("overwritten", r"\n +dy\[0\] = 0", ""),
    "the entry of another trip": ("rnn_listed", r"hs\[t\]", "hs[t + 1]"),
    "an entry that is not delivered": ("rnn_last", r"\n +dh \+= dhs_array\[i \+ 1\]", ""),
    "a local that is not cleared": ("last_activation", r"\n +dh = np\.zeros_like\(w\)", ""),
    "the version after the store": ("in_place", r"h_hist\[i\]", "h_hist[-1]"),
}  # fmt: skip


@pytest.mark.parametrize("fault", WRONG)
def test_a_wrong_text_is_refuted(fault: str) -> None:
    name, pattern, by = WRONG[fault]
    result = made(name)
    start = result.text.index(f"def {result.claim('split').entries[1]}(")
    wrong, count = re.subn(pattern, by, result.text[start:])
    assert count, result.text
    report = check(result.claim("split"), SOURCE, result.text[:start] + wrong)
    assert report.verdict == "REFUTED", report


def test_texts_as_by_hand() -> None:
    """As a person writes a convolution and a recurrent network: accumulating lines, in order, and nothing kept."""
    conv = made("conv_naive").text
    for line in (
        "for n in range(N):",
        "dw[f] += window * dsum2pbf",
        "db[f] += dsum2pbf",
        "dx_pad[n, :, hs : hs + HH, ws : ws + WW] += w[f] * dsum2pbf",
    ):
        assert line in conv[conv.index("def conv_naive_backward") :]
    assert "_hist" not in conv and ".copy()" not in conv
    rnn = made("rnn_forward").text
    assert "dxt, dprev_h, dWx_t, dWh_t, db_t = rnn_step_backward(dnext_h, caches[t])" in rnn
    assert "dWx += dWx_t" in rnn

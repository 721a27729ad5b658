"""Memory that long functions let go, and that short ones do not speak of."""

from __future__ import annotations

from gradgen.simplify import release
from tests.support import made

NET = """
import numpy as np


def layer(x, w):
    N, D = x.shape
    return np.tanh(x @ w)


def loss(x, w, y):
    N, D = x.shape
    scores = layer(x, w) / 2.0
    N, C = scores.shape
    diff = scores - y
    return np.sum(diff**2)
"""


def test_what_backward_does_not_read_is_let_go(monkeypatch):
    monkeypatch.setattr("gradgen.pipeline.passes.LONG", 1)
    text = made(NET, "loss").text
    last = text[: text.index("# backprop diff") if "# backprop diff" in text else text.index("    return loss")]
    assert "del " in last
    names = last.partition("del ")[2].splitlines()[0].split(", ")
    assert "scores" in names and "diff" not in names and "x" not in names


def test_short_functions_do_not_say_so():
    assert release.LONG > 10 and "del " not in made(NET, "loss").text

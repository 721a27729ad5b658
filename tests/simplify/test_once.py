"""Costly work that two lines of the reverse pass read stands there once."""

from __future__ import annotations

import pytest

import gradgen

SOLVED = "import numpy as np\n\ndef f(A, b):\n    return np.sum(np.linalg.solve(A, b) ** 2) + b @ b\n"
LOOPED = """\
import numpy as np

def f(A, b, n=3):
    for _ in range(n):
        b = b + np.linalg.solve(A, b)
    return np.sum(b)
"""
CHOLESKY = "import numpy as np\n\ndef f(A):\n    L = np.linalg.cholesky(A)\n    return np.sum(L * L * A)\n"
INTERP = "import numpy as np\n\ndef f(x, xp, fp):\n    return np.sum(np.interp(x, xp, fp) ** 2)\n"


@pytest.mark.parametrize(
    "text, shapes, work, name",
    [
        (SOLVED, ("A: N N", "b: N"), "np.linalg.solve(A.T, ", "sol"),
        (LOOPED, ("A: N N", "b: N"), "np.linalg.solve(A.T, ", "sol"),
        (INTERP, (), "np.interp(x, xp, np.arange(fp.shape[0]))", "interp2"),
        (CHOLESKY, ("A: N N",), "L.T @ dL", "LTdL"),
    ],
)
def test_what_two_lines_read_gets_a_name(text: str, shapes: tuple[str, ...], work: str, name: str) -> None:
    lines = gradgen.generate(text, shape=shapes, verify=False).text.partition("# backprop")[2]
    assert lines.count(work) == 1 and f"{name} = {work}" in lines
    assert f" = {name}  #" not in lines


def test_what_changes_between_two_lines_is_worked_out_again() -> None:
    """``dx @ W.T`` before and after another contribution has come to ``dx`` are two things."""
    text = """\
import numpy as np

def f(x, W):
    for _ in range(2):
        x = np.tanh(x @ W)
        x = np.tanh(x @ W)
    return np.sum(x)
"""
    result = gradgen.generate(text, shape=("x: N D", "W: D D"))
    assert result.text.count(" @ W.T") == 2 and result.report.verdict == "PROVED"

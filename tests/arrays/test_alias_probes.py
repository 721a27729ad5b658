"""Names that share storage: each probe has one right answer, or is refused where that is as good.

The gradients are written down here and not computed, so that neither differences nor gradgen's own view of storage decide.
"""

from __future__ import annotations

import copy

import numpy as np
import pytest

import gradgen
from tests.arrays.measure import execute

X = np.array([1.0, 2.0, 3.0])
SOFTMAX = np.exp(X) / np.sum(np.exp(X))

# (what it is about, lines of f(x), the gradient at [1, 2, 3], the code by which it may be refused)
PROBES = [
    ("alias written", "b = x * 1.0\na = b\na += 1\nreturn np.sum(b * x)", [3, 5, 7], None),
    ("copy written", "b = x.copy()\nb += 1\nreturn np.sum(b * x)", [3, 5, 7], None),
    ("argument written", "b = x\nb += 1\nreturn np.sum(b * x)", None, "GG114"),
    ("view, base written", "y = x * 2\nv = y[0:2]\ny[0] = 0\nreturn np.sum(v * v) + np.sum(y)", [0, 18, 2], "GG114"),
    ("overlap", "y = x * x\ny[1:] = y[:-1]\nreturn np.sum(y * x)", [7, 13, 4], None),
    ("an entry is a copy", "y = x * 2\na = y[0]\ny -= 1\nreturn np.sum(y * a)", [22, 4, 4], "GG114"),
    ("mask of the old value", "y = x * x\nz = y * x\ny[y > 2] = 0\nreturn np.sum(z * y)", [5, 0, 0], None),
    (
        "one object in a list",
        "h = x * 1.0\nhs = []\nfor t in range(3):\n    h *= x\n    hs.append(h)\nreturn np.sum(hs[0])",
        [4, 32, 108],
        "GG114",
    ),
    (
        "an object for each trip",
        "h = x * 1.0\nhs = []\nfor t in range(3):\n    h = h * x\n    hs.append(h)\nreturn np.sum(hs[0])",
        [2, 4, 6],
        None,
    ),
    (
        "written after the loss",
        "p = np.exp(x) / np.sum(np.exp(x))\nloss = -np.log(p[1])\nq = p\nq[1] -= 1\nreturn loss, q",
        SOFTMAX - np.array([0.0, 1.0, 0.0]),
        None,
    ),
    ("maybe a view", "y = x.reshape(3, 1) * 1.0\nv = y.ravel()\nv[0] = 5\nreturn np.sum(y * y)", [0, 4, 6], "GG114"),
    ("numbers rebind", "s = 0.0\nt = s\ns += x[0] * x[0]\nreturn s + t", [2, 0, 0], None),
    ("two names in one statement", "y = x * x\na, b = y, x\na -= 0.1\nreturn np.sum(y * y)", [3.6, 31.2, 106.8], None),
    (
        "two names exchanged",
        "a = x * 2.0\nb = x * 3.0\na, b = b, a\na += 1.0\nreturn np.sum(a * b)",
        [14, 26, 38],
        None,
    ),
    (
        "another array on one path",
        "y = x * 2\nc = y\nif x[0] > 5:\n    c = np.tanh(x)\ny += x\nreturn np.sum(c)",
        [3, 3, 3],
        "GG114",
    ),
    (
        "either of two arrays",
        "h = x * 2.0\ng = h if x[0] > 0 else x * 3.0\ng += 1.0\nreturn np.sum(h * g)",
        [12, 20, 28],
        "GG114",
    ),
    ("argument under three names", "a = x\nb = a\nc = b\nc[c > 2] *= 0.0\nreturn np.sum(c)", None, "GG114"),
    ("a name and a slot at once", "y = np.zeros(3)\na = y[0] = np.sum(x)\nreturn np.sum(y * a)", [12, 12, 12], None),
    (
        "two slots at once",
        "y = np.zeros(3)\ny[0], y[1] = np.sum(x), np.max(x)\nreturn np.sum(y * y)",
        [12, 12, 18],
        None,
    ),
    ("all on one line", "y = x * 2.0; c = y; y += 1.0; return np.sum(c * y)", [12, 20, 28], None),
    ("in a tuple", "h = x * 2.0\nkept = (h, x)\nh += 1.0\nreturn np.sum(h * h), kept", [12, 20, 28], None),
    (
        "part of an array with two names",
        "y = x * 2.0\nc = y\nv = c[0:2]\nv *= 3.0\nreturn np.sum(y * y)",
        [72, 144, 24],
        "GG114",
    ),
    (
        "a transpose under another name",
        "y = x * 2.0\nt = y.T\nz = t\ny += 1.0\nreturn np.sum(z * z)",
        [12, 20, 28],
        None,
    ),
    ("numbers of an array rebind", "s = np.sum(x * x)\nt = s\ns += 1.0\nreturn s * t", [58, 116, 174], None),
    (
        "slot over and over",
        "y = np.zeros(2)\nfor i in range(3):\n    y[0] = y[0] * x[i] + x[i]\nreturn np.sum(y)",
        [6, 6, 5],
        "GG111",
    ),
]


def text_of(lines: str) -> str:
    """A file with the probe's function f."""
    body = "".join(f"    {line}\n" for line in lines.split("\n"))
    return f"import numpy as np\n\n\ndef f(x):\n{body}"


@pytest.mark.parametrize("style", ["joint", "split"])
@pytest.mark.parametrize(("lines", "right", "code"), [p[1:] for p in PROBES], ids=[p[0] for p in PROBES])
def test_probe(lines: str, right, code: str | None, style: str) -> None:
    try:
        text = gradgen.generate(text_of(lines), "f", style=style, verify=False, shape="x: N").draft(style)
    except gradgen.GradgenError as error:
        assert error.diagnostics[0].code == code, str(error)
        return
    assert right is not None, f"accepted, though it writes the argument:\n{text}"
    names, x = execute(text), X.copy()
    original: dict = {}
    exec(text_of(lines), original)
    if style == "joint":
        value, found = names["f_value_and_grad"](x)
    else:
        value, cache = names["f_forward"](x)
        kept = copy.deepcopy(cache)
        found = names["f_backward"](1.0, cache)
        assert np.array_equal(names["f_backward"](1.0, kept), found)
    assert np.allclose(found, right, rtol=1e-12, atol=1e-15), text
    assert np.array_equal(x, X), "the argument is modified"
    wanted = original["f"](X.copy())
    for a, b in zip(
        value if isinstance(value, tuple) else (value,), wanted if isinstance(wanted, tuple) else (wanted,), strict=True
    ):
        assert np.array_equal(a, b), "the value, and what is returned beside it, are the original's"


@pytest.mark.parametrize("given", ["x", "x.T", "x.reshape(-1)", "x if len(x) else x * 2.0"])
def test_what_a_function_hands_back_is_not_written(given: str) -> None:
    text = f"import numpy as np\n\n\ndef g(x):\n    n = len(x) * 2.0\n    return {given}, n\n\n\ndef f(x):\n    y, n = g(x)\n    y += 1.0\n    return np.sum(y * n)\n"
    with pytest.raises(gradgen.GradgenError, match="may write into the array that the caller passed as `x`"):
        gradgen.generate(text, "f", shape="x: N")


@pytest.mark.parametrize(
    ("lines", "right"), [p[1:3] for p in PROBES if p[2] is not None], ids=[p[0] for p in PROBES if p[2] is not None]
)
def test_what_is_written_down_is_right(lines: str, right) -> None:
    """Central differences of the original agree with the gradient that stands in the table."""
    original: dict = {}
    exec(text_of(lines), original)

    def value(x: np.ndarray) -> float:
        found = original["f"](x)
        return float(found[0] if isinstance(found, tuple) else found)

    steps = np.eye(3) * 1e-6
    assert np.allclose([(value(X + d) - value(X - d)) / 2e-6 for d in steps], right, atol=1e-7)

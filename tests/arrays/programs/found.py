"""Small programs that the random ones led to: each broke an invariant once."""

from __future__ import annotations

from tests.arrays.programs.program import Program
from tests.arrays.recipes import shape_text

_ROWS: list[tuple[dict, str]] = [
    # no derivative arrives at a parameter, or at an entry of one: zeros of its shape
    (dict(x="N D", w="D"), "def f(x, w):\n    return np.zeros(3) * 2.0\n"),
    (dict(x="N D", w=("D M", "N D")), "def f(x, w):\n    a, b = w\n    c = a.T\n    return x * b\n"),
    (dict(x="N D", p={"W": "D M", "b": "M"}), 'def f(x, p):\n    W = p["W"]\n    b = p["b"]\n    return x @ W\n'),
    # a stretched gradient in another shape is not memory of its own
    (dict(x="N D", w="N D"), "def f(x, w):\n    h = x.flatten()\n    return w - np.sum(h)\n"),
    # what only one arm computes is not worked out again on the other
    (
        dict(x="N D", s="number"),
        "def f(x, s):\n    y = x.T\n    if s:\n        t = 1.0\n    else:\n        t = np.sum(y, axis=0)\n"
        "    z = x.T * t\n    cache = y\n    return z, cache\n",
    ),
    # both arms of a choice must be fresh, not only the first
    (
        dict(x="N D", flag="false"),
        "def f(x, flag):\n    y = 2 * x if flag else x\n    return y, np.sum(x * x)\n",
    ),
    # two thin contributions make a thin sum
    (dict(x="N D"), "def f(x):\n    a = np.sum(x)\n    b = np.mean(x)\n    return a * b\n"),
    # a gradient that only one arm gives is a number on the other
    (
        dict(x="N D", w="D", flag="false"),
        "def f(x, w, flag):\n    if flag:\n        y = x * w\n    else:\n        y = w * 2.0\n    return np.sum(y)\n",
    ),
    (
        dict(x="N D", flag="true"),
        "def f(x, flag):\n    z = np.ones_like(x)\n    z[:, 0] = x[:, 1]\n    if flag:\n        y = x * 2.0\n    else:\n        y = z\n    return y\n",
    ),
    # a helper's backward takes a full gradient on each result
    (
        dict(x="N D"),
        "def h(x):\n    t = np.tanh(x)\n    return t, np.sum(x * t, axis=1)\n\n\ndef f(x):\n    a, b = h(x)\n    return np.sum(a)\n",
    ),
    (
        dict(x="N D"),
        "def h(x):\n    return np.sum(x, axis=1) * 2.0\n\n\ndef f(x):\n    a = h(x)\n    return np.sum(a) + np.sum(x)\n",
    ),
    # a gradient that a branch adds to keeps its name there too
    (
        dict(x="N D", s="number"),
        "def f(x, s):\n    y = x * x\n    y[y >= 0.3] = s\n    if s > 1.0:\n        t = y\n        u = t\n    else:\n        u = x * 2.0\n"
        "    v = u + y\n    return v\n",
    ),
    # NumPy negates no truth values
    (dict(x="N D"), "def f(x):\n    y = np.cos(x * (x > 0))\n    return y\n"),
    # an index array beside a count is no mask
    (dict(x="N D", y="ints N < D"), "def f(x, y):\n    h = x[range(x.shape[-2]), y]\n    return h @ x\n"),
    # what is worked out again in the backward pass does not take the name of what it is handed
    (
        dict(x="N D"),
        "def f(x):\n    h = 2\n    m = np.clip(h, 0.1, 0.9) * x\n    h += m\n    out = x * h[0, :]\n    cache = (h, x)\n    return out, cache\n",
    ),
]

_UNTOLD: list[tuple[dict, str]] = [
    # another name of an array tells that it is one
    (dict(x="N D", w="N D"), "def f(x, w):\n    h = x\n    z = h / np.sum(h, axis=1, keepdims=True)\n    return z + np.sum(z)\n"),
]


def found() -> list[Program]:
    """The programs, with shapes told and without."""
    rows = [(*row, True) for row in _ROWS] + [(*row, False) for row in _UNTOLD]
    return [_program(number, *row) for number, row in enumerate(rows, 1)]


def _program(number: int, recipe: dict, text: str, tell: bool) -> Program:
    told = tuple(f"{n}: {s}" for n, k in recipe.items() if tell and (s := shape_text(k)))
    return Program(-number, f"import numpy as np\n\n\n{text}", "f", recipe, told, "tell" if tell else "none")

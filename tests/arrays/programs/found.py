"""Small programs that the random ones led to: each broke an invariant once."""

from __future__ import annotations

from tests.arrays.programs.program import Program

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
]


def found() -> list[Program]:
    """The programs, shapes told."""
    return [_program(number, recipe, text) for number, (recipe, text) in enumerate(_ROWS)]


def _program(number: int, recipe: dict, text: str) -> Program:
    from tests.arrays.recipes import shape_text

    told = tuple(f"{n}: {s}" for n, k in recipe.items() if (s := shape_text(k)))
    return Program(-1 - number, f"import numpy as np\n\n\n{text}", "f", recipe, told)

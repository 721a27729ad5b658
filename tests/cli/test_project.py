"""Functions that a file imports from its own project are read, and never run."""

from __future__ import annotations

import sys

MAIN = "import numpy as np\nfrom helpers import affine\n\n\ndef f(x, w):\n    return np.sum(affine(x, w) ** 2)\n"
HELPERS = (
    "import numpy as np\nfrom deeper.still import tanh as _unused\nfrom deeper.still import bent\n\nSCALE = 2.0\nprint('run')\n\n\n"
    "def affine(x, w):\n    h = bent(x) @ w\n    return SCALE * h\n\n\ndef other(x):\n    return open(x)\n"
)
STILL = "import numpy as np\n\n\ndef bent(x):\n    y = np.tanh(x)\n    return y + 0.1 * x\n"


def written(folder, main: str = MAIN, helpers: str = HELPERS) -> None:
    (folder / "m.py").write_text(main)
    (folder / "helpers.py").write_text(helpers)
    (folder / "deeper").mkdir(exist_ok=True)
    (folder / "deeper" / "still.py").write_text(STILL)


def test_what_the_function_calls_comes_along(run, folder):
    written(folder)
    ran = run("m.py")
    assert ran.code == 0 and "f: PROVED" in ran.err
    assert "def affine_forward" in ran.out and "def bent_backward" in ran.out and "SCALE = 2.0" in ran.out
    assert "helpers" not in ran.out.partition("\n\n")[2] and "open" not in ran.out
    assert "helpers" not in sys.modules and "run\n" not in ran.out


def test_the_output_is_stale_when_a_helper_changes(run, folder):
    written(folder)
    assert run("m.py", "-o", "m_grad.py").code == 0
    assert run("m.py", "-o", "m_grad.py", "--check").code == 0
    written(folder, helpers=HELPERS.replace("SCALE = 2.0", "SCALE = 3.0"))
    assert run("m.py", "-o", "m_grad.py", "--check").code == 1


def test_a_name_that_means_something_else_here_is_not_taken(run, folder):
    """The import stays, and the unknown function is refused as before."""
    written(folder, main=MAIN + "\n\ndef bent(x):\n    return x\n")
    ran = run("m.py", "-f", "f")
    assert ran.code == 3 and "GG104" in ran.err and "affine" in ran.err


def test_modules_that_import_from_one_another_come_to_an_end(run, folder):
    written(folder, helpers="from m import f\n\n\ndef affine(x, w):\n    return f(x, w)\n")
    assert run("m.py").code == 3


def test_a_module_that_is_not_python_leaves_the_import_alone(run, folder):
    written(folder, helpers="def affine(:\n")
    ran = run("m.py")
    assert ran.code == 3 and "GG104" in ran.err

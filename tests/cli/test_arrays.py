"""The command line on files of array code: shapes, points, refusals, output files."""

from __future__ import annotations

import json

import numpy as np
import pytest

from .test_generate import run_text

AFFINE = """\
import numpy


def affine_forward(x, w, b):
    out = x @ w + b
    cache = (x, w, b)
    return out, cache


def affine_backward(dout, cache):
    pass
"""
LOSS = """\
import numpy as np


def loss(W, x, y):
    s = x @ W
    p = np.exp(s) / np.sum(np.exp(s), axis=1, keepdims=True)
    return -np.mean(np.log(p[np.arange(x.shape[0]), y]))
"""
SCALE = "def scale(x, a):\n    return x * a\n"
SHAPES = ("--shape", "x: N D", "--shape", "w: D C", "--shape", "b: C")


@pytest.fixture
def files(folder):
    """A folder with the three sources."""
    for name, text in (("affine", AFFINE), ("loss", LOSS), ("scale", SCALE)):
        (folder / f"{name}.py").write_text(text)
    return folder


def test_a_layer(run, files):
    ran = run("affine.py", *SHAPES)
    assert ran.code == 0 and "affine_forward: " in ran.err
    assert "import numpy\n" in ran.out and "numpy.sum(dout, axis=0)" in ran.out
    assert "--shape 'x: N D' --shape 'w: D C' --shape 'b: C'" in ran.out.split("\n")[0]
    layer = run_text(ran.out)
    x, w = np.arange(6.0).reshape(2, 3), np.ones((3, 2))
    out, cache = layer["affine_forward"](x, w, np.zeros(2))
    dx, dw, db = layer["affine_backward"](np.ones((2, 2)), cache)
    assert (dx.tolist(), db.tolist()) == ([[2.0] * 3] * 2, [2.0, 2.0])


def test_numpy_is_imported_where_it_is_needed(run, files):
    ran = run("scale.py", "--shape", "x: N D")
    assert ran.code == 0 and "\nimport numpy as np\n" in ran.out
    assert "numpy" not in run("scale.py").out


def test_at_takes_nested_lists(run, files):
    point = "W=[[1, 2], [3, 4]], x=[[1, 0]], y=[1]"
    ran = run("loss.py", "--at", point)
    assert "loss(W=[[1, 2], [3, 4]], x=[[1, 0]], y=[1]) = 0.31326168751822" in ran.err
    assert "dW = [[0.26894" in ran.err and "array" not in ran.err
    at = json.loads(run("loss.py", "--at", point, "--format", "json").out)["functions"][0]["at"]
    assert set(at) == {"at", "value", "gradients"} and at["at"]["y"] == [1]
    np.testing.assert_allclose(at["gradients"]["x"], [[-0.26894142, -0.26894142]])


def test_at_of_an_array_shows_the_gradient_of_its_sum(run, files):
    ran = run("affine.py", "--at", "x=[[1, 2]], w=[[3], [4]], b=[5]")
    assert "= [[16.0]]" in ran.err and "dw (of the sum) = [[1.0], [2.0]]" in ran.err
    arguments = ("scale.py", "--shape", "x: N", "--at", "x=[1, 2], a=3", "--format", "json")
    at = json.loads(run(*arguments).out)["functions"][0]["at"]
    assert at["value"] == [3.0, 6.0] and at["gradients"] == {"x": [3.0, 3.0], "a": 3.0}
    assert at["of"] == "sum"


def test_at_of_several_arrays(run, files):
    (files / "two.py").write_text("def f(x, y):\n    a = x * y\n    b = x + y\n    return a, b\n")
    ran = run("two.py", "--shape", "x: N", "--shape", "y: N", "--at", "x=[1, 2], y=[3, 4]")
    assert "= ([3.0, 8.0], [4.0, 6.0])" in ran.err
    assert "dx (of the sum) = ([3.0, 4.0], [1.0, 1.0])" in ran.err


def test_at_of_outputs_beside_a_cache(run, files):
    step = "def step_forward(x):\n    h = x @ x\n    y = 2 * x\n    cache = x\n    return h, y, cache\n"
    (files / "step.py").write_text(step)
    ran = run("step.py", "--shape", "x: N", "--at", "x=[1, 2]")
    assert ran.code == 0 and "= (5.0, [2.0, 4.0])" in ran.err, ran.err
    assert "dx (of the sum) = ([2.0, 4.0], [2.0, 2.0])" in ran.err


@pytest.mark.parametrize(
    ("file", "point", "said"),
    [
        ("loss", "W=[[1, 2], [3]], x=[[1, 0]], y=[1]", "`W` is no array"),
        ("loss", "W=[[1, 2], [3, 4]], x=[[1, 0]], y=[0.5]", "`y` must hold whole numbers"),
        ("loss", "W=[['a']], x=[[1]], y=[0]", "`W` must hold numbers"),
        ("loss", "W=[[1]], x=[[1]]", "`y`"), ("scale", "x=[1, 2], a=3", '--shape "x: N"'),
        ("affine", "x=[1, 2], w=[[1], [2]], b=[0]", "`x` has the shape (2,), not (N, D)"),
        ("affine", "x=[[1, 2]], w=[[1]], b=[0]", "`w` has the shape (1, 1), not (D, C), and D is 2 in `x`"),
    ],
)  # fmt: skip
def test_points_that_do_not_fit(run, files, file, point, said):
    shapes = SHAPES if file == "affine" else ()
    ran = run(f"{file}.py", *shapes, "--at", point)
    assert (ran.code, ran.out) == (2, "") and "--at" in ran.err and said in ran.err


def test_a_point_at_which_numpy_raises(run, files):
    ran = run("affine.py", "--at", "x=[[1, 2]], w=[[1]], b=[0]")
    assert ran.code == 0 and "raises ValueError: " in ran.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("-f", "scale", "--shape", "z: N"), "`scale` has no parameter `z`"),
        (("--shape", "z: N"), "`scale` has no parameter `z`"),
        (("--shape", "x N"), "cannot read 'x N'"), (("--shape", "x: N; a: N"), "cannot read"),
        (("--shape", "x: N", "--shape", "x: M"), "`x` has two shapes"), (("--shape", ""), "empty"),
    ],
)  # fmt: skip
def test_wrong_shapes(run, files, arguments, said):
    ran = run("scale.py", *arguments)
    assert (ran.code, ran.out) == (2, "") and "GG004" in ran.err and said in ran.err


def test_shapes_that_contradict_each_other(run, files):
    ran = run("loss.py", "--shape", "x: N D", "--shape", "W: E C")
    assert (ran.code, ran.out) == (3, "")
    assert ran.err == """\
error[GG121]: the shapes do not fit: D meets E
 --> loss.py:5:9
  |
4 | def loss(W, x, y):
  |          - stated: W: E C
  |             - stated: x: N D
5 |     s = x @ W
  |         ^^^^^ D and E must be one size here
  |
  = help: different names are different sizes: call them alike if they are one, or mend the line
  = note: gradgen explain GG121

"""
    ran = run("loss.py", "--shape", "x: N D", "--shape", "W: E C", "--format", "concise")
    assert ran.err == "loss.py:5:9: GG121 the shapes do not fit: D meets E\n"


def test_an_array_is_no_number(run, files):
    ran = run("affine.py", "--style", "joint", *SHAPES)
    assert ran.code == 3 and "GG202" in ran.err and "style split" in ran.err


def test_output_files(run, files):
    first = run("affine.py", *SHAPES, "-o", "grad.py")
    assert first.code == 0 and "grad.py: written" in first.err
    assert run("affine.py", *SHAPES, "-o", "grad.py", "--check").code == 0
    assert "is stale" in run("affine.py", "-o", "grad.py", "--check").err
    changed = run("affine.py", "-o", "grad.py", "--diff")
    assert "-    db = numpy.sum(dout, axis=0)" in changed.out


def test_shapes_of_entries(run, files):
    (files / "dense.py").write_text("def f(p, x):\n    return x @ p['W'] + p['b']\n")
    entries = ("--shape", 'p["W"]: D C', "--shape", "p[b]: C")
    ran = run("dense.py", "--shape", "x: N D", *entries)
    assert ran.code == 0 and "np.sum(dout, axis=0)" in ran.out
    assert run("dense.py", "--shape", "q[W]: D C").code == 2


def test_shapes_in_the_configuration(run, files):
    (files / "pyproject.toml").write_text('[tool.gradgen]\nshape = ["x: N D", "zeta: K"]\n')
    ran = run("scale.py")
    assert ran.code == 0 and "import numpy as np" in ran.out and "x.ndim == 2" in ran.out
    (files / "pyproject.toml").write_text('[tool.gradgen]\nshape = "x: N D"\n')
    assert "x.ndim == 2" in run("scale.py").out
    assert "x.ndim == 1" in run("scale.py", "--shape", "x: N").out
    (files / "pyproject.toml").write_text("[tool.gradgen]\nshape = 3\n")
    assert run("scale.py").code == 2


def test_rules_and_codes_know_arrays(run):
    said = run("explain", "GG121")
    assert said.code == 0 and said.out.startswith("GG121: shapes do not fit (not supported yet)")
    for name in ("sum", "np.sum", "numpy.sum", "@", "maximum", ".reshape"):
        listed = run("rules", name)
        assert listed.code == 0 and "gate" in listed.out
    for code in ("GG107", "GG114", "GG202"):
        assert "this version" not in run("explain", code).out
    assert "not in this version" not in run("--help").out

"""``gradgen grade`` on the command line, and `assert_backward` in a test."""

from __future__ import annotations

import json
from pathlib import Path
import xml.etree.ElementTree as xml

import numpy as np
import pytest

import gradgen
from gradgen.cli import main
from gradgen.grade import assert_backward

GOOD = """\
import numpy as np


def affine_forward(x, w, b):
    return x @ w + b, (x, w)


def affine_backward(dout, cache):
    x, w = cache
    return dout @ w.T, x.T @ dout, dout.sum(axis=0)
"""
BAD = GOOD.replace("dout.sum(axis=0)", "dout.sum(axis=1)")


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Run the verb in a folder that holds good.py and bad.py."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "good.py").write_text(GOOD)
    (tmp_path / "bad.py").write_text(BAD)

    def runner(*arguments: str) -> tuple[int, str]:
        code = main(["grade", *arguments])
        return code, capsys.readouterr().out

    return runner


def test_exit_codes(run, tmp_path) -> None:
    (tmp_path / "open.py").write_text(
        "def f_forward(x):\n    return open(x), x\n\n\ndef f_backward(d, cache):\n    return d\n"
    )
    assert run("good.py")[0] == 0
    assert run("bad.py")[0] == 1
    assert run("good.py", "missing.py")[0] == 2
    assert run("open.py")[0] == 3
    assert main(["grade"]) == 2


def test_concise_is_one_line_with_the_right_line_behind_it(run) -> None:
    code, out = run("bad.py", "--format", "concise")
    assert (code, out.count("\n")) == (1, 1)
    assert out.startswith("bad.py:10:5: GG405 ") and "dout.sum(axis=0)" in out


def test_json_has_points(run) -> None:
    _, out = run("bad.py", "good.py", "--format", "json", "--points", "2")
    bad, good = json.loads(out)["files"]
    assert (bad["points"], bad["of"], good["points"]) == (4, 6, 6)
    (function,) = bad["functions"]
    assert [m["line"] for m in function["mistakes"]] == [10]
    assert {g["name"]: g["status"] for g in function["gradients"]} == {"dx": "right", "dw": "right", "db": "wrong"}


def test_junit_has_a_case_for_each_gradient(run) -> None:
    _, out = run("bad.py", "--format", "junit")
    (suite,) = xml.fromstring(out)
    assert (suite.get("tests"), suite.get("failures")) == ("3", "1")


def test_a_folder_with_a_summary(run, tmp_path) -> None:
    code, out = run(".")
    assert code == 1
    assert "bad.py   2 of 3 right" in out and "good.py  3 of 3 right" in out


def test_the_forward_pass_of_another_file(run, tmp_path) -> None:
    head, _, tail = GOOD.partition("def affine_backward")
    (tmp_path / "ref.py").write_text(head)
    (tmp_path / "student.py").write_text("import numpy as np\n\n\ndef affine_backward" + tail)
    assert run("student.py", "--against", "ref.py")[0] == 0


def test_a_stated_pair_and_a_stated_shape(run, tmp_path) -> None:
    (tmp_path / "odd.py").write_text(
        "import numpy as np\n\n\ndef f(x):\n    return np.exp(x)\n\n\ndef slope(dy, x):\n    return dy * np.exp(x)\n"
    )
    code, out = run("odd.py", "--pair", "f=slope", "--shape", "x: N")
    assert code == 0 and "N=3" in out
    assert "dx" not in run("good.py", "--wrt", "w")[1]


def test_the_example_has_its_report(monkeypatch, capsys) -> None:
    folder = Path(gradgen.__file__).parent.parent / "generated_examples"
    monkeypatch.chdir(folder)
    main(["grade", "student_layers.py", "--points", "5"])
    kept = (folder / "student_layers_report.txt").read_text().splitlines()
    told = capsys.readouterr().out.splitlines()
    assert [x for x in told if " right " not in x] == [x for x in kept if " right " not in x]  # but for the last digits


def test_a_point(run, tmp_path) -> None:
    (tmp_path / "p.py").write_text(
        "def f_forward(x, y):\n    return x * y, (x, y)\n\n\ndef f_backward(d, cache):\n    x, y = cache\n    return d * y, d * x\n"
    )
    code, out = run("p.py", "--at", "x=3, y=-4")
    assert code == 0 and "the point that is given" in out


def square_forward(x):
    return x**2, x


def square_backward(dout, cache):
    return 2 * cache * dout


def square_backward_wrong(dout, cache):
    return cache * dout


def test_assert_backward() -> None:
    assert_backward(square_forward, square_backward)
    with pytest.raises(AssertionError, match="the factor `2` is missing"):
        assert_backward(square_forward, square_backward_wrong)


def test_assert_backward_takes_no_unchecked_pass() -> None:
    def odd_forward(x):
        return np.linalg.qr(x)[0], x

    def odd_backward(dout, cache):
        return dout

    with pytest.raises(AssertionError, match="not checked"):
        assert_backward(odd_forward, odd_backward)

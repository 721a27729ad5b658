"""Notebooks: what a decorated function shows of itself, and the magic, with a stand-in for IPython."""

from __future__ import annotations

import linecache
import subprocess
import sys
import textwrap
import types
import xml.etree.ElementTree as ET
from html.parser import HTMLParser

import numpy as np
import pytest

import gradgen
from gradgen import gradgen as differentiable
from gradgen.api.notebook import defined
from gradgen.picture.notebook import highlighted
from tests.picture.files import notes, norm


class Shell:
    """What the magic asks of IPython's shell."""

    def __init__(self):
        self.user_ns: dict[str, object] = {}
        self.magics: dict[str, object] = {}
        self.cells = 0

    def register_magic_function(self, function, magic_kind: str, magic_name: str) -> None:
        self.magics[magic_kind, magic_name] = function

    def run_cell(self, cell: str):
        self.cells += 1
        filename = f"<shell cell {self.cells}>"
        linecache.cache[filename] = (len(cell), None, cell.splitlines(True), filename)
        exec(compile(cell, filename, "exec"), self.user_ns)
        return types.SimpleNamespace(success=True)


@pytest.fixture
def shell(monkeypatch):
    """A shell with the extension loaded; what is displayed is in ``shown``."""
    made = Shell()
    made.shown = []
    module = types.ModuleType("IPython.display")
    module.HTML, module.display = str, made.shown.append
    monkeypatch.setitem(sys.modules, "IPython", types.ModuleType("IPython"))
    monkeypatch.setitem(sys.modules, "IPython.display", module)
    gradgen.load_ipython_extension(made)
    return made


def text_of(html: str) -> str:
    """The text that a browser would show."""
    parser, found = HTMLParser(), []
    parser.handle_data = found.append
    parser.feed(html)
    return "".join(found)


def test_the_magic_runs_the_cell_and_shows_its_functions(shell) -> None:
    cell = "def half(x):\n    return x / 2\n\n\ndef f(x, y):\n    q = half(x) * y\n    return q + x\n"
    shell.magics["cell", "gradgen"]("x=3, y=-4", cell)
    assert shell.user_ns["f"](3, -4) == -3.0
    (html,) = shell.shown
    assert "def f_value_and_grad(x, y):" in text_of(html) and "PROVED" in html
    assert ">-6.00<" in html and ">-1.00<" in html  # the value of q, and the gradient on x


def test_the_magic_says_what_is_refused(shell, capsys) -> None:
    shell.magics["cell", "gradgen"]("", "def f(x):\n    return sorted([x])\n")
    assert "GG104" in capsys.readouterr().out and not shell.shown


NORM = "import numpy as np\n\n\ndef norm(W, x):\n    return np.sum(W @ x)\n"


def test_lists_are_arrays_where_the_function_takes_these(shell) -> None:
    shell.magics["cell", "gradgen"]("W=[[1, 2], [3, 4]], x=[1, 1]", NORM)
    assert ">10.00<" in shell.shown[0]


@pytest.mark.parametrize(
    ("line", "said"), [("z=3", "norm: missing a required argument: 'W'"), ("x=", "not of the form")]
)
def test_the_magic_says_what_is_no_point(shell, capsys, line: str, said: str) -> None:
    shell.magics["cell", "gradgen"](line, NORM)
    assert said in capsys.readouterr().out and not shell.shown


def test_where_a_function_raises_it_is_said_and_nothing_drawn_with_numbers(shell) -> None:
    shell.magics["cell", "gradgen"]("x=-1", "import math\ndef root(x):\n    return math.sqrt(x)\n")
    assert "There, stage (1) raises ValueError" in text_of(shell.shown[0]) and 'class="value"' not in shell.shown[0]
    assert "None" not in text_of(shell.shown[0])


LAYER = """
    import numpy as np

    class Affine:
        def __init__(self, W):
            self.W = W

        def forward(self, x):
            out = x @ self.W
            return out

    class Point:
        def __init__(self, x):
            self.x = x

    def main():
        return Affine(np.ones((2, 2)))
"""


def test_layers_are_shown_and_left_as_they_are(shell, capsys) -> None:
    shell.magics["cell", "gradgen"]("", textwrap.dedent(LAYER))
    (html,) = shell.shown
    assert "def backward(self, dout):" in text_of(html) and "<svg" in html
    assert not hasattr(shell.user_ns["Affine"], "backward") and capsys.readouterr().out == ""


def test_a_result_is_brief() -> None:
    result = gradgen.generate("def f(x, y):\n    return x * y\n")
    assert repr(result) == "<gradgen f by x, y: not checked yet>"
    assert result.report.verdict in repr(result)


def test_which_functions_of_a_cell() -> None:
    assert defined("import math\ndef g(x):\n    return x\ndef f(x):\n    return g(x)\n") == ["f"]


def test_displays_of_a_decorated_function() -> None:
    f = differentiable(notes)
    html, svg = f._repr_html_(), f._repr_svg_()
    assert "def notes_value_and_grad(x, y):" in text_of(html) and svg in html
    ET.fromstring(svg)
    assert "PROVED" in f.report._repr_html_() and f.report._repr_html_().count("<tr>") == 8


def test_trace_of_numbers() -> None:
    found = differentiable(notes).trace(3, y=-4)
    assert found.bad is None and str(found) == repr(found)
    assert [(r.stage, r.gradient) for r in found.rows][:2] == [(0, "2.05957"), (0, "1.59223")]
    assert differentiable(notes).trace(3, -800).bad.raises.startswith("raises OverflowError")


def test_trace_of_arrays() -> None:
    f = differentiable(norm)
    found = f.trace(np.array([3.0, 4.0]))
    assert found.bad is None and found.run.gradient_of("x") == pytest.approx([0.6, 0.8])
    assert "dsumxx = (0.5 / norm) * dnorm is inf, from norm = 0" in str(f.trace(np.array([0.0, 0.0])).bad)
    assert f.trace(np.array([[3.0], [4.0]])).run.gradient_of("x") == pytest.approx(np.array([[0.6], [0.8]]))


def test_a_function_of_numbers_traced_on_arrays() -> None:
    f = differentiable(notes)
    f_of_one = f.trace(3, -4)
    assert f_of_one.run.outputs == [pytest.approx(1.5456448841066441)]


def test_highlighting_loses_nothing() -> None:
    text = 'def f(x):\n    """Doc\n    <here>."""\n    return x  # (1) & more\n'
    assert text_of(highlighted(text)) == text


def test_ipython_is_imported_by_nobody_else() -> None:
    code = "import sys, gradgen, gradgen.api.notebook, gradgen.picture.notebook; print('IPython' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"

"""A class is read as a pair of functions where it is one, and not at all where it is more."""

from __future__ import annotations

import pytest

import gradgen
from gradgen.checks.layer import as_pair
from gradgen.render.environment import template_path
from gradgen.source import SourceText
from tests.support import execute

TEXT = '''import math


class Scale:
    """scale(x, w) as a layer."""

    def forward(self, x, w=2.0):
        """The value."""
        out = (
            x
            * w
        )
        self.cache = (x, w)
        return out

    def backward(self, dout=1.0):
        """The gradient."""
        x, w = self.cache
        dx = w * dout
        dw = x * dout
        self.dw = dw
        return dx, dw
'''
ENTRIES, WRT = ("scale_forward", "scale_backward"), ("x", "w")
FAULTS = [
    ("class Scale:", "class Scale(dict):"),
    ("class Scale:", "@len\nclass Scale:"),
    ('    """scale(x, w) as a layer."""', "    state = 1"),
    ("    def forward", "    @staticmethod\n    def forward"),
    ("def forward(self, x, w=2.0)", "def forward(self, *x)"),
    ("self.cache = (x, w)", "self.kept = (x, w)"),
    ("self.cache = (x, w)", "self.cache = (x, w)\n        self.x = x"),
    ("self.cache = (x, w)", "self.cache = (x, w)\n        x = 1"),
    ("self.cache = (x, w)", "self.cache = (x, self)"),
    ("        return out", "        if out:\n            return out\n        return out"),
    ("dx = w * dout", "dx = self.dx"),
    ("dx = w * dout", "dx = self.scale(w, dout)"),
    ("dx = w * dout", "dx = (lambda: w)() * dout"),
    ("dout=1.0", "dout=2.0"),
    ("dout=1.0", "dout, scale=1.0"),
    ("self.dw = dw", "self.dw = dx"),
    ("self.dw = dw", "self.db = dw"),
    ("self.dw = dw", "self.cache = dw"),
    ("self.dw = dw\n", "self.dw = dw\n        dw = 0.0\n"),
    ("return dx, dw", "return [dx, dw]"),
]


def test_the_pair_does_what_the_class_does() -> None:
    pair = as_pair(TEXT, ENTRIES, WRT)
    names, layer = execute(pair), execute(TEXT)["Scale"]()
    out, cache = names["scale_forward"](3.0)
    assert (out, layer.forward(3.0)) == (6.0, 6.0)
    assert names["scale_backward"](0.5, cache) == layer.backward(0.5) == (1.0, 1.5)


def test_lines_stay_where_they_are() -> None:
    """A verdict's line is one of the class."""
    lines, pair = TEXT.splitlines(), as_pair(TEXT, ENTRIES, WRT).splitlines()
    assert len(pair) == len(lines)
    assert pair.index("    dw = x * dout") == lines.index("        dw = x * dout")


@pytest.mark.parametrize(("right", "fault"), FAULTS, ids=[f[1].strip() for f in FAULTS])
def test_what_is_no_pair_is_not_read(right: str, fault: str) -> None:
    assert TEXT.count(right) == 1
    text = TEXT.replace(right, fault)
    SourceText(text).tree  # noqa: B018
    assert as_pair(text, ENTRIES, WRT) is None


@pytest.mark.parametrize(
    ("right", "other", "verdict"),
    [
        ("{{ names.layer }}", "{{ names.layer }}", "PROVED"),
        ("{{ doc.layer }}", "No verdict.", "PROVED"),
        ("return {{ gradient_list }}", "return {{ gradient_list }}, 0.0", "REFUTED"),
        ("return {{ value }}", "return {{ value }} + 1", "REFUTED"),
        ("{{ names.this }}.cache =", "{{ names.this }}.cache = {{ names.this }}.kept =", "UNCHECKED"),
    ],
)  # fmt: skip
def test_the_class_of_a_template_is_checked(right: str, other: str, verdict: str, tmp_path) -> None:
    own = tmp_path / f"{abs(hash(other))}.py.jinja"
    shipped = template_path("layer").read_text(encoding="utf-8")
    assert shipped.count(right) == 1
    own.write_text(shipped.replace(right, other), encoding="utf-8")
    made = gradgen.generate("def f(x, w):\n    return w * x\n", style=str(own))
    assert made.report.verdict == verdict, made.report

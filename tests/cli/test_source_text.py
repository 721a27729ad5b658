"""Source text: places, comments, comparing texts, reading literals."""

from __future__ import annotations

import ast

import pytest

from gradgen.errors import UsageError
from gradgen.source import MAX_CHAIN, SourceText, decode, functions, literals, parameters, printable, same_program


def place_of(text: str, kind: type) -> tuple[int, int, int]:
    source = SourceText(text)
    node = next(n for n in ast.walk(source.tree) if isinstance(n, kind))
    place = source.place(node)
    return place.line, place.column, place.end_column


def test_columns_count_characters_not_bytes():
    assert place_of("é = 'ö'; y = é * 2\n", ast.BinOp) == (1, 14, 19)


def test_a_statement_over_several_lines_is_marked_by_its_head():
    assert place_of("x = 1\nwhile x:  # why\n    x = 0\n", ast.While) == (2, 1, 9)


def test_a_line_break_character_inside_a_string_is_no_line():
    assert place_of("s = '\u2028\x0c'\ny = a * b\n", ast.BinOp) == (2, 5, 10)


def test_comments_by_line():
    source = SourceText("x = 1  # one\n# alone\ny = '# none'\n    \n")
    assert source.comments == {1: ("one", False), 2: ("alone", True)}


@pytest.mark.parametrize("text", ["x = '''", "x = (", "if x:\n        y\n    z\n", "\\"])
def test_comments_of_broken_text_do_not_raise(text):
    assert isinstance(SourceText(text).comments, dict)


@pytest.mark.parametrize("terms", [1000, MAX_CHAIN - 10])
def test_long_chains_below_the_cap_are_read(terms):
    assert SourceText("x = " + "+".join(["x"] * terms)).tree


def test_the_cap_is_the_same_for_every_python_and_points_at_the_place():
    with pytest.raises(UsageError) as caught:
        SourceText("a = 1\nx = " + "+".join(["x"] * (MAX_CHAIN + 10))).tree
    (cause,) = caught.value.diagnostics
    assert cause.code == "GG003" and cause.place.line == 2


def test_a_lone_surrogate_is_refused():
    with pytest.raises(UsageError):
        SourceText("x = '\ud800'").tree


def test_what_latin1_means():
    assert decode(b"# coding: latin-1\n\xe9 = 1\n", "m.py").text == "# coding: latin-1\né = 1\n"


SAME = [
    ("x = 1", "x  =  (1)"),
    ("f(a, b)", "f(\n    a,\n    b,\n)"),
    ("x = 'a'", 'x = "a"'),
    ("x = 1\n\n\ny = 2", "x = 1\ny = 2"),
    ("# a\nx = 1", "#a\n\nx = 1"),
]
DIFFERENT = [
    ("x = 1", "x = 1.0"),
    ("x = 0.0", "x = -0.0"),
    ("x = 1", "x = True"),
    ("x = 1  # a", "x = 1  # b"),
    ("x = 1  # a", "x = 1"),
    ("x = y - z", "x = z - y"),
    ("x = 1", "x = 1\ny = 2"),
    ("x = 1", "x = ("),
    ("x = a + b", "x += a + b"),
]


@pytest.mark.parametrize("one, other", SAME)
def test_layout_makes_no_other_program(one, other):
    assert same_program(one, other) and same_program(other, one)


@pytest.mark.parametrize("one, other", DIFFERENT)
def test_tree_and_comments_do(one, other):
    assert not same_program(one, other) and not same_program(other, one)


def test_comparing_is_not_recursive():
    long = "x = " + "+".join(["x"] * (MAX_CHAIN - 10))
    assert same_program(long, long.replace("+", " + "))


def test_literals():
    assert literals("x=3, w=[1, -2.5], p={'a': (1,)}, t=True, n=None") == {
        "x": 3, "w": [1, -2.5], "p": {"a": (1,)}, "t": True, "n": None,
    }  # fmt: skip
    assert literals("") == {}


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "x=y",
        "x=f()",
        "3",
        "**{}",
        "x=1; y=2",
        "x=1)(y=2",
        "x=1j",
        "x=[1j]",
        "x=b''",
        "x=1 if 1 else 2",
        "x=" + "9" * 5000,
        "x=\0",
    ],
)
def test_other_things_are_no_literals(text):
    with pytest.raises(ValueError):
        literals(text)


def test_parameters_in_signature_order():
    tree = SourceText("def f(a, /, b, *c, d=1, **e): pass\n").tree
    assert parameters(functions(tree)["f"]) == ("a", "b", "d")


def test_printable_drops_what_could_deceive():
    assert printable("a\x1b[0m\u200b\u202e\ufeff\x7f\tb") == "a[0m b"

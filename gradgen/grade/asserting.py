"""`assert_backward(forward, backward)`: a hand-written backward pass in a test."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Mapping

from gradgen.grade.verdicts import Settings
from gradgen.grade.report import Paper, paper_text
from gradgen.source import SourceText, decode, read_bytes


def assert_backward(
    forward: Callable,
    backward: Callable,
    *,
    wrt: tuple[str, ...] = (),
    shapes: Mapping[str, str] = {},
    at: Mapping[str, object] = {},
) -> None:
    """Raise AssertionError, with the report as its text, unless every gradient that ``backward`` hands back is right.

    ``shapes`` are like ``{"x": "N D"}``, ``at`` a point.  What cannot be checked is no pass either.  The functions' source is
    read and interpreted; they are not called.
    """
    from gradgen.grade import grade_text

    settings = Settings({name: tuple(dims.replace(",", " ").split()) for name, dims in shapes.items()}, at, wrt)
    source, reference = text_of(backward), None
    if not defines(source, forward.__name__):
        reference = text_of(forward)
    pairs = [(forward.__name__, backward.__name__)]
    paper = grade_text(source, settings, [backward.__name__], pairs, reference)
    good = paper.found and all(g.status in ("right", "inexact") for g in paper.found)
    assert good, f"the backward pass is not right\n\n{paper_text(paper, None)}"


def text_of(function: Callable) -> SourceText:
    """The file that a function is defined in; the function alone where it is not at the top of a file."""
    function = inspect.unwrap(function)
    filename = inspect.getsourcefile(function) or "<unknown>"
    try:
        whole = decode(read_bytes(filename), filename)
        if defines(whole, function.__name__):
            return whole
    except Exception:  # a notebook's cell, a file that is gone
        pass
    lines, first = inspect.getsourcelines(function)
    imports = "import math; import numpy as np"
    text = textwrap.dedent("".join(lines))
    return SourceText(imports + "\n" * max(1, first - 1) + text, filename)


def defines(source: SourceText, name: str) -> bool:
    """Whether a text defines a function at its top level."""
    return any(isinstance(n, ast.FunctionDef) and n.name == name for n in source.tree.body)


__all__ = ["Paper", "assert_backward"]

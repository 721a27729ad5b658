"""Holding a hand-written backward pass against the truth, and pointing at the line.

`grade_text` is the door: it pairs forward and backward passes by convention (`pairing`), makes inputs (`leaves`: what the text
says of them, `plans`: shapes for the rest, `inputs`: values), runs both on gradgen's interpreter (`planning`, `running`, `passes`, `results`),
over numbers of 60 digits that remember how they were made, so that the forward pass itself gives the truth (`tape`, `truth`),
compares (`judge`, `verdicts`), finds the wrong line and its cause by mending the student's own statements, and lays it out (`report`).

The search for a line (`locating`, `lines`) runs the pass with statements changed (`trials`): those that may be wrong (`suspects`), over
what they may read (`scopes`), in the forms that usual mistakes explain (`mending`: `templates` change a place by itself, `fillings` put
a value there, `needed` and `parts` undo the rest of the line), in two statements at once (`pairs`), in one that
several come from (`sources`); else the truth stands in (`replacing`).  `causes` names them all.
In the end the functions of a file speak for one another (`together`).
"""

from __future__ import annotations

import ast
import contextlib
import sys
import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from gradgen.grade.asserting import assert_backward
from gradgen.grade.judge import graded
from gradgen.grade.pairing import Pair, found
from gradgen.grade.report import Paper
from gradgen.grade.together import together
from gradgen.grade.verdicts import Graded, Settings
from gradgen.source import SourceText

__all__ = ["Graded", "Paper", "Settings", "assert_backward", "grade_text"]


def grade_text(
    source: SourceText,
    settings: Settings = Settings(),
    functions: Sequence[str] = (),
    pairs: Sequence[tuple[str, str]] = (),
    against: SourceText | None = None,
    seconds: float | None = None,
) -> Paper:
    """The grading of a text.  Raises `UsageError` where it is no Python; never for what a student wrote.

    ``functions``: only these (by the name of the backward or the forward function); ``pairs``: (forward, backward) names
    that convention does not pair; ``against``: where forward passes are that the text has not; ``seconds``: afterwards
    the rest stays unchecked.
    """
    tree = source.tree
    whole = tree
    if against is not None:
        own = {n.name for n in tree.body if isinstance(n, (ast.FunctionDef, ast.ClassDef))}
        others = [n for n in against.tree.body if getattr(n, "name", None) not in own]
        whole = ast.Module([*others, *tree.body], [])
    start = time.monotonic()
    paper = Paper(source.filename, source)
    pairs_of: list[Pair] = []
    for pair in found(tree, pairs, against.tree if against else None):
        if functions and not {pair.name, pair.forward, pair.backward} & set(functions):
            continue
        pairs_of.append(pair)
        left = None if seconds is None else seconds - (time.monotonic() - start)
        if left is not None and left <= 0:
            paper.found.append(
                Graded(pair.name, pair.kind, pair.line, pair.forward, unchecked="the time limit was reached")
            )
            continue
        with quiet():
            paper.found.append(graded(whole, pair, settings))
    with quiet():
        together(whole, pairs_of, paper.found, lambda changed, name: again(changed, name, pairs, settings))
    return paper


def again(tree: ast.Module, name: str, pairs: Sequence[tuple[str, str]], settings: Settings) -> Graded | None:
    """The verdict on one pair in another text, without its lines."""
    pair = next((p for p in found(tree, pairs) if p.name == name), None)
    return graded(tree, pair, replace(settings, lines=False)) if pair else None


@contextlib.contextmanager
def quiet():
    """NumPy tells of an `np.add.at` with a bad index a second time, on the terminal, when its array is freed: not here."""
    hook, sys.unraisablehook = sys.unraisablehook, lambda _: None
    try:
        with np.errstate(all="ignore"):
            yield
    finally:
        sys.unraisablehook = hook

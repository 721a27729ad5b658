"""Right hand-written backward passes are right, however they are written; so is generated text."""

from __future__ import annotations

import ast
import random
import re
from pathlib import Path

import pytest

import gradgen
from gradgen.grade import Settings, grade_text
from gradgen.grade.judge import graded
from gradgen.grade.pairing import found as pairs_of
from gradgen.source import SourceText, read_file
from tests.benchmarks.bench_grading import cases, with_function
from tests.grading.rewrites import rewrites

CORPUS = sorted((Path(__file__).parent / "corpus").glob("*.py"))
EXAMPLES = sorted((Path(gradgen.__file__).parent.parent / "generated_examples").glob("*_grad.py"))


@pytest.mark.parametrize("path", CORPUS, ids=lambda p: p.stem)
def test_right_passes_are_right(path: Path) -> None:
    found = grade_text(read_file(str(path))).found
    assert len(found) > 4
    assert {g.name: (g.status, g.unchecked) for g in found if g.status != "right"} == {}


def test_a_small_upstream_gradient_makes_no_difference() -> None:
    found = grade_text(read_file(str(CORPUS[-2])), Settings(scale=1e-5)).found
    assert {g.status for g in found} == {"right"}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.stem)
def test_generated_text_is_right(path: Path) -> None:
    found = grade_text(read_file(str(path))).found
    assert {g.name: (g.status, g.unchecked) for g in found if g.status != "right"} == {}


NOT_THERE = (  # what is wrong there shows in no float, or is a mistake of another line just as well
    ("newton_grad", "square_root_value_and_grad"),
    ("reprojection_grad", "distort_backward"),
    (
        "softmax_with_loss_grad",
        "cross_entropy_error_backward",
    ),  # a line for rows alone, which no inputs reach: it is said
)


def corrupted(text: str, node: ast.FunctionDef) -> tuple[str, int] | None:
    """A generated text with a minus in front of what a line in the middle of a backward pass computes, and the line."""
    lines = text.split("\n")
    start = next((k for k in range(node.lineno, node.end_lineno) if "# backprop" in lines[k]), len(lines))
    stores = [
        s for s in ast.walk(node) if isinstance(s, (ast.Assign, ast.AugAssign)) and s.lineno == s.end_lineno > start
    ]
    stores = [s for s in stores if isinstance(s.value, (ast.BinOp, ast.Call)) and "np.zeros" not in lines[s.lineno - 1]]
    stores = [s for s in stores if re.match(r"\s+d\w+(\[.*\])? \+?= ", lines[s.lineno - 1])]
    if not stores:
        return None
    chosen = sorted(stores, key=lambda s: s.lineno)[len(stores) // 2]
    line, (first, last) = lines[chosen.lineno - 1], (chosen.value.col_offset, chosen.value.end_col_offset)
    lines[chosen.lineno - 1] = f"{line[:first]}-({line[first:last]}){line[last:]}"
    return "\n".join(lines), chosen.lineno


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.stem)
def test_generated_text_with_a_corrupted_line_is_wrong_there(path: Path) -> None:
    text = path.read_text()
    for pair in pairs_of(ast.parse(text)):
        changed = corrupted(text, pair.backward_node)
        if changed is not None and (path.stem, pair.name) not in NOT_THERE:
            (found,) = grade_text(SourceText(changed[0], "corrupted.py"), functions=[pair.name]).found
            assert (found.status, [m.line for m in found.mistakes]) == ("wrong", [changed[1]]), pair.name
            ast.parse(found.mistakes[0].mended)


def test_right_rewrites_are_right() -> None:
    pool = [(case, how, made) for case in cases() for how, made in rewrites(case.node, case.lines)]
    assert len(pool) > 1000
    random.Random(2).shuffle(pool)
    for case, how, made in pool[:20]:
        tree = with_function(case, made)
        pair = next(p for p in pairs_of(tree) if p.name == case.pair.name)
        assert graded(tree, pair).status == "right", (pair.name, how, ast.unparse(made))

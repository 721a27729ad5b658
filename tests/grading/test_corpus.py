"""Right hand-written backward passes are right, however they are written; so is generated text."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import gradgen
from gradgen.grade import Settings, grade_text
from gradgen.source import SourceText, read_file

CORPUS = sorted((Path(__file__).parent / "corpus").glob("*.py"))
EXAMPLES = sorted((Path(gradgen.__file__).parent.parent / "generated_examples").glob("*_grad.py"))
SLOW = ("convolution_grad", "recurrent_grad", "batchnorm_grad")
NO_INPUTS = (  # of some function none that it takes are found: unchecked
    "gpt_grad",
    "makemore_grad",
    "makemore_staged_grad",
    "char_rnn_grad",
    "layer_classes_grad",
)
QUICK = [p for p in EXAMPLES if p.stem not in (*SLOW, *NO_INPUTS)]


@pytest.mark.parametrize("path", CORPUS, ids=lambda p: p.stem)
def test_right_passes_are_right(path: Path) -> None:
    found = grade_text(read_file(str(path))).found
    assert len(found) > 4
    assert {g.name: (g.status, g.unchecked) for g in found if g.status != "right"} == {}


def test_a_small_upstream_gradient_makes_no_difference() -> None:
    found = grade_text(read_file(str(CORPUS[-2])), Settings(scale=1e-5)).found
    assert {g.status for g in found} == {"right"}


@pytest.mark.parametrize("path", QUICK, ids=lambda p: p.stem)
def test_generated_text_is_right(path: Path) -> None:
    found = grade_text(read_file(str(path))).found
    assert {g.name: (g.status, g.unchecked) for g in found if g.status != "right"} == {}


@pytest.mark.parametrize("name", NO_INPUTS[1:])
def test_no_inputs_are_unchecked_and_never_wrong(name: str) -> None:
    path = next(p for p in EXAMPLES if p.stem == name)
    assert {g.status for g in grade_text(read_file(str(path))).found} <= {"right", "unchecked"}


@pytest.mark.parametrize("name", ["staged_grad", "layernorm_grad", "circuit_grad", "squared_loss_grad"])
def test_generated_text_with_a_corrupted_line_is_wrong_there(name: str) -> None:
    """The first line of each backward pass that computes something gets a minus."""
    path = next(p for p in EXAMPLES if p.stem == name)
    lines = path.read_text().split("\n")
    at = next(
        k
        for k, line in enumerate(lines)
        if line.startswith("    d") and " = " in line and "backprop" in "".join(lines[:k]) and "*" in line
    )
    head, _, value = lines[at].partition(" = ")
    value, _, tag = value.partition("  #")
    lines[at] = f"{head} = -({value})" + (f"  #{tag}" if tag else "")
    found = grade_text(SourceText("\n".join(lines), "corrupted.py")).found
    wrong = [g for g in found if g.status == "wrong"]
    assert [m.line for g in wrong for m in g.mistakes] == [at + 1]
    ast.parse(wrong[0].mistakes[0].mended)

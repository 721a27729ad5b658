"""Whatever a file holds: reported, never crashed, never a pass."""

from __future__ import annotations

from pathlib import Path

import pytest

from gradgen.grade import grade_text
from gradgen.source import SourceText

TEXT = (Path(__file__).parent / "hostile.txt").read_text()
EXPECTED = {
    **dict.fromkeys(("a_backward", "b_backward", "c_backward", "m_backward"), "raises"),
    **dict.fromkeys(("d_backward", "g_backward", "h_backward"), "wrong"),
    **dict.fromkeys(("f_backward", "q_backward"), "missing"),
    **dict.fromkeys(("big_backward", "text_backward", "doubled_backward"), "raises"),
    **dict.fromkeys(("nan_backward", "whole_backward"), "wrong"),
    "t_backward": "right",
    "chance_backward": "right",
}


@pytest.fixture(scope="module")
def found():
    return {g.name: g for g in grade_text(SourceText(TEXT, "hostile.py")).found}


def test_every_case_is_reported(found) -> None:
    assert {name: g.status for name, g in found.items() if g.status != "unchecked"} == {
        k: v for k, v in EXPECTED.items() if v != "unchecked"
    } | {"u_backward": "right"}
    assert all(g.unchecked for g in found.values() if g.status == "unchecked")


def test_writing_into_inputs_is_told(found) -> None:
    assert found["t_backward"].flags == ["modifies inputs"]


def test_chance_is_told(found) -> None:
    assert found["chance_backward"].flags == ["draws random numbers"]


def test_nothing_of_the_file_was_run(found, capfd) -> None:
    assert capfd.readouterr() == ("", "")

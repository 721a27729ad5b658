"""Layers and losses in the many ways in which people write the same thing: right, and as short as by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.arrays import by_hand_spellings
from tests.arrays.by_hand import Hand
from tests.arrays.by_hand_spellings import HANDS
from tests.arrays.functions import entries, run
from tests.arrays.hands import Stands, entry_of
from tests.arrays.length import backward_length, joint_length
from tests.arrays.measure import Outcome, case_of, entry_names, findings, measure

TEXT = Path(by_hand_spellings.__file__).read_text(encoding="utf-8")
every_spelling = pytest.mark.parametrize("hand", HANDS, ids=lambda h: h.function)


def length_by_hand(hand: Hand) -> int:
    count = joint_length if hand.style == "joint" else backward_length
    return count(TEXT, entry_names(hand.function, hand.style)[-1]).work


def test_everything_in_the_file_has_a_partner() -> None:
    assert len(HANDS) >= 40
    assert {h.function for h in HANDS} == {e.name for e in entries() if e.file == "spellings"}


@every_spelling
def test_the_partner_is_right(hand: Hand) -> None:
    entry = entry_of(hand)
    names = {**run(hand.file), **vars(by_hand_spellings)}
    outcome = Outcome(entry, hand.style)
    assert not list(
        findings(case_of(entry, 1.0 if hand.style == "joint" else None), Stands(hand.wrt), hand.style, names, outcome)
    )


@every_spelling
def test_right_and_no_longer_than_by_hand(hand: Hand) -> None:
    with np.errstate(all="ignore"):
        outcome = measure(entry_of(hand), hand.style)
    assert outcome.word == "ok", outcome
    in_place = any(f" {op} " in outcome.text for op in ("*=", "/="))  # one formula, step by step
    assert outcome.work <= length_by_hand(hand) + 1 + in_place


@pytest.mark.parametrize("name", ["conv_bounds_forward", "pool_forward"])
def test_settings_that_are_whole_numbers_are_drawn_as_such(name: str) -> None:
    hand = next(h for h in HANDS if h.function == name)
    outcome = measure(entry_of(hand), hand.style, verify=True)
    assert {"PROVED", "IDENTITY-TESTED"} & set(outcome.remarks), outcome

"""The hand-written backward passes are held to what is asked of generated text: numbers, shapes, memory, twice the same."""

from __future__ import annotations

import numpy as np
import pytest

from tests.arrays.by_hand import HANDS, Hand
from tests.arrays.hands import Stands, entry_of, hand_length, names_of
from tests.arrays.measure import Outcome, case_of, findings

every_hand = pytest.mark.parametrize("hand", HANDS, ids=lambda h: f"{h.file}.{h.function}")


@every_hand
def test_right(hand: Hand) -> None:
    entry = entry_of(hand)
    case = case_of(entry, 1.0 if hand.style == "joint" else None)
    outcome = Outcome(entry, hand.style)
    with np.errstate(all="ignore"):
        assert not list(findings(case, Stands(hand.wrt), hand.style, names_of(hand), outcome))


@every_hand
def test_no_longer_than_published(hand: Hand) -> None:
    assert 0 < hand_length(hand).work
    assert hand.published is None or hand_length(hand).work <= hand.published
    assert (hand.published is None) == (not hand.source)

"""Generated backward passes beside hand-written and published ones: ``python -m tests.arrays.hands`` prints the table."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.arrays import by_hand
from tests.arrays.by_hand import HANDS, Hand
from tests.arrays.functions import Entry, run
from tests.arrays.length import Length, backward_length, joint_length, table
from tests.arrays.measure import entry_names, measure

TEXT = Path(by_hand.__file__).read_text(encoding="utf-8")


@dataclass(frozen=True)
class Stands:
    """What stands in for a result of gradgen's where a person wrote the text."""

    wrt: tuple[str, ...]


def entry_of(hand: Hand) -> Entry:
    return Entry(hand.file, hand.function, hand.wrt)


def names_of(hand: Hand) -> dict[str, object]:
    """The hand-written functions; the author's own forward where there is no other."""
    return {**run(hand.file), **vars(by_hand)}


def hand_length(hand: Hand) -> Length:
    """The length of the hand-written backward pass."""
    count = joint_length if hand.style == "joint" else backward_length
    return count(TEXT, entry_names(hand.function, hand.style)[-1])


def rows() -> list[tuple[str, str, str, str, str]]:
    """One row for each function, and the sums over those that were generated."""
    found, generated, hands = [], 0, 0
    for hand in HANDS:
        outcome, by = measure(entry_of(hand), hand.style), hand_length(hand).work
        said = str(outcome.work) if outcome.word == "ok" else outcome.word
        if outcome.word == "ok":
            generated, hands = generated + outcome.work, hands + by
        published = "" if hand.published is None else str(hand.published)
        found.append((f"{hand.file}.{hand.function}", said, str(by), published, hand.source))
    return [*found, ("together, where generated", str(generated), str(hands), "", "")]


if __name__ == "__main__":
    print(table(rows()))

"""Gradients that a student names on the way to those that are handed back: a verdict on each, by its name."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from gradgen.grade.causes import Mistake
from gradgen.grade.names import bare, meant
from gradgen.grade.passes import Run
from gradgen.grade.truth import Rightful, Truth
from gradgen.grade.verdicts import Verdict

MOST_POINTS = 2


def on_the_way(
    runs: list[tuple[Run, Truth]], finals: Iterable[Verdict], mistakes: list[Mistake], given: Collection[str]
) -> list[Verdict]:
    """A verdict for each named gradient that is neither handed back nor ``given``, in the order of the lines.

    It is wrong only where the search found a mistake in it or before it; where a value is none that its name says and nothing is
    wrong, the name stands for another value, and nothing is said.
    """
    known = {name for v in finals for name in (v.name, bare(v.name))}
    first = min((m.line for m in mistakes), default=None)
    blamed = {m.about for m in mistakes}
    rows: dict[str, Verdict] = {}
    for run, truth in runs[:MOST_POINTS]:
        rightful = Rightful(truth)
        for key, (line, value) in run.named.items():
            about = meant(key, [n for n in truth.named if n != key])
            if about is None or key in known or key in given:
                continue
            status, why = said(rightful, about, value)
            if key in blamed:
                status, why = "wrong", ""
            if status == "wrong" and (first is None or line < first):
                status, why = "unchecked", f"it is another value than the gradient by `{about}`"
            old = rows.get(key)
            if old is None or old.status == "right":
                rows[key] = Verdict(key, about, status, line, why=why, final=False)
    return sorted((v for v in rows.values() if v.status != "unchecked"), key=lambda v: v.line)


def said(rightful: Rightful, about: str, value) -> tuple[str, str]:
    """(right or wrong, why) of a value that a name says is the gradient by ``about``."""
    if rightful.fits(about, value, True) == "right":
        return "right", ""
    found = rightful.fits(about, value)
    return {"right": ("right", "a part of it"), "": ("unchecked", "")}.get(found, ("wrong", ""))

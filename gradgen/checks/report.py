"""The verdict: what was established about an emitted text, stage by stage."""

from __future__ import annotations

from dataclasses import dataclass

from gradgen.checks.claim import Claim

LADDER = ("PROVED", "IDENTITY-TESTED", "NUMERICALLY CHECKED", "UNCHECKED", "INCONCLUSIVE", "REFUTED")


@dataclass(frozen=True, slots=True)
class Report:
    """``verdict`` is a word of the ladder; ``summary`` the sentence for the docstring; ``line`` the emitted line to blame."""

    verdict: str
    summary: str
    line: int | None = None
    stages: tuple[tuple[str, str], ...] = ()
    detail: str = ""

    def __str__(self) -> str:
        rows = [f"  {status:<9} {what}" for what, status in self.stages]
        return "\n".join([self.summary, *rows, *([self.detail] if self.detail else [])])

    def as_dict(self) -> dict:
        """The JSON form, documented in README."""
        return {
            "verdict": self.verdict,
            "summary": self.summary,
            "line": self.line,
            "stages": [{"line": what, "status": status} for what, status in self.stages],
            "detail": self.detail,
        }


def unchecked(why: str) -> Report:
    """The verdict on a text that nothing was established about."""
    return Report("UNCHECKED", f"UNCHECKED ({why}).")


def check(claim: Claim, source_text: str, emitted_text: str, *, identity: bool = True) -> Report:
    """The referee's verdict.  It is told nothing but the two texts and the claim."""
    from gradgen.checks.identity import identity as identity_test

    found = identity_test(claim, source_text, emitted_text)
    if found.status == "agree":
        return Report("IDENTITY-TESTED", f"IDENTITY-TESTED: {found.points} points, {found.digits} digits.")
    if found.status == "differ":
        return Report("REFUTED", f"REFUTED: {found.wrong[:1] or found.why}")
    return Report("INCONCLUSIVE", f"INCONCLUSIVE ({found.why}).")

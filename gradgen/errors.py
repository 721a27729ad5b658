"""What can go wrong, said once: codes, their meaning, and how a message is laid out.

Three kinds of refusal: *not supported (yet)*, *not differentiable (never)* and
*internal error (ours)*; beside them *usage* (a file that cannot be read, a wrong
option), *refuted* (a gradient that failed its proof) and *wrong by hand* (what `gradgen grade` finds).  Every refusal a user
meets is a `GradgenError` that carries one `Diagnostic` per cause.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from gradgen.codes import CODES, Kind


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message points: a file, a 1-based line and column range, and that line's text."""

    filename: str
    line: int
    column: int
    end_column: int
    text: str


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One cause: its code, what happened, where, and what to write instead."""

    code: str
    message: str
    place: Place | None = None
    label: str = ""
    related: tuple[tuple[Place, str], ...] = ()
    help: str = ""

    @property
    def kind(self) -> Kind:
        return CODES[self.code].kind

    def concise(self) -> str:
        """The one-line form: ``file:line:col: CODE message``."""
        where = f"{self.place.filename}:{self.place.line}:{self.place.column}: " if self.place else ""
        return f"{where}{self.code} {self.message}"

    def as_dict(self) -> dict:
        """The JSON form, documented in README."""
        place = self.place
        return {
            "code": self.code,
            "kind": self.kind.value,
            "message": self.message,
            "file": place and place.filename,
            "line": place and place.line,
            "column": place and place.column,
            "help": self.help,
        }

    def __str__(self) -> str:
        lines = [f"error[{self.code}]: {self.message}"]
        if self.place:
            lines += _picture(self.place, self.label, self.related)
        if self.help:
            head, *tail = self.help.splitlines()
            lines += [f"  = help: {head}", *(f"          {line}".rstrip() for line in tail)]
        lines.append(f"  = note: gradgen explain {self.code}")
        return "\n".join(lines)


def _picture(place: Place, label: str, related: tuple[tuple[Place, str], ...]) -> list[str]:
    """The source lines with their carets, in line order; the main one is underlined with ``^``."""
    marked = sorted([(place, label, "^"), *((p, text, "-") for p, text in related)], key=lambda m: m[0].line)
    width = len(str(marked[-1][0].line))
    lines = [f"{' ' * width}--> {place.filename}:{place.line}:{place.column}", f"{' ' * width} |"]
    shown = 0
    for at, text, mark in marked:
        underline = " " * (at.column - 1) + mark * max(1, at.end_column - at.column)
        if at.line != shown:
            lines.append(f"{at.line:>{width}} | {at.text}")
        shown = at.line
        lines.append(f"{' ' * width} | {underline} {text}".rstrip())
    lines.append(f"{' ' * width} |")
    return lines


class GradgenError(Exception):
    """Any refusal.  ``str(error)`` is the full message, ``error.diagnostics`` its causes."""

    def __init__(self, *diagnostics: Diagnostic):
        super().__init__(*diagnostics)
        self.diagnostics = diagnostics

    def __str__(self) -> str:
        return "\n\n".join(str(d) for d in self.diagnostics)

    @property
    def exit_code(self) -> int:
        return max(d.kind.exit_code for d in self.diagnostics)


class UsageError(GradgenError):
    """The call itself is off: an unreadable file, a syntax error, an unknown option."""


class Unsupported(GradgenError):
    """A construct that gradgen does not differentiate yet."""


class NotDifferentiable(GradgenError):
    """Something that has no derivative, ever."""


class Refuted(GradgenError):
    """A generated gradient failed its proof; its code is not handed out."""


class InternalError(GradgenError):
    """gradgen broke one of its own rules.  Please report it."""


_CLASSES = {
    Kind.USAGE: UsageError,
    Kind.UNSUPPORTED: Unsupported,
    Kind.NEVER: NotDifferentiable,
    Kind.REFUTED: Refuted,
    Kind.GRADED: Refuted,
    Kind.INTERNAL: InternalError,
}


def refusal(*diagnostics: Diagnostic) -> GradgenError:
    """The error of the right class for these causes (the first decides)."""
    return _CLASSES[diagnostics[0].kind](*diagnostics)


def did_you_mean(name: str, known: list[str]) -> str:
    lower = {k.lower(): k for k in known}
    close = difflib.get_close_matches(name.lower(), lower, 1)
    return f"did you mean `{lower[close[0]]}`?" if close else ""

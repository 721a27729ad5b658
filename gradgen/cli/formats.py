"""How findings are laid out: for people, one line each, or as JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from gradgen.cli.terminal import Terminal
from gradgen.errors import GradgenError


@dataclass(frozen=True, slots=True)
class Finding:
    """One differentiated function as the output shows it."""

    name: str
    line: int
    style: str
    text: str
    verdict: str
    said: str
    report: dict
    notes: tuple[str, ...]
    wrt: tuple[str, ...]
    point: dict = field(default_factory=dict)

    def as_dict(self) -> dict:
        """The JSON form, documented in README."""
        keys = ("name", "line", "style", "text", "verdict", "report", "notes", "wrt")
        return {key: getattr(self, key) for key in keys} | ({"at": self.point} if self.point else {})


def summary(findings: Sequence[Finding], refusals: Sequence[GradgenError], filename: str, terminal: Terminal) -> None:
    """Say on standard error what was refused, noted and proved."""
    if terminal.format == "concise":
        lines = [d.concise() for error in refusals for d in error.diagnostics]
        lines += [line for found in findings for line in _one_liners(found, filename)]
    else:
        lines = [f"{error}\n" for error in refusals]
        for found in findings:
            lines += [f"{found.name}: {found.said}", *(f"note: {note}" for note in found.notes)]
            lines += [f"  {line}" for line in point_lines(found)]
    if lines:
        terminal.say("\n".join(lines))


def _one_liners(found: Finding, filename: str) -> list[str]:
    """The verdict, the notes and the point, each on a line that begins with the place."""
    said = [f"{found.name} {found.said}", *(f"note: {note}" for note in found.notes)]
    if at := point_lines(found):
        said.append("; ".join(at))
    return [f"{filename}:{found.line}: {line}" for line in said]


def point_lines(found: Finding) -> list[str]:
    """The value and the gradients at the point that --at gives."""
    point = found.point
    if not point:
        return []
    where = ", ".join(f"{name}={value!r}" for name, value in point["at"].items())
    if "failed" in point:
        return [f"{found.name}({where}) {point['failed']}"]
    of = " (of the sum)" if "of" in point else ""
    gradients = [f"d{name}{of} = {value!r}" for name, value in point["gradients"].items()]
    return [f"{found.name}({where}) = {point['value']!r}", *gradients]


def document(
    findings: Sequence[Finding], refusals: Sequence[GradgenError], code: int, terminal: Terminal, **more: object
) -> None:
    """Print everything as one JSON object."""
    result = {
        "functions": [found.as_dict() for found in findings],
        "refusals": [d.as_dict() for error in refusals for d in error.diagnostics],
        **more,
        "exit_code": code,
    }
    terminal.print(json.dumps(plain(result), indent=2) + "\n")


def plain(value: object) -> object:
    """A value as JSON can hold it: tuples are lists, infinities and nan are their names."""
    match value:
        case dict():
            return {str(key): plain(item) for key, item in value.items()}
        case list() | tuple():
            return [plain(item) for item in value]
        case float() if not math.isfinite(value):
            return repr(value)
        case str() | int() | float() | None:
            return value
        case _:
            return str(value)


def failure(error: GradgenError, terminal: Terminal) -> None:
    """Show an error that ended the run."""
    if terminal.format == "json":
        document([], [error], error.exit_code, terminal)
    elif terminal.format == "concise":
        terminal.say("\n".join(d.concise() for d in error.diagnostics))
    else:
        terminal.complain(error)

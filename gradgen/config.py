"""Options and where they come from: the command line, or ``[tool.gradgen]`` of a pyproject.toml.

`KEYS` says once what each option may hold; the command line is checked against the same table.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from gradgen.errors import Diagnostic, Place, UsageError
from gradgen.source import printable, read_file, shown

FILENAME = "pyproject.toml"


@dataclass(frozen=True, slots=True)
class Key:
    """What an option holds: ``text``, ``names`` (several, or one text with commas) or a ``flag``."""

    kind: str
    choices: tuple[str, ...] = ()

    @property
    def wanted(self) -> str:
        """What a value should have been, for a message."""
        described = {"text": "text", "names": "names: text, or a list of texts", "flag": "true or false"}
        return " or ".join(map(repr, self.choices)) or described[self.kind]


KEYS = {
    "function": Key("names"),
    "wrt": Key("names"),
    "outputs": Key("names"),
    "has-aux": Key("flag"),
    "style": Key("text"),
    "stages": Key("text", ("few", "all")),
    "verify": Key("flag"),
    "no-verify": Key("flag"),
    "shape": Key("names"),
    "at": Key("text"),
    "format": Key("text", ("text", "concise", "json")),
}
ASKED_EACH_TIME = ("output", "force", "check", "diff", "show", "stdin-filename")


class WrongValue(ValueError):
    """A value that an option cannot hold; the text says what it can."""


def checked(key: str, value: object) -> object:
    """The value of an option, names as a tuple.  Raises `WrongValue`."""
    row = KEYS[key]
    if row.kind == "names":
        return _names(key, value)
    if not isinstance(value, bool if row.kind == "flag" else str):
        raise WrongValue(f"`{key}` must be {row.wanted}")
    if row.choices and value not in row.choices:
        raise WrongValue(f"`{key}` must be {row.wanted}, not {printable(str(value))!r}{meant(str(value), row.choices)}")
    if value == "":
        raise WrongValue(f"`{key}` is empty")
    return value


def _names(key: str, value: object) -> tuple[str, ...]:
    """``"x, y"`` or ``["x", "y"]`` as a tuple; a shape's own commas stay."""
    items = [value] if isinstance(value, str) else value
    if not isinstance(items, (list, tuple)) or not all(isinstance(item, str) for item in items):
        raise WrongValue(f"`{key}` must be {KEYS[key].wanted}")
    parts = items if key == "shape" else [part for item in items for part in item.split(",")]
    names = tuple(part.strip() for part in parts)
    if not names or not all(names):
        raise WrongValue(f"`{key}` holds an empty name")
    return names


def meant(word: str, known: Iterable[str], quote: str = "`") -> str:
    """``; did you mean `style`?`` when the word is close to a known one, else nothing.

    >>> meant("stlye", ["style", "wrt"])
    '; did you mean `style`?'
    """
    close = difflib.get_close_matches(word, list(known), n=1)
    return f"; did you mean {quote}{close[0]}{quote}?" if close else ""


def find(start: Path) -> Path | None:
    """The nearest pyproject.toml with a ``[tool.gradgen]`` table, in this folder or above it."""
    for folder in (start, *start.parents):
        candidate = folder / FILENAME
        if candidate.is_file() and "tool" in (text := read_file(str(candidate)).text) and "gradgen" in text:
            if _table(candidate) is not None:
                return candidate
    return None


def load(start: Path) -> dict[str, object]:
    """The checked options of the nearest configuration above a folder.  Raises `UsageError` GG004."""
    path = find(start.absolute())
    return settings(path) if path else {}


def settings(path: Path) -> dict[str, object]:
    """The checked options of one pyproject.toml, all that is wrong with it in one error."""
    found: dict[str, object] = {}
    wrong: list[Diagnostic] = []
    for key, value in (_table(path) or {}).items():
        try:
            known = _known(key)
            found[known] = checked(known, value)
            if known == "style" and not str(value).isidentifier():  # a template is code: nobody's folder chooses it
                raise WrongValue("`style` names a style here; a template's path belongs on the command line")
        except WrongValue as error:
            wrong.append(Diagnostic("GG004", f"[tool.gradgen] of {printable(str(path))}: {error}", _place(path, key)))
    if wrong:
        raise UsageError(*wrong)
    return found


def _known(key: str) -> str:
    """The key itself, if the table may hold it."""
    if key in ASKED_EACH_TIME:
        raise WrongValue(f"`{key}` belongs on the command line only")
    if key not in KEYS:
        raise WrongValue(f"unknown key `{printable(key)}`{meant(key, KEYS)}")
    return key


def _table(path: Path) -> Mapping[str, object] | None:
    """``[tool.gradgen]``, or None when the file has none."""
    try:
        tool = tomllib.loads(read_file(str(path)).text).get("tool", {})
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        message = f"{printable(str(path))} is not valid TOML: {printable(str(error))}"
        raise UsageError(Diagnostic("GG004", message)) from None
    table = tool.get("gradgen") if isinstance(tool, dict) else None
    if table is not None and not isinstance(table, dict):
        raise UsageError(Diagnostic("GG004", f"`tool.gradgen` of {printable(str(path))} must be a table"))
    return table


def _place(path: Path, key: str) -> Place | None:
    """The line that sets a key."""
    inside = False
    for number, line in enumerate(read_file(str(path)).lines, 1):
        if line.lstrip().startswith("["):
            inside = line.strip().startswith("[tool.gradgen]")
        elif inside and (match := re.match(rf"\s*[\"']?({re.escape(key)})[\"']?\s*=", line)):
            return Place(printable(str(path)), number, match.start(1) + 1, match.end(1) + 1, shown(line))
    return None


def merged(*sources: Mapping[str, object]) -> dict[str, object]:
    """One table of options, later sources winning; ``no-verify`` is told as ``verify``."""
    result: dict[str, object] = {}
    for source in sources:
        for key, value in source.items():
            if key == "no-verify":
                key, value = "verify", not value
            result[key] = value
    return result

"""Every refusal: the right code at the right place, readable, and with a rewrite that works where it offers one.

A file is a source with ``# error: GG104 col 8`` on each offending line; ``# wrt: x`` and ``# function: f`` in its head are
what `generate` is told; what follows ``# rewrite`` is the source as the help advises, and must be accepted.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import gradgen
from gradgen.codes import CODES, Kind
from gradgen.errors import GradgenError
from tests.support import made

FOLDER = Path(__file__).parent
FILES = sorted(p for p in FOLDER.glob("GG*.py"))
NOT_BY_SOURCE = {
    "GG001": "about a file", "GG004": "about an option", "GG005": "about a file", "GG115": "about a function object",
    "GG119": "about an argument", "GG120": "about a function object", "GG301": "our mistake", "GG901": "our mistake",
}  # fmt: skip
every_file = pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)


def parts(path: Path) -> tuple[str, str]:
    """The rejected source and its rewrite."""
    source, _, rewrite = path.read_text(encoding="utf-8").partition("# rewrite\n")
    return source, rewrite


def told(source: str, key: str) -> str | None:
    found = re.search(rf"^# {key}: (.*)$", source, re.MULTILINE)
    return found and found[1]


def refused(source: str) -> GradgenError:
    with pytest.raises(GradgenError) as error:
        made(source, told(source, "function"), wrt=told(source, "wrt"), filename="model.py")
    return error.value


def marks(source: str) -> list[tuple[int, int, str]]:
    """(line, column, code) of the comments in a source."""
    found = []
    for number, line in enumerate(source.splitlines(), 1):
        if mark := re.search(r"# error: (GG\d+) col (\d+)", line):
            found.append((number, int(mark[2]), mark[1]))
    return found


@every_file
def test_refused_where_it_says(path: Path) -> None:
    """All causes of a run together, each at its line and column."""
    source, _ = parts(path)
    found = [
        (d.place.line if d.place else 0, d.place.column if d.place else 0, d.code)
        for d in refused(source).diagnostics
    ]
    assert sorted(found) == (sorted(marks(source)) or [(0, 0, path.stem[:5])]), str(refused(source))
    assert path.stem[:5] in {code for _, _, code in found}


@every_file
def test_reads_well(path: Path) -> None:
    """One line of reason without a full stop, the source line with a caret under it, and a help that is no repetition."""
    source, _ = parts(path)
    error = refused(source)
    for d in error.diagnostics:
        if d.place is None:  # the parser itself gave up
            assert d.code == "GG003" and d.help
            continue
        assert (
            d.message
            and "\n" not in d.message
            and not d.message.endswith(".")
            and len(d.message) < 120
        )
        assert not re.search(r"<ast|object at 0x", d.message)
        assert d.help != d.message and not d.help.replace("...", "").endswith(".")
        assert d.place.text == source.splitlines()[d.place.line - 1].replace("\t", " ")
        assert re.search(
            r"^ +\| +\^+", str(d), re.MULTILINE
        ) and f"model.py:{d.place.line}:{d.place.column}" in str(d)
        assert d.concise().startswith(f"model.py:{d.place.line}:{d.place.column}: {d.code} ")
    assert error.exit_code == (2 if path.stem < "GG1" else 3)


@pytest.mark.parametrize("path", [p for p in FILES if parts(p)[1]], ids=lambda p: p.stem)
def test_the_rewrite_is_accepted(path: Path) -> None:
    source, rewrite = parts(path)
    help = "\n".join(d.help for d in refused(source).diagnostics)
    assert help, "a rewrite needs a help that leads to it"
    assert made(rewrite).text


def test_the_wrapped_script_can_be_pasted() -> None:
    """The notes' code as top-level lines comes back as the function that was meant."""
    source, _ = parts(FOLDER / "GG117.py")
    _, _, pasted = refused(source).diagnostics[0].help.partition("\n")
    assert made(pasted).wrt == ("x", "y")


def test_every_code_has_a_file_and_every_file_a_code() -> None:
    shown = {p.stem[:5] for p in FILES}
    graded = {code for code, row in CODES.items() if row.kind is Kind.GRADED}  # found in what a student wrote
    assert shown == set(CODES) - set(NOT_BY_SOURCE) - graded


def test_the_error_class_says_whose_turn_it_is() -> None:
    kinds = {
        Kind.USAGE: gradgen.UsageError,
        Kind.UNSUPPORTED: gradgen.Unsupported,
        Kind.NEVER: gradgen.NotDifferentiable,
    }
    for path in FILES:
        error = refused(parts(path)[0])
        assert type(error) is kinds[CODES[error.diagnostics[0].code].kind], path.name

"""The verb ``gradgen grade``: hand-written backward passes are held against the truth."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from gradgen import config
from gradgen.cli import options, point
from gradgen.cli.formats import plain
from gradgen.cli.options import wrong
from gradgen.cli.terminal import Terminal
from gradgen.errors import GradgenError
from gradgen.source import SourceText, printable, read_file

FORMATS = ("text", "concise", "json", "junit")
SKIPPED = ("__pycache__", ".git", ".venv", "node_modules")


def run(arguments: Sequence[str], terminal: Terminal) -> int:
    """Grade the files, print what was found, and return the exit code."""
    given = vars(options.grade_parser().read(arguments[1:]))
    files = given.get("files") or []
    if not files:
        raise wrong("no file is given", "for example: gradgen grade layers.py")
    layout = given.get("format", "text")
    if layout not in FORMATS:
        raise wrong(f"`--format` must be one of {', '.join(FORMATS)}{config.meant(layout, FORMATS)}")
    terminal.format = layout if layout != "junit" else "text"
    names = expanded(files)
    from gradgen.grade import report
    from gradgen.grade.verdicts import Settings

    settings = Settings(
        shapes=shapes(given.get("shape", ())),
        at=point.read(given["at"]) if "at" in given else {},
        wrt=tuple(n.strip() for text in given.get("wrt", ()) for n in text.split(",") if n.strip()),
    )
    against = read_file(given["against"]) if "against" in given else None
    pairs = [pair(text) for text in given.get("pair", ())]
    seconds, points = number(given, "timeout"), number(given, "points")
    execute = given.get("execute", False)
    papers = []
    for place, name in enumerate(names):
        label = f"gradgen grade {printable(name)}" + (f" ({place + 1} of {len(names)})" if len(names) > 1 else "")
        with terminal.progress(label):
            papers.append(paper(name, settings, given.get("function", ()), pairs, against, seconds, execute))
    code = report.exit_code(papers)
    if layout == "json":
        terminal.print(json.dumps(plain(report.document(papers, points)), indent=2) + "\n")
    elif layout == "junit":
        terminal.print(report.junit(papers))
    elif layout == "concise":
        terminal.print("".join(f"{printable(line)}\n" for line in report.concise(papers)))
    else:
        terminal.show(report.text(papers, points))
    return code


def paper(name: str, settings, functions, pairs, against, seconds, execute: bool):
    """The grading of one file; what cannot be read is said of it, and the others go on."""
    from gradgen.grade import grade_text
    from gradgen.grade.report import Paper

    try:
        source: SourceText = read_file(name)
        found = grade_text(source, settings, functions, pairs, against, seconds)
    except GradgenError as error:
        return Paper(printable(name), problem=error)
    if execute:
        from gradgen.grade.executing import executed

        executed(found, seconds or 60)
    return found


def expanded(files: Sequence[str]) -> list[str]:
    """The files, folders replaced by the Python files in them."""
    names: list[str] = []
    for name in files:
        if not os.path.isdir(name):
            names.append(name)
            continue
        inside = sorted(str(p) for p in Path(name).rglob("*.py") if not set(p.parts) & set(SKIPPED))
        if not inside:
            raise wrong(f"the folder `{printable(name)}` holds no Python file")
        names += inside
    return names


def shapes(texts: Sequence[str]) -> Mapping[str, tuple]:
    """``--shape "x: N D"`` as dimensions by name."""
    found: dict[str, tuple] = {}
    for text in texts:
        name, colon, dims = text.partition(":")
        parts = tuple(
            int(d) if d.isdigit() else d for d in dims.replace(",", " ").replace("(", " ").replace(")", " ").split()
        )
        if not colon or not name.strip() or not all(isinstance(d, int) or d.replace("_", "a").isalnum() for d in parts):
            raise wrong(f"--shape: `{text}` is no shape", 'for example --shape "x: N D"')
        found[name.strip().replace("'", '"')] = parts
    return found


def pair(text: str) -> tuple[str, str]:
    """``FWD=BWD``."""
    forward, equals, backward = text.partition("=")
    if not equals or not forward.strip() or not backward.strip():
        raise wrong(f"--pair: `{text}` is no pair", "for example --pair relu=relu_gradient")
    return forward.strip(), backward.strip()


def number(given: Mapping[str, object], key: str) -> float | None:
    """A positive number that an option gives."""
    if key not in given:
        return None
    try:
        value = float(str(given[key]))
    except ValueError:
        value = -1.0
    if not 0 < value < 1e9:
        raise wrong(f"`--{key}` must be a positive number")
    return value

"""The verbs that look something up: ``rules``, ``doctor``, and ``explain`` for a message code."""

from __future__ import annotations

import importlib
import importlib.metadata as metadata
import platform
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from textwrap import fill

from gradgen.cli import options
from gradgen.cli.terminal import Terminal
from gradgen.codes import CODES
from gradgen.config import meant
from gradgen.version import __version__

DISTRIBUTION = "gradgen-backprop"
STRANGER = "gradgen"  # an unrelated project of this name installs the same import name
OLDEST_PYTHON = (3, 11)
DEPENDENCIES = {"sympy": (1, 12), "black": (24, 1), "jinja2": (3, 1), "numpy": (1, 26)}


def run(arguments: Sequence[str], terminal: Terminal) -> int:
    """Run one of these verbs."""
    verb, *rest = arguments
    what = getattr(options.verb_parser(verb).read(rest), "what", None)
    return {"rules": rules, "doctor": doctor}[verb](what, terminal)


def explain(code: str, terminal: Terminal) -> int:
    """Print what a message code means."""
    name = code.upper()
    if name not in CODES:
        raise options.wrong(f"no message has the code `{code}`{meant(name, CODES)}")
    row = CODES[name]
    terminal.print(f"{name}: {row.title} ({row.kind.value})\n\n{fill(row.why, 88)}\n")
    return 0


def rules(name: str | None, terminal: Terminal) -> int:
    """Print the rule rows as a table, those of arrays last; those of one name with all that they say."""
    from gradgen.rules import ARRAY_RULES, RULES

    name, rows = name and name.replace("numpy.", "np."), [*RULES, *ARRAY_RULES]
    found = [row for row in rows if name is None or name in _spellings(row)]
    found = found or [row for row in rows if any(name in word for word in _spellings(row))]
    if not found:
        words = sorted({word for row in rows for word in _spellings(row)})
        raise options.wrong(f"no rule is called `{name}`{meant(name or '', words)}", "gradgen rules lists them all")
    table = [(row.name, row.form, _adjoints(row)) for row in found]
    lines = aligned([("name", "form", "adjoints"), *table])
    if name is None:
        terminal.print("\n".join(lines) + "\n")
        return 0
    for row, line in zip(found, lines[1:]):
        terminal.print("\n".join([line, *_details(row)]) + "\n")
    return 0


def _spellings(row) -> list[str]:
    """Every name a rule may be asked for by: ``tanh``, ``np.tanh``, ``math.tanh``, ``*``."""
    heads = re.findall(r"[\w.]+(?=\()", " ".join((row.form.partition("=")[2], *row.also)))
    return [row.name, *heads, *(head.rpartition(".")[2] for head in heads)]


def _adjoints(row) -> str:
    return "; ".join(f"{name} = {text}" for name, text in row.adjoint_texts.items()) or "no gradient"


def _details(row) -> Iterator[str]:
    """What a row says beside its form, a line each."""
    yield f"    gate    {row.gate}: {row.why}"
    if row.shape:
        yield f"    shape   {(row.shape.__doc__ or '').strip().splitlines()[0]}"
    for name, text in row.array_texts.items():
        yield f"    arrays  {name} = {text}"
    if row.domain:
        yield f"    domain  {row.domain}"
    if row.also:
        yield f"    also    {', '.join(row.also)}"


def aligned(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Rows of cells as lines, columns under each other.

    >>> aligned([("a", "bb"), ("ccc", "d")])
    ['a    bb', 'ccc  d']
    """
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows]


def doctor(_: None, terminal: Terminal) -> int:
    """Print the state of the installation; 1 when something is wrong with it."""
    findings = [_python(), _self(), *map(_dependency, DEPENDENCIES), _templates(), _stranger()]
    lines = aligned([("ok" if good else "WRONG", what, said) for good, what, said in findings])
    terminal.print("\n".join(lines) + "\n")
    return 0 if all(good for good, _, _ in findings) else 1


Finding = tuple[bool, str, str]  # whether it is well, what, what was found


def _python() -> Finding:
    said = f"{platform.python_version()} at {sys.executable}"
    return sys.version_info >= OLDEST_PYTHON, "python", said


def _self() -> Finding:
    import gradgen

    return True, "gradgen", f"{__version__} at {Path(gradgen.__file__).parent}"


def _dependency(name: str) -> Finding:
    oldest = DEPENDENCIES[name]
    wanted = ".".join(map(str, oldest))
    try:
        found = metadata.version(name)
        importlib.import_module(name)
    except Exception as error:  # a broken package may raise anything
        return (False, name, f"cannot be used ({type(error).__name__}); pip install '{name}>={wanted}'")
    good = tuple(map(int, re.findall(r"\d+", found)[:2])) >= oldest
    return good, name, found if good else f"{found}, but gradgen needs {wanted} or later"


def _templates() -> Finding:
    """Whether the styles' templates can be found."""
    try:
        from gradgen.render import environment

        names = environment.styles()
    except Exception as error:
        return False, "templates", f"{type(error).__name__}: {error}"
    return bool(names), "templates", ", ".join(names) or "none found"


def _stranger() -> Finding:
    """Whether the unrelated project that shares the import name is installed."""
    try:
        found = metadata.distribution(STRANGER)
    except metadata.PackageNotFoundError:
        return True, "name", f"no other project called {STRANGER} is installed"
    advice = f"pip uninstall {STRANGER}, then reinstall {DISTRIBUTION}"
    return (False, "name", f"an unrelated project called {STRANGER} {found.version} is installed too: {advice}")

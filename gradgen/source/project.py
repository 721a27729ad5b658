"""Functions that a file imports from its own project: read, never run, and put behind its text."""

from __future__ import annotations

import ast
from pathlib import Path

from gradgen.errors import GradgenError
from gradgen.source.reading import read_file
from gradgen.source.text import SourceText

DEEPEST = 8  # modules that import from one another


def with_project_functions(source: SourceText, path: Path, depth: int = 0) -> SourceText:
    """The text with the functions of ``from helpers import affine`` behind it, where helpers.py stands beside the file.

    Lines keep their numbers.  What such a function reads of its module comes along; where a name means something else
    in the file, the import stays as it is.
    """
    lines, added = list(source.lines), []
    inside = [n for s in source.tree.body if isinstance(s, (ast.FunctionDef, ast.ClassDef)) for n in ast.walk(s)]
    read = {n.id for n in inside if isinstance(n, ast.Name)}
    bound = {name for s in source.tree.body for name in _names(s)}
    for s in source.tree.body:
        if not isinstance(s, ast.ImportFrom) or depth >= DEEPEST or (file := _file_of(s, path)) is None:
            continue
        try:
            library = with_project_functions(read_file(str(file)), file, depth + 1)
            wanted = [a.name for a in s.names if a.asname in (None, a.name)]
            found = _needed(library, [n for n in wanted if n in read]) if len(wanted) == len(s.names) else None
        except GradgenError:
            found = None  # what is wrong with it is said where the import is met
        if found is None:
            continue
        mine = {text: names for text, names in found.items() if text not in _statements(source)}
        if any((names & bound) - set(wanted) for names in mine.values()):
            continue
        lines[s.lineno - 1 : s.end_lineno] = [""] * (s.end_lineno - s.lineno + 1)
        added += [text for text in mine if text not in added]
        bound |= {name for names in mine.values() for name in names}
    if not added:
        return source
    return SourceText(
        "\n".join([*lines, *(line for text in added for line in ["", "", *text.split("\n")]), ""]), source.filename
    )


def _file_of(s: ast.ImportFrom, path: Path) -> Path | None:
    """The file of the project that a module is, beside the importing one or as many folders up as there are dots."""
    folder = path.resolve().parent
    for _ in range(s.level - 1):
        folder = folder.parent
    file = folder.joinpath(*(s.module or "").split(".")).with_suffix(".py")
    return file if s.module and file.is_file() else None


def _names(s: ast.stmt) -> set[str]:
    """The names that a statement at the top of a module binds."""
    match s:
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            return {name}
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            return {(a.asname or a.name).partition(".")[0] for a in names}
    return {n.id for n in ast.walk(s) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}


def _text(s: ast.stmt, source: SourceText) -> str:
    first = min([s.lineno, *(d.lineno for d in getattr(s, "decorator_list", ()))])
    return "\n".join(source.lines[first - 1 : s.end_lineno])


def _statements(source: SourceText) -> set[str]:
    return {_text(s, source) for s in source.tree.body}


def _needed(library: SourceText, wanted: list[str]) -> dict[str, set[str]] | None:
    """The statements that functions of a module stand on, as text, with the names that each binds; None if one is no function."""
    made: dict[str, ast.stmt] = {}
    for s in library.tree.body:
        for name in _names(s):
            made[name] = s
    if not all(isinstance(made.get(name), ast.FunctionDef) for name in wanted):
        return None
    found: dict[str, set[str]] = {}

    def bring(name: str) -> None:
        s = made[name]
        if (text := _text(s, library)) not in found:
            found[text] = _names(s)
            for n in ast.walk(s):
                if isinstance(n, ast.Name) and n.id in made:
                    bring(n.id)

    for name in wanted:
        bring(name)
    return found

"""Whether two texts say the same: by tree and comments, or by a hash of what functions stand on."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable

from gradgen.errors import UsageError
from gradgen.source.text import SourceText


def same_program(one: str, other: str) -> bool:
    """Whether two texts have the same tree and the same comments, whatever their layout.

    >>> same_program("x = (1 +\\n  2)  # three", "x = 1 + 2  # three"), same_program("x = 1", "x = 2")
    (True, False)
    """
    try:
        a, b = SourceText(one), SourceText(other)
        comments = list(a.comments.values()) == list(b.comments.values())
        return comments and _same_tree(a.tree, b.tree)
    except UsageError:
        return one == other


def _same_tree(one: ast.AST, other: ast.AST) -> bool:
    """Whether two syntax trees are equal, places aside; without recursion."""
    pairs: list[tuple[object, object]] = [(one, other)]
    while pairs:
        a, b = pairs.pop()
        if type(a) is not type(b):
            return False
        if isinstance(a, ast.AST):
            pairs += [(getattr(a, field, None), getattr(b, field, None)) for field in a._fields]
        elif isinstance(a, list):
            if len(a) != len(b):
                return False
            pairs += zip(a, b, strict=True)
        elif repr(a) != repr(b):  # repr: 0.0 is not -0.0, and nan is nan
            return False
    return True


def digest(source: SourceText, names: Iterable[str]) -> str:
    """The hash of the lines that functions, and all they use of their file, stand on.

    Spacing at the ends of lines and empty lines do not count.  Text is hashed, not the tree:
    trees differ from one Python to the next.
    """
    kept = (line.rstrip() for first, last in _extents(source, names) for line in source.lines[first - 1 : last])
    return hashlib.sha256("\n".join(filter(None, kept)).encode(errors="replace")).hexdigest()[:16]


def _extents(source: SourceText, names: Iterable[str]) -> list[tuple[int, int]]:
    """The lines of the named definitions and of the definitions that they read, in file order."""
    defined = _definitions(source.tree)
    waiting, seen = list(names), set()
    while waiting:
        if (name := waiting.pop()) in defined and name not in seen:
            seen.add(name)
            waiting += [n.id for d in defined[name] for n in ast.walk(d) if isinstance(n, ast.Name)]
    return sorted({_extent(node) for name in seen for node in defined[name]})


def _definitions(tree: ast.Module) -> dict[str, list[ast.stmt]]:
    """What each name at the top level of a module is bound by."""
    found: dict[str, list[ast.stmt]] = {}
    for node in tree.body:
        for name in _bound_names(node):
            found.setdefault(name, []).append(node)
    return found


def _bound_names(node: ast.stmt) -> list[str]:
    """The names that a statement binds."""
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return [node.name]
        case ast.Import() | ast.ImportFrom():
            return [(alias.asname or alias.name).partition(".")[0] for alias in node.names]
    stored = (n for n in ast.walk(node) if isinstance(n, ast.Name))
    return [n.id for n in stored if isinstance(n.ctx, ast.Store)]


def _extent(node: ast.stmt) -> tuple[int, int]:
    """The lines that a definition stands on, its decorators included."""
    decorators = [d.lineno for d in getattr(node, "decorator_list", ())]
    return min([node.lineno, *decorators]), node.end_lineno or node.lineno

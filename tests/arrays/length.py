"""How long a backward pass is: the statements that do work, counted in generated and in hand-written text alike.

Counted: assignments (a tuple of values assigned to a tuple of names counts each value), ``for``, ``while``, ``if``, and calls
that stand alone (``np.add.at(...)``); in a ``return``, each result that is more than a name.  Counted apart, as book-keeping: taking
the cache (or several gradients, ``dh, dc = dout``) apart, reading shapes (``N, D = x.shape``), ``dx = None`` to begin with.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

BEGINS = re.compile(r"\s*#.*\bback(prop|ward)\b")  # the comment that opens a backward pass


@dataclass(frozen=True)
class Length:
    """``work`` statements, and ``apart`` for the book-keeping."""

    work: int
    apart: int

    def __str__(self) -> str:
        return f"{self.work} statements" + (f" (+{self.apart} unpacking)" if self.apart else "")


def backward_length(text: str, function: str) -> Length:
    """The length of a function that is nothing but a backward pass."""
    return of_statements(named(text, function).body)


def joint_length(text: str, function: str) -> Length:
    """The length of what stands after the first comment that announces the backward pass, or else after the last blank line."""
    node, lines = named(text, function), text.splitlines()
    inside = range(node.lineno, node.end_lineno + 1)
    starts = [n for n in inside if BEGINS.match(lines[n - 1])]
    blank = [n for n in inside if not lines[n - 1].strip()]
    start = starts[0] if starts else (blank or [node.lineno])[-1]
    return of_statements([s for s in node.body if s.lineno > start and not isinstance(s, ast.Return)])


def named(text: str, function: str) -> ast.FunctionDef:
    """The function (or method: ``Class.method``) of that name in a text."""
    body = ast.parse(text).body
    for name in function.split("."):
        node = next(n for n in body if getattr(n, "name", "") == name)
        body = node.body
    return node


def of_statements(body: list[ast.stmt]) -> Length:
    """The length of a list of statements, those inside loops and branches included."""
    work = apart = 0
    for statement in body:
        for node in ast.walk(statement):
            if isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign)) and node.value is not None:
                if is_bookkeeping(node):
                    apart += 1
                else:
                    work += values(node)
            elif isinstance(node, (ast.For, ast.While, ast.If)):
                work += 1
            elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
                work += 1
            elif isinstance(node, ast.Return):
                work += sum(not isinstance(r, ast.Name) for r in results(node))
    return Length(work, apart)


def values(node: ast.Assign | ast.AugAssign | ast.AnnAssign) -> int:
    """How many values a statement assigns."""
    return len(node.value.elts) if isinstance(node.value, ast.Tuple) else 1


def results(node: ast.Return) -> list[ast.expr]:
    """What is returned, piece by piece."""
    return node.value.elts if isinstance(node.value, ast.Tuple) else [node.value] if node.value else []


def is_bookkeeping(node: ast.Assign | ast.AugAssign | ast.AnnAssign) -> bool:
    """Taking the cache apart, reading a shape or a length, placeholders."""
    if isinstance(node, ast.AugAssign):
        return False
    if (
        isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Tuple)
        and getattr(node.value, "id", "") == "dout"
    ):
        return True
    parts = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]
    return all(_from_cache(p) or _shape(p) or isinstance(p, ast.Constant) and p.value is None for p in parts)


def _from_cache(node: ast.expr) -> bool:
    """``cache``, ``cache[0]``, ``cache["x"]``, ``self.x``."""
    while isinstance(node, (ast.Subscript, ast.Attribute)):
        node = node.value
    return isinstance(node, ast.Name) and node.id in ("cache", "self")


def _shape(node: ast.expr) -> bool:
    """``x.shape``, ``x.shape[0]``, ``x.size``, ``len(x)``."""
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id == "len"
    if isinstance(node, ast.Subscript):
        node = node.value
    return isinstance(node, ast.Attribute) and node.attr in ("shape", "size", "ndim", "dtype")


def table(rows: list[tuple[str, str, str, str, str]]) -> str:
    """A Markdown table of (function, generated, by hand, published, where)."""
    head = ["| function | generated | by hand | published | the published version |", "|---|--:|--:|--:|---|"]
    return "\n".join([*head, *("| " + " | ".join(row) + " |" for row in rows)])

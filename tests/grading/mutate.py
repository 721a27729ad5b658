"""Single mistakes in a right backward pass: one place of one statement changed by an operator of `operators`.

Statements are made one at a time, whole functions only when they are asked for, so that all mutants of a corpus can be listed.
"""

from __future__ import annotations

import ast
import copy
import functools
from collections.abc import Iterator
from dataclasses import dataclass

from tests.grading.facts import Facts
from tests.grading.operators import OPERATORS


@dataclass(frozen=True)
class Mutant:
    """A function with one statement changed: by which operator, on which line that is to be reported."""

    operator: str
    line: int
    function: ast.FunctionDef
    old: ast.stmt
    new: tuple[ast.stmt, ...]

    @functools.cached_property
    def body(self) -> ast.FunctionDef:
        """The changed function; lines keep their numbers."""
        return ast.fix_missing_locations(with_statement(self.function, self.old, self.new))

    def __str__(self) -> str:
        return f"{said([self.old])}  =>  {said(self.new)}"


def said(statements) -> str:
    return "; ".join(ast.unparse(s).splitlines()[0] for s in statements) or "(left out)"


def mutants(function: ast.FunctionDef, lines: set[int] | None = None) -> Iterator[Mutant]:
    """Every single mistake in a function; ``lines``: only there."""
    facts, seen = Facts(function), set()
    for node in facts.places:
        stmt = facts.statement[id(node)]
        if lines is not None and stmt.lineno not in lines:
            continue
        for operator in OPERATORS:
            for name, change in operator(node, facts):
                new = tuple(change) if isinstance(change, list) else (put(stmt, node, change),)
                key = id(stmt), tuple(map(ast.unparse, new))
                if key not in seen and key[1] != (ast.unparse(stmt),):
                    seen.add(key)
                    yield Mutant(name, reported(function, stmt, new), function, stmt, new)


def reported(function: ast.FunctionDef, stmt: ast.stmt, new: tuple[ast.stmt, ...]) -> int:
    """Where a mistake is to be reported: on its line; one that is left out, on the last line that gives its target a value,
    else on the first that reads it."""
    if new:
        return stmt.lineno
    target = stmt.target if isinstance(stmt, ast.AugAssign) else stmt.targets[0]
    while isinstance(target, ast.Subscript) and not isinstance(target.slice, ast.Constant):
        target = target.value
    text = ast.unparse(target)
    stores = [s.lineno for s in ast.walk(function) if isinstance(s, ast.stmt) and s is not stmt and text in written(s)]
    reads = [s.lineno for s in function.body if s.lineno > stmt.lineno and text in map(ast.unparse, ast.walk(s))]
    return max(stores, default=min(reads, default=stmt.lineno))


def written(stmt: ast.stmt) -> list[str]:
    """The targets of a statement, and what they are parts of."""
    targets = stmt.targets if isinstance(stmt, ast.Assign) else [stmt.target] if isinstance(stmt, ast.AugAssign) else []
    found: list[str] = []
    for target in [e for t in targets for e in (t.elts if isinstance(t, ast.Tuple) else [t])]:
        while isinstance(target, ast.Subscript):
            found.append(ast.unparse(target))
            target = target.value
        found.append(ast.unparse(target))
    return found


def put(tree, old: ast.AST, new: ast.AST):
    """A tree with one node replaced; what does not hold it is shared."""
    if tree is old:
        return ast.copy_location(copy.copy(new), old)
    if isinstance(tree, list):
        made = [put(item, old, new) for item in tree]
        return made if any(a is not b for a, b in zip(made, tree)) else tree
    if not isinstance(tree, ast.AST):
        return tree
    parts = {name: put(value, old, new) for name, value in ast.iter_fields(tree)}
    if all(part is getattr(tree, name) for name, part in parts.items()):
        return tree
    made = copy.copy(tree)
    for name, part in parts.items():
        setattr(made, name, part)
    return made


def with_statement(tree, old: ast.stmt, new: tuple[ast.stmt, ...]):
    """A tree with one statement replaced by others; an emptied block passes."""
    made = copy.copy(tree)
    for block in ("body", "orelse"):
        held = getattr(tree, block, None)
        if not isinstance(held, list):
            continue
        inside = [x for s in held for x in (new if s is old else [with_statement(s, old, new)])]
        setattr(made, block, inside or ([ast.Pass()] if held else []))
    return made

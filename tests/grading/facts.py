"""What the operators that change a function ask about its nodes."""

from __future__ import annotations

import ast

INDEXING = ("range", "reshape", "zeros", "ones", "arange", "pad")
SUMMING = ("sum", "mean", "max")
PLAIN = ("np", "math", "range", "self", "cache", "saved", "reversed", "zip", "enumerate", "len")


class Facts:
    """A function's nodes in order (``places``), with the statement around each, and which of them are indices."""

    def __init__(self, function: ast.FunctionDef):
        self.function = function
        self.statement: dict[int, ast.stmt] = {}
        for stmt in ast.walk(function):  # from the outside in
            if isinstance(stmt, ast.stmt) and stmt is not function:
                self.statement |= {id(n): stmt for n in ast.walk(stmt)}
        self.indices = {id(n) for part in indices(function) for n in ast.walk(part)}
        self.called = {id(n.func) for n in ast.walk(function) if isinstance(n, ast.Call)}
        self.names = [n for n in ast.walk(function) if isinstance(n, ast.Name) and n.id not in PLAIN]
        self.stored = {n.id for n in self.names if isinstance(n.ctx, ast.Store)}
        self.given = [a.arg for a in function.args.args if a.arg not in PLAIN]
        self.sizes = sizes(function)
        skipped = {id(s) for s in self.statement.values() if is_unpacking(s)}
        targets = {id(n) for s in self.statement.values() for t in getattr(s, "targets", []) for n in ast.walk(t)}
        self.places = [
            n for n in ast.walk(function)
            if isinstance(n, (ast.stmt, ast.expr)) and id(n) in self.statement and id(self.statement[id(n)]) not in skipped
            and not (id(n) in targets and isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store))
        ]  # fmt: skip

    def is_index(self, node: ast.AST) -> bool:
        """Whether a node stands in a subscript, a shape or a range."""
        return id(node) in self.indices

    def before(self, node: ast.AST) -> list[str]:
        """The variables that have a value at a node."""
        stmt = self.statement[id(node)]
        made = [n.id for n in self.names if n.id in self.stored and n.lineno < stmt.lineno]
        return list(dict.fromkeys([*made, *self.given]))


def is_unpacking(stmt: ast.stmt) -> bool:
    """Whether a statement is a docstring, or only gives names to what the cache holds."""
    if isinstance(stmt, ast.Expr):
        return isinstance(stmt.value, ast.Constant)
    whole = isinstance(stmt, ast.Assign) and isinstance(stmt.value, (ast.Name, ast.Attribute))
    return whole and isinstance(stmt.targets[0], ast.Tuple)


def indices(function: ast.FunctionDef) -> list[ast.AST]:
    """The nodes that hold indices, shapes and axes."""
    found: list[ast.AST] = []
    for n in ast.walk(function):
        if isinstance(n, ast.Subscript):
            found.append(n.slice)
        if isinstance(n, ast.Call):
            name = ast.unparse(n.func).rpartition(".")[2]
            found += n.args if name in INDEXING else []
            found += [a for a in n.args if isinstance(a, ast.Constant)] if name in SUMMING else []
        if isinstance(n, ast.keyword) and n.arg in ("axis", "shape", "keepdims"):
            found.append(n.value)
    return found


def sizes(function: ast.FunctionDef) -> set[str]:
    """The names that are given sizes."""
    found = set()
    for stmt in ast.walk(function):
        if not isinstance(stmt, ast.Assign):
            continue
        value = stmt.value.value if isinstance(stmt.value, ast.Subscript) else stmt.value
        if getattr(value, "attr", "") in ("shape", "size") or ast.unparse(value).startswith("len("):
            found |= {n.id for t in stmt.targets for n in ast.walk(t) if isinstance(n, ast.Name)}
    return found

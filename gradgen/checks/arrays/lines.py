"""What the statements of an emitted text assign and read, by their lines; nothing is run here."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import cached_property

from gradgen.checks.blame import packed_values
from gradgen.checks.claim import Claim
from gradgen.checks.proof import boundary
from gradgen.interpret.coverage import find


@dataclass
class Lines:
    """The emitted text of a claim."""

    claim: Claim
    tree: ast.Module

    @cached_property
    def entries(self) -> list[ast.FunctionDef]:
        return [find(self.tree, name) for name in self.claim.entries]

    @cached_property
    def targets(self) -> dict[int, str]:
        """The line of each assignment -> what it assigns."""
        return targets_of(self.tree)

    @cached_property
    def reads(self) -> dict[int, set[str]]:
        """The line of each assignment -> the names that it reads."""
        statements = [n for n in ast.walk(self.tree) if isinstance(n, (ast.Assign, ast.AugAssign))]
        return {
            n.lineno: {m.id for m in ast.walk(n) if isinstance(m, ast.Name) and isinstance(m.ctx, ast.Load)}
            for n in statements
        }

    @cached_property
    def forward_end(self) -> int:
        """The first line of a joint text that is no longer the forward pass; the last of all for a forward by itself."""
        entry = self.entries[0]
        last = entry.body[-1]
        if self.claim.style == "split" or not isinstance(last, ast.Return) or not isinstance(last.value, ast.Tuple):
            return entry.end_lineno
        value = last.value.elts[0]
        value = value.elts[0] if self.claim.has_aux and isinstance(value, ast.Tuple) else value
        return entry.body[boundary(entry.body, value)].lineno

    def handed_back(self, name: str | None, plainly: bool = False) -> int:
        """The last line that gives the gradient by ``name``; the return, if what is handed back goes by another name.

        ``plainly``: the last line that makes the name stand for it, whatever is stored in it later.
        """
        function = self.entries[-1]
        end = self.forward_end if self.claim.style == "joint" else function.lineno
        line = handed_back(function, self.claim.wrt, name, plainly=plainly)
        return line if line >= end else function.end_lineno

    def mixed_up_cache(self) -> int | None:
        return mixed_up_cache(*self.entries) if len(self.entries) == 2 else None


def targets_of(tree: ast.Module) -> dict[int, str]:
    """The line of each assignment -> what it assigns."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, (ast.Assign, ast.AugAssign)):
            found[node.lineno] = ast.unparse(node.targets[0] if isinstance(node, ast.Assign) else node.target)
    return found


def handed_back(
    function: ast.FunctionDef, wrt: tuple[str, ...], name: str | None, first: bool = False, plainly: bool = False
) -> int:
    """The last line that assigns what a function returns (the gradient by ``name``; or the first of what it returns).

    With ``plainly``, stores into it do not count.  It is the return itself if that is another gradient's, or nothing that was assigned.
    """
    last = function.body[-1]
    if not isinstance(last, ast.Return) or last.value is None:
        return function.end_lineno
    value = last.value
    if isinstance(value, ast.Tuple) and (first or len(value.elts) == 2 and isinstance(value.elts[1], ast.Tuple)):
        value = value.elts[0 if first else 1]
    each = value.elts if isinstance(value, ast.Tuple) and len(wrt) > 1 else [value]
    if wrt and len(each) == len(wrt):
        if any(not goes_by(e, w) for e, w in zip(each, wrt, strict=True) if name in (w, None)):
            return function.end_lineno
        value = each[wrt.index(name)] if name in wrt else value
    names = {n.id for n in ast.walk(value) if isinstance(n, ast.Name)}
    stores = [n for n in ast.walk(function) if isinstance(n, (ast.Assign, ast.AugAssign)) and names & _stored(n)]
    if plainly:
        stores = [n for n in stores if isinstance(n, ast.Assign) and isinstance(n.targets[0], ast.Name)]
    stores = [n.lineno for n in stores if not isinstance(n, ast.Assign) or not isinstance(n.targets[0], ast.Tuple)]
    return max(stores, default=function.end_lineno)


def goes_by(value: ast.expr, name: str) -> bool:
    """Whether what is handed back as the gradient by ``name`` is called so, or is a container."""
    if isinstance(value, ast.Name):
        return re.fullmatch(rf"d{re.escape(name)}(_?\w*)?", value.id) is not None
    return isinstance(value, (ast.Dict, ast.List, ast.Tuple))


def _stored(node: ast.stmt) -> set[str]:
    """The names whose values a statement changes."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return {n.id for t in targets for n in ast.walk(t) if isinstance(n, ast.Name)}


def mixed_up_cache(forward: ast.FunctionDef, backward: ast.FunctionDef) -> int | None:
    """The forward's return line, if the backward unpacks the cache under other names than were packed; `unused` is none."""
    packing, packed = packed_values(forward)
    for node in backward.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Tuple) and isinstance(node.value, ast.Name):
            unpacked = [t.id for t in node.targets[0].elts if isinstance(t, ast.Name)]
            mixed = len(packed) != len(unpacked) or any(
                a != b and not b.startswith("unused") for a, b in zip(packed, unpacked, strict=False)
            )
            return packing if packed and mixed else None
    return None


def alias_line(function: ast.FunctionDef, line: int) -> int:
    """Where the name that a line changes in place last got its value: it is an alias there."""
    statement = next(
        (n for n in ast.walk(function) if isinstance(n, (ast.Assign, ast.AugAssign)) and n.lineno == line), None
    )
    target = (
        None if statement is None else statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
    )
    while isinstance(target, ast.Subscript):
        target = target.value
    name = getattr(target, "id", None)
    stores = [
        n.lineno
        for n in ast.walk(function)
        if isinstance(n, ast.Assign) and n.lineno < line and getattr(n.targets[0], "id", "") == name
    ]
    return max(stores, default=line)

"""Two names for one array, one of which is written into: a copy where the old value is still needed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gradgen.analysis.shapes import Shapes
from gradgen.ir.nodes import Call, Function, If, Let, Stmt, Store, Var, variables
from gradgen.ir.walk import reads, statements


def unaliased(function: Function, late: set[str], shapes: Shapes) -> Function:
    """The forward pass with ``q = p.copy()`` for ``q = p`` where one is written in place while the other's value is read later.

    ``late`` are the values read after the forward pass.
    """
    order = list(statements(function.body))
    copied = {s.target for n, s in enumerate(order) if isinstance(s, Let) and isinstance(s.value, Var) and shapes.of(s.value) != () and _clobbered(s, order[n + 1 :], late)}
    return replace(function, body=_copying(function.body, copied)) if copied else function


def _clobbered(alias: Let, after: Sequence[Stmt], late: set[str]) -> bool:
    """Whether a write through one of the two names comes before the last read of the other."""
    for mine, other in ((alias.target, alias.value.name), (alias.value.name, alias.target)):
        versions = {mine}
        for n, s in enumerate(after):
            if _writes_into(s, versions):
                versions.add(s.target)
                if other in late or any(other in set(reads(r)) for r in after[n + 1 :]):
                    return True
    return False


def _writes_into(s: Stmt, versions: set[str]) -> bool:
    if isinstance(s, Store):
        return s.base in versions
    return isinstance(s, Let) and s.at.augmented and isinstance(s.value, Call) and bool(versions & set(list(variables(s.value))[:1]))


def _copying(body: Sequence[Stmt], targets: set[str]) -> tuple[Stmt, ...]:
    out = []
    for s in body:
        if isinstance(s, If):
            s = replace(s, then=_copying(s.then, targets), orelse=_copying(s.orelse, targets))
        elif isinstance(s, Let) and s.target in targets:
            s = replace(s, value=Call(".copy", (s.value,)))
        out.append(s)
    return tuple(out)

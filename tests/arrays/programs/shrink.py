"""Makes a failing array program small: statements go, branches flatten, expressions become their parts; the signature stays."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from tests.arrays.programs.program import Program
from tests.programs.shrink import _exhaust, _flattened, _without_statements


def shrink(base: Program, fails: Callable[[Program], bool]) -> Program:
    """The program after reductions that keep it failing, each tried until none helps."""
    best, before = base, ""
    while best.text != before:
        before = best.text
        for reduction in (_without_statements, _flattened, _simpler):
            best = _exhaust(best, reduction, fails)
    return best


def _simpler(tree: ast.Module) -> Iterator[None]:
    """Within each step, one expression of a body is replaced by one of its own parts."""
    for node in [n for f in tree.body if isinstance(f, ast.FunctionDef) for s in f.body for n in ast.walk(s)]:
        for name, value in list(ast.iter_fields(node)):
            if isinstance(value, ast.expr) and name not in ("func", "target", "slice"):
                for part in _parts(value):
                    setattr(node, name, part)
                    yield
                setattr(node, name, value)
            elif isinstance(value, list) and name not in ("targets", "keywords"):
                for index, item in enumerate(value):
                    for part in _parts(item) if isinstance(item, ast.expr) else []:
                        value[index] = part
                        yield
                    value[index] = item


def _parts(value: ast.expr) -> list[ast.expr]:
    """What may stand for an expression: what it is made of."""
    if isinstance(value, (ast.Constant, ast.Name)):
        return []
    if isinstance(value, ast.Call):
        method = [value.func.value] if isinstance(value.func, ast.Attribute) else []
        return [p for p in (*method, *value.args) if not _is_module(p)]
    if isinstance(value, (ast.Attribute, ast.Subscript)):
        return [] if _is_module(value.value) else [value.value]
    return [c for c in ast.iter_child_nodes(value) if isinstance(c, ast.expr)]


def _is_module(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in ("np", "N", "numpy")

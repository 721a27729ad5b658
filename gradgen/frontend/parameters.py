"""What a function's signature says of its parameters, and its text of containers."""

from __future__ import annotations

import ast

from gradgen.frontend.stated import is_setting, stated_dims
from gradgen.ir.nodes import Param


def parameters(node: ast.FunctionDef) -> tuple[Param, ...]:
    """The parameters of a function, in signature order."""
    args = node.args
    positional = [*args.posonlyargs, *args.args]
    defaults = [None] * (len(positional) - len(args.defaults)) + list(args.defaults)
    rows = [
        (a, "positional" if a in args.posonlyargs else "either", d) for a, d in zip(positional, defaults, strict=True)
    ]
    rows += [(a, "keyword", d) for a, d in zip(args.kwonlyargs, args.kw_defaults, strict=True)]
    return tuple(
        Param(
            a.arg,
            kind,
            ast.unparse(d) if d is not None else None,
            _annotation(a),
            dims=stated_dims(a.annotation),
            setting=is_setting(d),
        )
        for a, kind, d in rows
    )


def _annotation(arg: ast.arg) -> str | None:
    """A builtin number's annotation is kept; others would need names that the generated file does not have."""
    note = arg.annotation
    return note.id if isinstance(note, ast.Name) and note.id in ("float", "int", "bool", "str") else None


def containers(node: ast.FunctionDef) -> set[str]:
    """The names that a function indexes or unpacks."""
    found = set()
    for n in ast.walk(node):
        if isinstance(n, ast.Subscript) and isinstance(n.value, ast.Name):
            found.add(n.value.id)
        elif (
            isinstance(n, ast.Assign)
            and isinstance(n.value, ast.Name)
            and any(isinstance(t, (ast.Tuple, ast.List)) for t in n.targets)
        ):
            found.add(n.value.id)
    return found

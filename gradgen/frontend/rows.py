"""The rules that a file registers for its own functions at its top level: read, as everything else in it, and not run."""

from __future__ import annotations

import ast

from gradgen.errors import Diagnostic, refusal
from gradgen.frontend.scope import Scope
from gradgen.rules.rule import register
from gradgen.source import SourceText

COLUMNS = {"gate": "", "why": "", "sympy": "", "domain": "", "stem": "", "also": (), "blocks": "", "name": ""}


def register_rows(source: SourceText, scope: Scope) -> None:
    """Register every ``gradgen.rule(...)`` of the file's top level.  Raises GG004 for one that cannot be right."""
    for statement in source.tree.body:
        match statement:
            case ast.Expr(value=ast.Call(func=func, args=[form], keywords=keywords)) if _path(func, scope) == "gradgen.rule":
                try:
                    given = {k.arg: ast.literal_eval(k.value) for k in keywords}
                    columns = [given.pop(name, default) for name, default in COLUMNS.items()]
                    register(ast.literal_eval(form), f"{source.filename}:{statement.lineno}", True, *columns, given)
                except (ValueError, TypeError) as error:
                    what = str(error) if "rule" in str(error) else "a rule is read and not run, so its columns must be literal text"
                    raise refusal(Diagnostic("GG004", what, source.place(statement))) from None


def _path(func: ast.expr, scope: Scope) -> str:
    """What a called name stands for: ``gradgen.rule`` for ``rule`` after ``from gradgen import rule``."""
    root, *rest = ast.unparse(func).split(".")
    return ".".join([scope.imports.get(root, root), *rest])

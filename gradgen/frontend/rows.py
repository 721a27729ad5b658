"""The rules that a file registers for its own functions at its top level: read, as everything else in it, and not run."""

from __future__ import annotations

import ast
import math
import re

from gradgen.errors import Diagnostic, refusal
from gradgen.frontend.scope import Scope
from gradgen.ir.nodes import Call, Expr, variables
from gradgen.ir.read import read
from gradgen.ir.write import write
from gradgen.rules.rule import FORMS, own_row, register
from gradgen.source import SourceText

COLUMNS = {"gate": "", "why": "", "sympy": "", "domain": "", "stem": "", "also": (), "blocks": "", "name": ""}
MATH = "_math"  # the module under a name that no text has


def register_rows(source: SourceText, scope: Scope) -> None:
    """Register every ``gradgen.rule(...)`` of the file's top level.  Raises GG004 for one that cannot be right."""
    for statement in source.tree.body:
        match statement:
            case ast.Expr(value=ast.Call(func=func, args=[form], keywords=keywords)) if (
                _path(func, scope) == "gradgen.rule"
            ):
                try:
                    given = {k.arg: ast.literal_eval(k.value) for k in keywords}
                    columns = [given.pop(name, default) for name, default in COLUMNS.items()]
                    register(ast.literal_eval(form), f"{source.filename}:{statement.lineno}", True, *columns, given)
                except (ValueError, TypeError) as error:
                    what = (
                        str(error)
                        if "rule" in str(error)
                        else "a rule is read and not run, so its columns must be literal text"
                    )
                    raise refusal(Diagnostic("GG004", what, source.place(statement))) from None


def _path(func: ast.expr, scope: Scope) -> str:
    """What a called name stands for: ``gradgen.rule`` for ``rule`` after ``from gradgen import rule``."""
    root, *rest = ast.unparse(func).split(".")
    return ".".join([scope.imports.get(root, root), *rest])


def definition(node: ast.FunctionDef, source: SourceText) -> tuple[str, list[str]]:
    """A function's text as it stands in the file, and the names that it reads."""
    text = "\n".join(source.lines[node.lineno - 1 : node.end_lineno])
    own = {a.arg for a in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)}
    return text, [n.id for n in ast.walk(node) if isinstance(n, ast.Name) and n.id not in own]


def assumed(scope: Scope, text: str, defined: bool = False) -> dict[str, tuple[str, str]]:
    """The imported (or the file's own) functions that a text calls by a user's rule.

    Name -> (what the rule says it is, that as a definition, which hides the file's own).
    """
    found = {}
    for name, path in (dict(zip(scope.functions, scope.functions)) if defined else scope.imports).items():
        row = own_row(path) or own_row(name)
        if row and re.search(rf"\b{name}\(", text) and (body := _in_math(read(row.sympy))):
            params = ", ".join(dict.fromkeys(variables(row.pattern)))
            found[name] = (f"{name}({params}) = {row.sympy}", f"\n\ndef {name}({params}):\n    return {write(body)}\n")
    return found


def _in_math(expr: Expr) -> Expr | None:
    """SymPy's text of a value as Python; None where `math` has no such function."""
    if not isinstance(expr, Call):
        return expr
    args = [_in_math(a) for a in expr.args]
    fn = f"{MATH}.{expr.fn}" if hasattr(math, expr.fn) else expr.fn
    return (
        None
        if None in args or expr.args and expr.fn.isidentifier() and fn == expr.fn and fn not in FORMS
        else Call(fn, tuple(args))
    )

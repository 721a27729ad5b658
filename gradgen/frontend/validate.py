"""The allow-list: every syntax node that may stand in a differentiable function; all others are refused by name."""

from __future__ import annotations

import ast

from gradgen.errors import Diagnostic
from gradgen.source import MAX_DEPTH, SourceText

STATEMENTS: dict[type, tuple[str, str, str]] = {
    ast.AsyncFor: ("GG103", "cannot differentiate `async for`", "use ordinary assignments"),
    ast.AsyncWith: ("GG103", "cannot differentiate `async with`", "use ordinary assignments"),
    ast.With: ("GG103", "cannot differentiate a `with` block", "take the computation out of the block"),
    ast.Try: ("GG103", "cannot differentiate `try`", "test for the bad case with `if` before it happens"),
    ast.TryStar: ("GG103", "cannot differentiate `try`", "test for the bad case with `if` before it happens"),
    ast.Match: ("GG103", "cannot differentiate `match`", "use if / elif / else"),
    ast.Delete: ("GG103", "cannot differentiate `del`", "leave the name alone; it costs nothing"),
    ast.Global: ("GG103", "cannot differentiate a function that writes a global", "return the value instead"),
    ast.Nonlocal: (
        "GG103",
        "cannot differentiate a function that writes an outer variable",
        "return the value instead",
    ),
    ast.FunctionDef: (
        "GG103",
        "cannot differentiate a function defined inside another yet",
        "move it to the top level of the file",
    ),
    ast.AsyncFunctionDef: ("GG103", "cannot differentiate an `async` function", "use an ordinary function"),
    ast.ClassDef: ("GG103", "cannot differentiate a class defined inside a function", "use ordinary variables"),
    ast.Import: ("GG103", "an import inside the function", "move it to the top of the file"),
    ast.ImportFrom: ("GG103", "an import inside the function", "move it to the top of the file"),
}
EXPRESSIONS: dict[type, tuple[str, str, str]] = {
    ast.Lambda: ("GG105", "cannot differentiate a `lambda`", "make it a function at the top level of the file"),
    ast.ListComp: (
        "GG105",
        "cannot differentiate a comprehension over this yet",
        "write the entries out: [f(x[0]), f(x[1])]",
    ),
    ast.SetComp: ("GG105", "cannot differentiate a set comprehension", "use a list"),
    ast.DictComp: ("GG105", "cannot differentiate a dict comprehension yet", "write the entries out"),
    ast.GeneratorExp: ("GG105", "cannot differentiate a generator yet", "write the terms out: a + b + c"),
    ast.Set: ("GG105", "a set has no order to differentiate by", "use a list"),
    ast.Await: ("GG105", "cannot differentiate `await`", "pass the value in as a parameter"),
    ast.Yield: ("GG105", "cannot differentiate a generator function", "return the value"),
    ast.YieldFrom: ("GG105", "cannot differentiate a generator function", "return the value"),
    ast.Slice: ("GG107", "cannot differentiate a slice yet", "name the entries one by one: w[0], w[1]"),
    ast.NamedExpr: ("GG105", "cannot differentiate `:=` yet", "assign on a line of its own"),
}
OPERATORS: dict[type, tuple[str, str, str]] = {
    ast.MatMult: ("GG107", "cannot differentiate a matrix product yet: it works on arrays", "write the sum out"),
    ast.BitAnd: ("GG105", "`&` works on whole numbers or masks, not on real numbers", "use `and`"),
    ast.BitOr: ("GG105", "`|` works on whole numbers or masks, not on real numbers", "use `or`"),
    ast.BitXor: ("GG105", "`^` is exclusive-or in Python, not a power", "use `**`"),
    ast.LShift: ("GG105", "`<<` works on whole numbers", "use * 2**n"),
    ast.RShift: ("GG105", "`>>` works on whole numbers", "use // 2**n"),
    ast.Invert: ("GG105", "`~` works on whole numbers or masks", "use `not`"),
}
ALLOWED = (
    ast.For, ast.While, ast.Break, ast.Continue, ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Return, ast.If, ast.Expr, ast.Pass, ast.Assert, ast.Raise,
    ast.Name, ast.Constant, ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.Call, ast.IfExp, ast.Attribute,
    ast.Subscript, ast.Tuple, ast.List, ast.Dict, ast.Starred, ast.JoinedStr, ast.FormattedValue,
    ast.keyword, ast.expr_context, ast.operator, ast.unaryop, ast.boolop, ast.cmpop,
)  # fmt: skip


FOR_ARRAYS = (ast.Slice, ast.MatMult, ast.BitAnd, ast.BitOr, ast.BitXor, ast.Invert)


def validate(function: ast.FunctionDef, source: SourceText, arrays: bool = False) -> list[Diagnostic]:
    """Everything in a function that gradgen does not take, each with its place; empty if all is well."""
    found = _signature(function, source)
    stack: list[tuple[ast.AST, int]] = [(node, 1) for node in reversed(function.body)]
    while stack:
        node, depth = stack.pop()
        if depth > MAX_DEPTH and hasattr(node, "lineno"):
            return [
                *found,
                Diagnostic(
                    "GG003",
                    f"nested more than {MAX_DEPTH} deep",
                    source.place(node),
                    help="split it into several lines",
                ),
            ]
        problem = _problem(node, FOR_ARRAYS if arrays else ())
        if problem:
            code, message, help = problem
            found.append(Diagnostic(code, message, source.place(node), help=help))
            continue
        stack.extend((child, depth + _adds_depth(node, child)) for child in reversed(_children(node)))
    return found


def _problem(node: ast.AST, taken: tuple[type, ...] = ()) -> tuple[str, str, str] | None:
    if isinstance(node, taken):
        return None
    table = STATEMENTS if isinstance(node, ast.stmt) else EXPRESSIONS
    if type(node) in table:
        return table[type(node)]
    operator = getattr(node, "op", None)
    if type(operator) in OPERATORS and type(operator) not in taken:
        return OPERATORS[type(operator)]
    if isinstance(node, ast.Constant) and isinstance(node.value, complex):
        return (
            "GG201",
            "complex numbers have no place in a real gradient",
            "keep real and imaginary part as two variables",
        )
    if not isinstance(node, ALLOWED):
        return "GG103", f"cannot differentiate {type(node).__name__}", ""
    return None


def _children(node: ast.AST) -> list[ast.AST]:
    """Child nodes that are part of the computation: annotations are not, nor are docstrings."""
    if isinstance(node, ast.AnnAssign):
        return [c for c in (node.target, node.value) if c is not None]
    return list(ast.iter_child_nodes(node))


def _adds_depth(parent: ast.AST, child: ast.AST) -> int:
    """A long chain ``a + b + c`` and an ``elif`` chain lean to one side; walking them takes no depth."""
    return not (isinstance(parent, ast.BinOp) and child is parent.left and isinstance(parent.op, (ast.Add, ast.Sub)))


def _signature(function: ast.FunctionDef, source: SourceText) -> list[Diagnostic]:
    found = []
    args = function.args
    for node in function.decorator_list:
        if not _is_gradgen(node):
            found.append(Diagnostic(
                "GG108", f"`@{ast.unparse(node)}` may replace the function by anything", source.place(node),
                help="take the decorator off, or differentiate the function that it wraps",
            ))  # fmt: skip
    for arg, stars in ((args.vararg, "*"), (args.kwarg, "**")):
        if arg:
            found.append(
                Diagnostic(
                    "GG110",
                    f"cannot differentiate by `{stars}{arg.arg}`",
                    source.place(arg),
                    help="name the parameters one by one",
                )
            )
    for node in [*args.defaults, *(d for d in args.kw_defaults if d)]:
        if not _is_literal(node):
            found.append(
                Diagnostic(
                    "GG109",
                    f"the default value `{ast.unparse(node)[:40]}` is not a plain literal",
                    source.place(node),
                    help="use a number, a string, True, False or None as the default",
                )
            )
    return found


def _is_gradgen(node: ast.expr) -> bool:
    """``@gradgen``, ``@gradgen(...)``, ``@gradgen.gradgen``: recognised by name, never evaluated."""
    node = node.func if isinstance(node, ast.Call) else node
    return ast.unparse(node) in ("gradgen", "gradgen.gradgen")


def _is_literal(node: ast.expr) -> bool:
    node = node.operand if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.UAdd)) else node
    if isinstance(node, ast.Tuple):
        return all(_is_literal(e) for e in node.elts)
    if isinstance(node, ast.BinOp) and type(node.op) in (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow):
        return _is_literal(node.left) and _is_literal(node.right)  # such as 8 / 3
    return isinstance(node, ast.Constant) and not isinstance(node.value, complex)

"""Mistakes as people make them: operators that change one place of a right backward pass.

Each operator yields changed statements and says which message codes name its cause.  They know nothing of the templates
that `gradgen.grade.causes` looks for mistakes with.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass

CAUSES: dict[str, set[str]] = {  # operator -> codes that name the cause
    "sign": {"GG402"},
    "assign for add": {"GG403"},
    "add for assign": {"GG403"},
    "left out": {"GG404", "GG403"},
    "dropped term": {"GG404", "GG403"},
    "dropped factor": {"GG407", "GG404"},
    "dropped count": {"GG408"},
    "dropped number": {"GG410", "GG407", "GG409", "GG402"},
    "dropped regulariser": {"GG409", "GG407"},
    "extra factor": {"GG407", "GG408", "GG410"},
    "no sum": {"GG405"},
    "axis": {"GG405"},
    "keepdims": {"GG405", "GG416"},
    "mean for sum": {"GG405", "GG408"},
    "transpose": {"GG406"},
    "order of a product": {"GG406"},
    "constant": {"GG410", "GG407", "GG409"},
    "stale": {"GG411"},
    "comparison": {"GG412"},
    "operator": {"GG412", "GG402", "GG407"},
    "function": {"GG412"},
    "index": {"GG413", "GG410", "GG405", "GG411"},
    "unpadding": {"GG413"},
}


@dataclass(frozen=True)
class Mutant:
    """A changed function: which operator, on which line, and the whole text."""

    operator: str
    line: int
    body: ast.FunctionDef
    text: str


def mutants(function: ast.FunctionDef, lines: set[int] | None = None) -> Iterator[Mutant]:
    """Every single mistake in a function; ``lines``: only there."""
    seen = {ast.unparse(function)}
    for node in list(ast.walk(function)):
        if not isinstance(node, (ast.stmt, ast.expr, ast.slice)) or isinstance(node, ast.FunctionDef):
            continue
        line = statement_line(function, node)
        if line is None or lines is not None and line not in lines:
            continue
        for operator, change in changes(node, function):
            made = replaced(function, node, change)
            if made is None:
                continue
            text = ast.unparse(made)
            if text not in seen:
                seen.add(text)
                yield Mutant(operator, reported(node, line, made), made, text)


def reported(node: ast.AST, line: int, made: ast.FunctionDef) -> int:
    """Where a mistake is to be reported: on its line; one that is left out, on the last line that gives its target a value."""
    if not isinstance(node, (ast.Assign, ast.AugAssign)) or any(
        getattr(n, "lineno", 0) == line for n in ast.walk(made)
    ):
        return line
    target = node.target if isinstance(node, ast.AugAssign) else node.targets[0]
    while isinstance(target, ast.Subscript) and not isinstance(target.slice, ast.Constant):
        target = target.value
    text = ast.unparse(target)
    stores = [n.lineno for n in ast.walk(made) if isinstance(n, ast.stmt) and any(text == t for t in written(n))]
    return max(stores, default=line)


def written(stmt: ast.stmt) -> list[str]:
    """The targets of a statement, and what they are parts of."""
    targets = stmt.targets if isinstance(stmt, ast.Assign) else [stmt.target] if isinstance(stmt, ast.AugAssign) else []
    found: list[str] = []
    for target in [e for t in targets for e in (t.elts if isinstance(t, ast.Tuple) else [t])]:
        while True:
            found.append(ast.unparse(target))
            if not isinstance(target, ast.Subscript):
                break
            target = target.value
    return found


def statement_line(function: ast.FunctionDef, node: ast.AST) -> int | None:
    """The line of the statement that holds a node; None for docstrings and unpackings of the cache."""
    best = None
    for stmt in ast.walk(function):
        if isinstance(stmt, ast.stmt) and stmt is not function:
            if any(n is node for n in ast.walk(stmt)):
                best = stmt if best is None or stmt.lineno >= best.lineno else best
    if best is None or isinstance(best, ast.Expr) and isinstance(best.value, ast.Constant):
        return None
    if (
        isinstance(best, ast.Assign)
        and isinstance(best.targets[0], ast.Tuple)
        and isinstance(best.value, (ast.Name, ast.Attribute))
    ):
        return None
    if any(
        n is node
        for t in getattr(best, "targets", [])
        for n in ast.walk(t)
        if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    ):
        return None
    return best.lineno


def replaced(function: ast.FunctionDef, old: ast.AST, new: ast.AST | list) -> ast.FunctionDef | None:
    """A copy of the function with one node replaced, or a statement by several (or none)."""

    class Put(ast.NodeTransformer):
        done = False

        def visit(self, node):
            if getattr(node, "_mark", None) is True:
                self.done = True
                made = copy.deepcopy(new)
                return ast.copy_location(made, node) if isinstance(made, ast.AST) else made
            return self.generic_visit(node)

    old._mark = True
    try:
        made = copy.deepcopy(function)
    finally:
        del old._mark
    put = Put()
    made = put.visit(made)
    if not put.done:
        return None
    for node in ast.walk(made):
        for block in ("body", "orelse"):
            if isinstance(getattr(node, block, None), list) and block == "body" and not node.body:
                node.body = [ast.Pass()]
    return ast.fix_missing_locations(made)


def changes(node: ast.AST, function: ast.FunctionDef) -> Iterator[tuple[str, ast.AST | list]]:
    for operator in OPERATORS:
        yield from operator(node, function)


def statements(node: ast.AST, function: ast.FunctionDef):
    if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add):
        yield "assign for add", ast.Assign([as_store(node.target)], node.value, lineno=node.lineno)
        yield "sign", ast.AugAssign(node.target, ast.Sub(), node.value)
        yield "left out", []
    if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Sub):
        yield "sign", ast.AugAssign(node.target, ast.Add(), node.value)
        yield "left out", []
    if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Div):
        yield "dropped count", []
    if (
        isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Subscript)
        and isinstance(node.value, ast.Constant)
    ):
        yield "left out", []


def as_store(node: ast.expr) -> ast.expr:
    node = copy.deepcopy(node)
    node.ctx = ast.Store()
    return node


def signs(node: ast.AST, function):
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and not isinstance(node.operand, ast.Constant):
        yield "sign", node.operand
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub)) and not is_index(node, function):
        yield "sign", ast.BinOp(node.left, ast.Sub() if isinstance(node.op, ast.Add) else ast.Add(), node.right)
    if isinstance(node, ast.Assign) and not isinstance(node.targets[0], ast.Tuple) and arithmetic(node.value):
        yield "sign", ast.Assign(node.targets, ast.UnaryOp(ast.USub(), node.value), lineno=node.lineno)


def arithmetic(node: ast.expr) -> bool:
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Attribute) and node.func.attr in ("dot", "sum", "where", "matmul")
    return isinstance(node, ast.BinOp)


def terms(node: ast.AST, function):
    if isinstance(node, ast.BinOp) and not is_index(node, function):
        if isinstance(node.op, (ast.Add, ast.Sub)) and not isinstance(node.left, ast.Constant):
            yield "dropped term", node.left
        if isinstance(node.op, ast.Add):
            yield "dropped term", node.right
        if isinstance(node.op, (ast.Mult, ast.Div)):
            for kept, gone in ((node.left, node.right), (node.right, node.left)):
                if kept is node.right and isinstance(node.op, ast.Div):
                    continue
                yield left_out(gone, function), kept
    if isinstance(node, ast.Assign) and not isinstance(node.targets[0], ast.Tuple) and arithmetic(node.value):
        yield "extra factor", ast.Assign(
            node.targets, ast.BinOp(ast.Constant(2), ast.Mult(), node.value), lineno=node.lineno
        )


def left_out(gone: ast.expr, function: ast.FunctionDef) -> str:
    """What it is called when a factor is dropped."""
    names = {n.id for n in ast.walk(gone) if isinstance(n, ast.Name)}
    if names & {"reg", "lam"}:
        return "dropped regulariser"
    if not names:
        return "dropped number"
    plain = not any(isinstance(n, (ast.Call, ast.Pow, ast.Subscript)) for n in ast.walk(gone))
    return "dropped count" if plain and names <= sizes(function) or "size" in names else "dropped factor"


def sizes(function: ast.FunctionDef) -> set[str]:
    """The names that are given sizes."""
    found = set()
    for stmt in ast.walk(function):
        if isinstance(stmt, ast.Assign) and (".shape" in ast.unparse(stmt.value) or "len(" in ast.unparse(stmt.value)):
            found |= {n.id for t in stmt.targets for n in ast.walk(t) if isinstance(n, ast.Name)}
    return found


def sums(node: ast.AST, function):
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("sum", "mean")):
        return
    plain = isinstance(node.func.value, ast.Name) and node.func.value.id == "np"
    inner = node.args[0] if plain else node.func.value
    yield "no sum", inner
    for keyword in node.keywords:
        rest = [k for k in node.keywords if k is not keyword]
        if keyword.arg == "axis" and isinstance(keyword.value, ast.Constant) and keyword.value.value in (0, 1):
            other = ast.keyword("axis", ast.Constant(1 - keyword.value.value))
            yield "axis", ast.Call(node.func, node.args, [other, *rest])
        if keyword.arg == "keepdims":
            yield "keepdims", ast.Call(node.func, node.args, rest)
    other = ast.Attribute(node.func.value, "mean" if node.func.attr == "sum" else "sum", ast.Load())
    yield "mean for sum", ast.Call(other, node.args, node.keywords)


def products(node: ast.AST, function):
    if isinstance(node, ast.Attribute) and node.attr == "T":
        yield "transpose", node.value
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
        yield "order of a product", ast.BinOp(node.right, ast.MatMult(), node.left)
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "dot"
        and len(node.args) == 1
    ):
        yield "order of a product", ast.Call(ast.Attribute(node.args[0], "dot", ast.Load()), [node.func.value], [])
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "np.dot" and len(node.args) == 2:
        yield "order of a product", ast.Call(node.func, node.args[::-1], [])


def constants(node: ast.AST, function):
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        kind = "index" if is_index(node, function) else "constant"
        yield kind, ast.Constant(node.value + 1)
        if kind == "constant" and node.value:
            yield kind, ast.Constant(node.value * 2)


def stale(node: ast.AST, function):
    """Another variable, near in meaning: a gradient for a gradient, a value for a value."""
    if not (isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)) or node.id in ("np", "math"):
        return
    if any(isinstance(n, ast.Call) and n.func is node for n in ast.walk(function)):
        return
    names = [n.id for n in ast.walk(function) if isinstance(n, ast.Name) and n.lineno <= node.lineno]
    names = [n for n in dict.fromkeys(names) if n not in ("np", "math", "range", "self", node.id, "cache", "reversed")]
    alike = [n for n in names if n[:1] == node.id[:1] and not (n.startswith("d") and not node.id.startswith("d"))]
    stores = {n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    for name in alike[:3]:
        if name in stores:
            yield ("index" if is_index(node, function) else "stale"), ast.Name(name, ast.Load())


def operators(node: ast.AST, function):
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        flip = {ast.Gt: ast.Lt, ast.Lt: ast.Gt, ast.GtE: ast.LtE, ast.LtE: ast.GtE, ast.Eq: ast.NotEq}.get(
            type(node.ops[0])
        )
        if flip:
            yield "comparison", ast.Compare(node.left, [flip()], node.comparators)
    if isinstance(node, ast.BinOp) and not is_index(node, function):
        flip = {ast.Mult: ast.Div, ast.Div: ast.Mult}.get(type(node.op))
        if flip:
            yield "operator", ast.BinOp(node.left, flip(), node.right)
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in ("np", "math"):
        other = {"sin": "cos", "cos": "sin", "exp": "log", "sqrt": "square", "zeros_like": "ones_like"}.get(node.attr)
        if other and not (other == "square" and node.value.id == "math"):
            yield "function", ast.Attribute(node.value, other, node.ctx)


def indices(node: ast.AST, function):
    if isinstance(node, ast.Slice) and node.lower is not None and node.upper is not None:
        text = ast.unparse(node.upper)
        if text.startswith("pad + "):
            yield "unpadding", ast.Slice(node.lower, ast.UnaryOp(ast.USub(), ast.Name("pad", ast.Load())))


def is_index(node: ast.AST, function: ast.FunctionDef) -> bool:
    """Whether a node stands in a subscript, a shape or a range."""
    for n in ast.walk(function):
        inside = [n.slice] if isinstance(n, ast.Subscript) else []
        if isinstance(n, ast.Call) and ast.unparse(n.func).rpartition(".")[2] in (
            "range",
            "reshape",
            "zeros",
            "ones",
            "arange",
            "pad",
        ):
            inside = n.args
        if isinstance(n, ast.Call) and ast.unparse(n.func).rpartition(".")[2] in ("sum", "mean", "max"):
            inside = [a for a in n.args if isinstance(a, ast.Constant)]
        if isinstance(n, ast.keyword) and n.arg in ("axis", "shape", "keepdims"):
            inside = [n.value]
        if any(x is node for part in inside for x in ast.walk(part)):
            return True
    return False


OPERATORS: tuple[Callable, ...] = (statements, signs, terms, sums, products, constants, stale, operators, indices)

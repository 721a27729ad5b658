"""Right rewrites: one place of a right backward pass said in another way that means the same."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator

from tests.grading.facts import Facts
from tests.grading.mutate import put, with_statement
from tests.grading.operators import arithmetic, binary

Change = tuple[str, ast.AST | list]


def rewrites(function: ast.FunctionDef, lines: set[int] | None = None) -> Iterator[tuple[str, ast.FunctionDef]]:
    """(what was done, the function) for every single rewrite; ``lines``: only there."""
    facts, seen = Facts(function), {ast.unparse(function)}
    for node in facts.places:
        stmt = facts.statement[id(node)]
        if lines is not None and stmt.lineno not in lines or facts.is_index(node):
            continue
        for rule in RULES:
            for change in rule(node):
                new = change if isinstance(change, list) else [put(stmt, node, change)]
                made = ast.fix_missing_locations(with_statement(function, stmt, tuple(new)))
                if (text := ast.unparse(made)) not in seen:
                    seen.add(text)
                    yield rule.__name__, ast.parse(text).body[0]


def swapped(node):
    """``b * a`` for ``a * b``, and sums."""
    if binary(node, ast.Add, ast.Mult) and not isinstance(node.left, (ast.List, ast.Tuple)):
        yield ast.BinOp(node.right, node.op, node.left)


def compares(node) -> bool:
    """Whether a comparison stands in a node: NumPy negates no truth values."""
    return any(isinstance(n, ast.Compare) for n in ast.walk(node))


def turned_difference(node):
    """``-(b - a)`` for ``a - b``."""
    if binary(node, ast.Sub) and not compares(node):
        yield ast.UnaryOp(ast.USub(), ast.BinOp(node.right, ast.Sub(), node.left))


def added_opposite(node):
    """``a + -b`` for ``a - b``."""
    if binary(node, ast.Sub) and not compares(node):
        yield ast.BinOp(node.left, ast.Add(), ast.UnaryOp(ast.USub(), node.right))


def distributed(node):
    """``a * b + a * c`` for ``a * (b + c)``."""
    if binary(node, ast.Mult):
        for one, other in ((node.left, node.right), (node.right, node.left)):
            if binary(other, ast.Add, ast.Sub):
                terms = [ast.BinOp(copy.deepcopy(one), ast.Mult(), t) for t in (other.left, other.right)]
                yield ast.BinOp(terms[0], other.op, terms[1])
    if binary(node, ast.Div) and binary(node.left, ast.Add, ast.Sub):
        terms = [ast.BinOp(t, ast.Div(), copy.deepcopy(node.right)) for t in (node.left.left, node.left.right)]
        yield ast.BinOp(terms[0], node.left.op, terms[1])


def regrouped(node):
    """``a * (b * c)`` for ``a * b * c``."""
    if binary(node, ast.Mult) and binary(node.left, ast.Mult):
        yield ast.BinOp(node.left.left, ast.Mult(), ast.BinOp(node.left.right, ast.Mult(), node.right))


def power(node):
    """``x * x`` for ``x ** 2``."""
    if binary(node, ast.Pow) and isinstance(node.right, ast.Constant) and node.right.value == 2:
        yield ast.BinOp(node.left, ast.Mult(), copy.deepcopy(node.left))


def inverse(node):
    """``a * (1 / b)`` for ``a / b``."""
    if binary(node, ast.Div):
        yield ast.BinOp(node.left, ast.Mult(), ast.BinOp(ast.Constant(1.0), ast.Div(), node.right))


def products(node):
    """``a @ b``, ``a.dot(b)`` and ``np.dot(a, b)`` for one another."""
    dot = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "dot"
    if dot and len(node.args) == 2:
        yield ast.Call(ast.Attribute(node.args[0], "dot", ast.Load()), node.args[1:], [])
    if dot and len(node.args) == 1:
        yield ast.Call(ast.parse("np.dot", mode="eval").body, [node.func.value, *node.args], [])
    if binary(node, ast.MatMult):
        yield ast.Call(ast.Attribute(node.left, "dot", ast.Load()), [node.right], [])
        sides = [ast.Attribute(side, "T", ast.Load()) for side in (node.right, node.left)]
        yield ast.Attribute(ast.BinOp(sides[0], ast.MatMult(), sides[1]), "T", ast.Load())


def summed(node):
    """``x.sum(...)`` and ``np.sum(x, ...)`` for one another."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("sum", "mean"):
        if ast.unparse(node.func.value) != "np":
            yield ast.Call(
                ast.Attribute(ast.Name("np", ast.Load()), node.func.attr, ast.Load()),
                [node.func.value, *node.args],
                node.keywords,
            )
        elif node.args:
            yield ast.Call(ast.Attribute(node.args[0], node.func.attr, ast.Load()), node.args[1:], node.keywords)


def in_place(node):
    """``x = x + y`` for ``x += y``."""
    if isinstance(node, ast.AugAssign) and isinstance(node.op, (ast.Add, ast.Sub)):
        read = copy.deepcopy(node.target)
        read.ctx = ast.Load()
        yield ast.Assign([node.target], ast.BinOp(read, node.op, node.value), lineno=node.lineno)


def named(node):
    """An intermediate with a name of its own."""
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and arithmetic(node.value):
        value = ast.Name("tmp", ast.Load())
        yield [
            ast.Assign([ast.Name("tmp", ast.Store())], node.value, lineno=node.lineno),
            ast.Assign(node.targets, value, lineno=node.lineno),
        ]


def started(node):
    """``x = 0`` and ``x = x + value`` for ``x = value``."""
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and arithmetic(node.value):
        name = node.targets[0].id
        if not any(isinstance(n, ast.Name) and n.id == name for n in ast.walk(node.value)):
            total = ast.BinOp(ast.Name(name, ast.Load()), ast.Add(), node.value)
            yield [
                ast.Assign(node.targets, ast.Constant(0.0), lineno=node.lineno),
                ast.Assign(node.targets, total, lineno=node.lineno),
            ]


def twice_negated(node):
    """``-(-x)`` for ``x``."""
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and arithmetic(node.value):
        value = ast.UnaryOp(ast.USub(), ast.UnaryOp(ast.USub(), node.value))
        yield ast.Assign(node.targets, value, lineno=node.lineno)


def copied(node):
    """``1.0 * x`` for ``x``."""
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and arithmetic(node.value):
        yield ast.Assign(node.targets, ast.BinOp(ast.Constant(1.0), ast.Mult(), node.value), lineno=node.lineno)


RULES: tuple[Callable, ...] = (
    *(swapped, turned_difference, added_opposite, distributed, regrouped, power, inverse, products, summed),
    *(in_place, named, started, twice_negated, copied),
)

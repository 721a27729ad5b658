"""Comprehensions as the loops that append what they list: ``[f(x) for x in xs]``."""

from __future__ import annotations

import ast
import copy
from collections.abc import Sequence

from gradgen.ir.names import Names

SIMPLE = (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Return, ast.Expr)
LAZY = (ast.IfExp, ast.BoolOp, ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def as_loops(node: ast.FunctionDef) -> ast.FunctionDef:
    """The function with a loop in front of each line that lists something; the very same where none does.

    >>> print(ast.unparse(as_loops(ast.parse('''
    ... def f(x, y):
    ...     picked = np.array([x[i, y[i]] ** 2 for i in range(len(y))])
    ...     return np.mean(picked)
    ... ''').body[0])))
    def f(x, y):
        entries = []
        for i in range(len(y)):
            entries.append(x[i, y[i]] ** 2)
        picked = np.array(entries)
        return np.mean(picked)
    """
    if not any(_is_listed(n) for n in ast.walk(node)):
        return node
    taken = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)} | {
        n.arg for n in ast.walk(node) if isinstance(n, ast.arg)
    }
    made = copy.copy(node)
    made.body = _block(node.body, Names(taken), node)
    return made


def _is_listed(n: ast.AST) -> bool:
    """Whether a comprehension has one loop over one name, or a tuple of names, and no condition."""
    n = _summed(n) or n
    if not isinstance(n, ast.ListComp) or len(n.generators) != 1:
        return False
    (g,) = n.generators
    names = g.target.elts if isinstance(g.target, ast.Tuple) else [g.target]
    return not g.ifs and not g.is_async and all(isinstance(e, ast.Name) for e in names)


def _summed(n: ast.AST) -> ast.ListComp | None:
    """What ``sum(x for ...)`` sums, as a list."""
    match n:
        case ast.Call(func=ast.Name(id="sum"), args=[ast.GeneratorExp(elt=elt, generators=generators)], keywords=[]):
            return ast.copy_location(ast.ListComp(elt, generators), n)
    return None


def _block(body: Sequence[ast.stmt], names: Names, function: ast.FunctionDef) -> list[ast.stmt]:
    out: list[ast.stmt] = []
    for s in body:
        s = copy.copy(s)
        for block in ("body", "orelse"):
            if isinstance(inner := getattr(s, block, None), list):
                setattr(s, block, _block(inner, names, function))
        if isinstance(s, SIMPLE):
            listed = _Listed(names, function)
            if (name := _named(s)) is not None:
                listed.listed(copy.deepcopy(s.value), name)
                out += listed.before
                continue
            s = listed.visit(copy.deepcopy(s))
            out += listed.before
        out.append(s)
    return out


def _named(s: ast.stmt) -> str | None:
    """The name that a line gives to a list, ``ys`` of ``ys = [f(x) for x in xs]``, unless the list is made of what that was before."""
    match s:
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.ListComp() as value) if _is_listed(value):
            return None if any(isinstance(n, ast.Name) and n.id == name for n in ast.walk(value)) else name
    return None


class _Listed(ast.NodeTransformer):
    """Replaces the comprehensions of a line that are worked out in any case; ``before`` are the loops that make them."""

    def __init__(self, names: Names, function: ast.FunctionDef):
        self.names, self.function = names, function
        self.before: list[ast.stmt] = []

    def visit(self, node: ast.AST) -> ast.AST:
        if (pick := _picks(node)) is not None:
            return pick
        if (inside := _summed(node)) is not None and _is_listed(inside):
            return ast.copy_location(ast.Call(node.func, [self.listed(inside)], []), node)
        if _is_listed(node):
            return self.listed(node)
        return node if isinstance(node, LAZY) else self.generic_visit(node)

    def listed(self, node: ast.ListComp, name: str = "") -> ast.expr:
        """The loop that makes a list, under a name of its author's or a fresh one; gives the list's name."""
        (g,) = node.generators
        own = [n.id for n in ast.walk(g.target) if isinstance(n, ast.Name)]
        inside = sum(isinstance(n, ast.Name) and n.id in own for n in ast.walk(node))
        if inside < sum(
            isinstance(n, ast.Name) and n.id in own for n in ast.walk(self.function)
        ):  # others are called so
            called = {n: self.names.fresh(n) for n in own}
            for n in (*ast.walk(g.target), *ast.walk(node.elt)):
                if isinstance(n, ast.Name) and n.id in called:
                    n.id = called[n.id]
        made = name or self.names.fresh("entries")
        append = ast.Expr(ast.Call(ast.Attribute(ast.Name(made, ast.Load()), "append", ast.Load()), [node.elt], []))
        lines = [
            ast.Assign([ast.Name(made, ast.Store())], ast.List([], ast.Load())),
            ast.For(g.target, g.iter, [append], []),
        ]
        self.before += [_placed(line, node) for line in lines]
        return ast.copy_location(ast.Name(made, ast.Load()), node)


def _picks(node: ast.AST) -> ast.expr | None:
    """``x[np.arange(n), y]`` for ``np.array([x[i, y[i]] for i in range(n)])``, also of ``x[i][y[i]]``."""
    match node:
        case ast.Call(
            func=ast.Attribute(value=ast.Name() as module, attr="array" | "asarray"),
            args=[
                ast.ListComp(
                    elt=ast.Subscript(value=x, slice=where),
                    generators=[
                        ast.comprehension(
                            target=ast.Name(id=i),
                            iter=ast.Call(func=ast.Name(id="range"), args=[count]),
                            ifs=[],
                            is_async=0,
                        )
                    ],
                )
            ],
            keywords=[],
        ):
            match x, where:
                case ast.Name(), ast.Tuple(
                    elts=[ast.Name(id=row), ast.Subscript(value=ast.Name() as y, slice=ast.Name(id=at))]
                ):
                    whole = x
                case ast.Subscript(value=ast.Name() as whole, slice=ast.Name(id=row)), ast.Subscript(
                    value=ast.Name() as y, slice=ast.Name(id=at)
                ):
                    pass
                case _:
                    return None
            if row == at == i and i not in (whole.id, y.id):
                rows = ast.Call(ast.Attribute(module, "arange", ast.Load()), [count], [])
                made = ast.Subscript(whole, ast.Tuple([rows, y], ast.Load()), ast.Load())
                return ast.fix_missing_locations(ast.copy_location(made, node))
    return None


def _placed(made: ast.stmt, node: ast.AST) -> ast.stmt:
    """A statement that stands where an expression stood."""
    for n in ast.walk(made):
        if "lineno" in n._attributes and not hasattr(n, "lineno"):
            ast.copy_location(n, node)
    return made

"""Loops and comprehensions over entries that stand in the text, written out: ``for k in ["W1", "W2"]``.

So are loops over numbers of which keys are made, ``for l in range(1, 4)`` with ``params["W" + str(l)]``, or that are layers of a network.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Collection, Iterator, Sequence

from gradgen.frontend.layered import layers_of
from gradgen.frontend.texts import Spelled, made_keys

MOST = 16  # entries; beyond, a loop stays a loop


def unrolled(node: ast.FunctionDef, told: Collection[str] = ()) -> ast.FunctionDef:
    """The function with these written out; the very same where there are none.  ``told`` are the names whose shapes are stated.

    >>> print(ast.unparse(unrolled(ast.parse('''
    ... def f(p, x):
    ...     s = sum([x**i for i in range(3)])
    ...     for k in ["a", "b"]:
    ...         s = s + p[k]
    ...     return s
    ... ''').body[0])))
    def f(p, x):
        s = sum([x ** 0, x ** 1, x ** 2])
        s = s + p['a']
        s = s + p['b']
        return s
    """
    if not any(_entries(n, told) for n in ast.walk(node)) and not any(made_keys(node)):
        return node
    made = copy.copy(node)
    made.body = _block(node.body, told)
    return Spelled().visit(copy.deepcopy(made)) if any(made_keys(made)) else made


def _entries(node: ast.AST, told: Collection[str] = ()) -> list[ast.expr]:
    """The entries that a loop or a comprehension runs over, if they stand in the text."""
    match node:
        case ast.For(target=target, iter=ast.List(elts=elts) | ast.Tuple(elts=elts), body=body, orelse=[]) if 0 < len(
            elts
        ) <= MOST and _names(target):
            read = {n.id for e in elts for n in ast.walk(e) if isinstance(n, ast.Name)} | set(_names(target))
            inside = [n for s in body for n in ast.walk(s)]
            if any(isinstance(n, (ast.Break, ast.Continue, ast.Return)) or _stores(n, read) for n in inside):
                return []
            numbers = all(isinstance(e, ast.Constant) and not isinstance(e.value, str) for e in elts)
            return (
                elts if (not numbers or _numbers_keys(node)) and all(_fits(e, target) for e in elts) else []
            )  # over numbers it is a loop
        case ast.For(target=ast.Name(id=name), iter=over, body=body, orelse=[]) if _numbers_keys(node) or layers_of(
            node, told
        ):
            inside = [n for s in body for n in ast.walk(s)]
            left = any(isinstance(n, (ast.Break, ast.Continue, ast.Return)) or _stores(n, {name}) for n in inside)
            return [] if left else _constants(over)
        case ast.ListComp(generators=[g]) | ast.GeneratorExp(generators=[g]) if (
            isinstance(g.target, ast.Name) and not g.ifs and not g.is_async
        ):
            return _constants(g.iter)
    return []


def _numbers_keys(loop: ast.For) -> bool:
    """Whether keys are made of a loop's variable."""
    keys = (k.slice for s in loop.body for k in made_keys(s))
    return any(isinstance(n, ast.Name) and n.id in _names(loop.target) for k in keys for n in ast.walk(k))


def _names(target: ast.expr) -> list[str]:
    """The names that a loop gives to an entry; none if it does anything else with it."""
    parts = target.elts if isinstance(target, ast.Tuple) else [target]
    return [e.id for e in parts if isinstance(e, ast.Name)] if all(isinstance(e, ast.Name) for e in parts) else []


def _fits(entry: ast.expr, target: ast.expr) -> bool:
    """Whether an entry is a name, a constant, or one in an object or a container, or a tuple of such for several names."""
    if isinstance(target, ast.Tuple):
        return isinstance(entry, ast.Tuple) and len(entry.elts) == len(target.elts) and all(map(_is_place, entry.elts))
    return _is_place(entry)


def _is_place(entry: ast.expr) -> bool:
    while (
        isinstance(entry, ast.Attribute) or isinstance(entry, ast.Subscript) and isinstance(entry.slice, ast.Constant)
    ):
        entry = entry.value
    return isinstance(entry, (ast.Name, ast.Constant))


def _stores(n: ast.AST, names: set[str]) -> bool:
    return isinstance(n, ast.Name) and n.id in names and isinstance(n.ctx, ast.Store)


def _constants(over: ast.expr) -> list[ast.Constant]:
    match over:
        case ast.List(elts=elts) | ast.Tuple(elts=elts) if all(isinstance(e, ast.Constant) for e in elts):
            found = list(elts)
        case ast.Call(func=ast.Name(id="range"), args=args, keywords=[]) if args and all(
            isinstance(a, ast.Constant) and type(a.value) is int for a in args
        ):
            numbers = range(*(a.value for a in args)) if len(args) < 3 or args[2].value else ()
            found = [ast.copy_location(ast.Constant(n), over) for n in numbers[: MOST + 1]]
        case _:
            return []
    return found if len(found) <= MOST else []


def _block(body: Sequence[ast.stmt], told: Collection[str]) -> list[ast.stmt]:
    return [t for s in body for t in _statement(s, told)]


def _statement(s: ast.stmt, told: Collection[str]) -> Iterator[ast.stmt]:
    if (entries := _entries(s, told)) and isinstance(s, ast.For):
        for entry in entries:
            parts = entry.elts if isinstance(s.target, ast.Tuple) else [entry]
            values = dict(zip(_names(s.target), parts, strict=True))
            for t in s.body:
                yield from _statement(_With(values).visit(copy.deepcopy(t)), told)
        return
    s = copy.copy(s)
    for name in ("body", "orelse"):
        if isinstance(inner := getattr(s, name, None), list):
            setattr(s, name, _block(inner, told))
    yield _Comprehensions().visit(copy.deepcopy(s)) if any(_entries(n) for n in ast.walk(s)) else s


class _With(ast.NodeTransformer):
    """Names as what they stand for."""

    def __init__(self, values: dict[str, ast.expr]):
        self.values = values

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return ast.copy_location(copy.deepcopy(self.values[node.id]), node) if node.id in self.values else node


class _Comprehensions(ast.NodeTransformer):
    """A comprehension as the list of its entries."""

    def written_out(self, node: ast.ListComp | ast.GeneratorExp) -> ast.expr:
        self.generic_visit(node)
        entries = _entries(node)
        if not entries:
            return node
        name = node.generators[0].target.id
        made = [_With({name: e}).visit(copy.deepcopy(node.elt)) for e in entries]
        return ast.copy_location(ast.List(made, ast.Load()), node)

    visit_ListComp = visit_GeneratorExp = written_out

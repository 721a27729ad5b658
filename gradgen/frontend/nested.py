"""Functions defined inside a function, taken out of it: the variables that they see become parameters."""

from __future__ import annotations

import ast
import copy
from collections.abc import Collection, Iterator

INNER = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)


def lifted(function: ast.FunctionDef, taken: Collection[str]) -> tuple[ast.FunctionDef, dict[str, ast.FunctionDef]]:
    """The function without those defined inside it that are only called by name there, and these by their new names.

    A function sees a variable of the one around it as it is at the call, so each call hands on what is seen.  ``taken``
    are names that mean something at the top of the file.  What cannot be taken out stays where it is.
    """
    inner = {name: node for name, node in _defined(function) if _is_called_only(name, node, function)}
    if not inner:
        return function, {}
    seen = _seen(function, inner)
    called = {name: name if name not in taken else f"{function.name}_{name}" for name in inner}
    change = _Change(inner, seen, called)
    outer = ast.fix_missing_locations(change.visit(copy.deepcopy(function)))
    return outer, {called[name]: _whole(called[name], node, seen[name], change) for name, node in inner.items()}


def inner_names(function: ast.FunctionDef) -> set[str]:
    """The names of the functions that a function defines itself."""
    return {name for name, _ in _defined(function)}


def _defined(function: ast.FunctionDef) -> Iterator[tuple[str, ast.FunctionDef | ast.Lambda]]:
    """The functions that a function defines itself, by ``def`` or by naming a ``lambda``."""
    for node in _own(function):
        match node:
            case ast.FunctionDef(name=name):
                yield name, node
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Lambda() as value):
                yield name, value


def _own(function: ast.FunctionDef | ast.Lambda) -> Iterator[ast.AST]:
    """The nodes of a function's body, inner functions as one node each."""
    stack = list(reversed(function.body)) if isinstance(function.body, list) else [function.body]
    while stack:
        node = stack.pop()
        yield node
        if not isinstance(node, INNER):
            stack.extend(reversed(list(ast.iter_child_nodes(node))))


def _is_called_only(name: str, node: ast.FunctionDef | ast.Lambda, function: ast.FunctionDef) -> bool:
    """Whether a name always means this inner function, and is used for nothing but plain calls."""
    inside = [*ast.walk(function)]
    bound = [n for n in inside if isinstance(n, ast.FunctionDef) and n.name == name and n is not function]
    bound += [n for n in inside if isinstance(n, ast.Name) and n.id == name and not isinstance(n.ctx, ast.Load)]
    bound += [n for n in inside if isinstance(n, ast.arg) and n.arg == name]
    calls = [n for n in inside if isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id == name]
    loads = [n for n in inside if isinstance(n, ast.Name) and n.id == name and isinstance(n.ctx, ast.Load)]
    plain = all(not isinstance(a, ast.Starred) for c in calls for a in c.args)
    plain = plain and all(k.arg for c in calls for k in c.keywords)
    alone = not any(isinstance(n, INNER) for n in _own(node)) and not getattr(node, "decorator_list", [])
    return len(bound) == 1 and len(calls) == len(loads) and plain and alone


def _bound(function: ast.FunctionDef | ast.Lambda) -> set[str]:
    """The variables of a function: its parameters, and what it gives a value."""
    args = function.args
    named = {a.arg for a in (*args.posonlyargs, *args.args, *args.kwonlyargs, args.vararg, args.kwarg) if a}
    return named | {n.id for n in _own(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}


def _seen(function: ast.FunctionDef, inner: dict[str, ast.FunctionDef | ast.Lambda]) -> dict[str, list[str]]:
    """The outer variables that each inner function reads, by itself or by way of those that it calls."""
    around = _bound(function) - set(inner)
    reads = {name: [n.id for n in _own(node) if isinstance(n, ast.Name)] for name, node in inner.items()}
    seen = {name: [r for r in dict.fromkeys(reads[name]) if r in around - _bound(inner[name])] for name in inner}
    for _ in inner:  # a chain of calls is no longer than this
        for name, found in seen.items():
            theirs = [v for callee in reads[name] if callee in inner for v in seen[callee]]
            seen[name] = list(dict.fromkeys([*found, *(v for v in theirs if v not in _bound(inner[name]))]))
    return seen


class _Change(ast.NodeTransformer):
    """Takes the definitions out, and lets the calls hand on what the functions see."""

    def __init__(self, inner, seen: dict[str, list[str]], called: dict[str, str]):
        self.names, self.seen, self.called = set(inner), seen, called
        self.plain = {name for name, node in inner.items() if not (node.args.defaults or node.args.kwonlyargs)}

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST | None:
        return self.generic_visit(node) if node.name not in self.names else self.gone(node)

    def visit_Assign(self, node: ast.Assign) -> ast.AST | None:
        named = isinstance(node.targets[0], ast.Name) and node.targets[0].id in self.names
        return self.gone(node) if named and isinstance(node.value, ast.Lambda) else self.generic_visit(node)

    def gone(self, node: ast.stmt) -> ast.Pass:
        return ast.copy_location(ast.Pass(), node)

    def visit_Call(self, node: ast.Call) -> ast.Call:
        self.generic_visit(node)
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name not in self.names:
            return node
        node.func.id = self.called[name]
        extra = [ast.copy_location(ast.Name(v, ast.Load()), node) for v in self.seen[name]]
        if name in self.plain and not node.keywords:
            node.args += extra
        else:
            node.keywords += [ast.keyword(v.id, v) for v in extra]
        return node


def _whole(name: str, node: ast.FunctionDef | ast.Lambda, seen: list[str], change: _Change) -> ast.FunctionDef:
    """An inner function as one of the file's own."""
    node = copy.deepcopy(node)
    args = node.args
    extra = [ast.copy_location(ast.arg(v), node) for v in seen]
    if args.defaults or args.kwonlyargs:
        args.kwonlyargs, args.kw_defaults = [*args.kwonlyargs, *extra], [*args.kw_defaults, *(None for _ in extra)]
    else:
        args.args = [*args.args, *extra]
    body = node.body if isinstance(node, ast.FunctionDef) else [ast.copy_location(ast.Return(node.body), node.body)]
    made = ast.copy_location(ast.FunctionDef(name, args, [change.visit(s) for s in body], [], None), node)
    if hasattr(made, "type_params"):  # from Python 3.12 on
        made.type_params = []
    return ast.fix_missing_locations(made)

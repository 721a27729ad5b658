"""Dicts of parameters that are handed on to other functions of the file: these take the entries that they read, one by one."""

from __future__ import annotations

import ast
import copy
import keyword
from collections.abc import Mapping
from dataclasses import dataclass, field

from gradgen.frontend.stated import described_dims

Functions = Mapping[str, ast.FunctionDef]


def with_entries(
    node: ast.FunctionDef, functions: Functions
) -> tuple[ast.FunctionDef, dict[str, ast.FunctionDef]] | None:
    """A function that hands the entries of its dicts on, and the functions that take them; None if some dict cannot be taken apart.

    >>> text = '''
    ... def affine(p, x):
    ...     return x @ p["W"] + p["b"]
    ... def f(params, x):
    ...     return affine(params, x).sum()
    ... '''
    >>> affine, f = ast.parse(text).body
    >>> f, others = with_entries(f, {"affine": affine})
    >>> print(ast.unparse([others["affine"], f]))
    def affine(W, b, x):
        return x @ W + b
    <BLANKLINE>
    def f(params, x):
        return affine(params['W'], params['b'], x).sum()
    """
    spread = _Spread(functions)
    try:
        made = spread.function(node, {})
        while waiting := [n for n in spread.plans if n not in spread.made]:
            for name in waiting:
                spread.made[name] = spread.function(functions[name], spread.plans[name])
    except _Whole:
        return None
    return (made, spread.made) if spread.made else None


class _Whole(Exception):
    """A dict that is used as a whole."""


@dataclass
class _Spread:
    """``plans`` are, by function, the parameters that are taken apart: key -> what the entry is called."""

    functions: Functions
    plans: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)
    made: dict[str, ast.FunctionDef] = field(default_factory=dict)

    def plan(self, name: str) -> dict[str, dict[str, str]]:
        """How a function's dicts are taken apart."""
        if name not in self.plans:
            self.plans[name] = {}  # while it is being looked at
            node = self.functions[name]
            found = {a.arg: self.keys(node, a.arg) for a in node.args.args}
            self.plans[name] = {q: _called(node, q, keys) for q, keys in found.items() if keys}
        return self.plans[name]

    def keys(self, node: ast.FunctionDef, q: str) -> list[str]:
        """The entries of a parameter that a function, and those that it hands the parameter on to, read; none if it is no such dict."""
        found: dict[str, None] = {}
        known = set()
        read = (n for n in ast.walk(node) if isinstance(n, (ast.Subscript, ast.Call)))
        for n in sorted(
            read, key=lambda n: (n.end_lineno, n.end_col_offset)
        ):  # in the order of the text, arguments first
            match n:
                case ast.Subscript(
                    value=ast.Name(id=name) as base, slice=ast.Constant(value=str(key)), ctx=ast.Load()
                ) if (name == q):
                    found[key] = None
                    known.add(id(base))
                case ast.Call(func=ast.Name(id=callee)) if callee in self.functions:
                    for taken, arg in _arguments(n, self.functions[callee]):
                        if isinstance(arg, ast.Name) and arg.id == q and (more := self.plan(callee).get(taken)):
                            found |= dict.fromkeys(more)
                            known.add(id(arg))
        used = [n for n in ast.walk(node) if isinstance(n, ast.Name) and n.id == q]
        return list(found) if all(id(n) in known for n in used) else []

    def function(self, node: ast.FunctionDef, plan: dict[str, dict[str, str]]) -> ast.FunctionDef:
        """A function that takes, and hands on, entries."""
        change = _Change(self, plan)
        made = copy.deepcopy(node)
        made.body = [s for t in made.body if not _is_itself(s := change.visit(t))]
        if plan:
            told = described_dims(node)
            made.args.args = [a for old in made.args.args for a in _parameters(old, plan.get(old.arg))]
            lines = [
                f"- {name}: of shape ({', '.join(dims)})"
                for q, names in plan.items()
                for key, name in names.items()
                if (dims := told.get(f'{q}["{key}"]'))
            ]
            if lines:
                said = ast.Expr(ast.Constant("\n".join([ast.get_docstring(node) or "", *lines])))
                made.body = [said, *made.body[ast.get_docstring(node) is not None :]]
        return ast.fix_missing_locations(made)


class _Change(ast.NodeTransformer):
    """Entries by their names, and calls that hand entries on."""

    def __init__(self, spread: _Spread, plan: dict[str, dict[str, str]]):
        self.spread, self.own = spread, plan

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        match node:
            case ast.Subscript(value=ast.Name(id=q), slice=ast.Constant(value=key)) if q in self.own:
                return ast.copy_location(ast.Name(self.own[q][key], ast.Load()), node)
        return self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> ast.expr:
        if not isinstance(node.func, ast.Name) or node.func.id not in self.spread.functions:
            return self.generic_visit(node)
        plan = self.spread.plan(node.func.id)
        apart = {id(a): plan[q] for q, a in _arguments(node, self.spread.functions[node.func.id]) if q in plan}
        if any(id(a) in apart and not isinstance(a, ast.Name) for a in (*node.args, *(k.value for k in node.keywords))):
            raise _Whole
        args = [e for a in node.args for e in (self.entries(a, apart[id(a)]) if id(a) in apart else [a])]
        keywords = []
        for k in node.keywords:
            if id(k.value) in apart:
                names = apart[id(k.value)].values()
                keywords += [
                    ast.keyword(n, e) for n, e in zip(names, self.entries(k.value, apart[id(k.value)]), strict=True)
                ]
            else:
                keywords.append(k)
        made = ast.copy_location(ast.Call(node.func, args, keywords), node)
        return self.generic_visit(made)

    def entries(self, whole: ast.Name, names: dict[str, str]) -> list[ast.expr]:
        parts = [ast.Subscript(ast.Name(whole.id, ast.Load()), ast.Constant(key), ast.Load()) for key in names]
        return [ast.copy_location(p, whole) for p in parts]


def _arguments(call: ast.Call, node: ast.FunctionDef) -> list[tuple[str, ast.expr]]:
    """(Parameter, argument) of a call."""
    names = [a.arg for a in node.args.args]
    if any(isinstance(a, ast.Starred) for a in call.args):
        return []
    return [*zip(names, call.args, strict=False), *((k.arg, k.value) for k in call.keywords if k.arg)]


def _called(node: ast.FunctionDef, q: str, keys: list[str]) -> dict[str, str]:
    """What the entries are called: by their keys, where nothing else is."""
    own = [
        s.targets[0].id
        for s in node.body
        if isinstance(s, ast.Assign) and isinstance(s.targets[0], ast.Name) and _reads(s.value, q, s.targets[0].id)
    ]
    taken = [n.id for n in ast.walk(node) if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)]
    taken += [a.arg for a in ast.walk(node) if isinstance(a, ast.arg)]
    free = [k for k in keys if k.isidentifier() and not keyword.iskeyword(k) and taken.count(k) == own.count(k)]
    return {k: k if k in free else f"{q}_{k}" for k in keys}


def _reads(value: ast.expr, q: str, key: str) -> bool:
    match value:
        case ast.Subscript(value=ast.Name(id=name), slice=ast.Constant(value=found)):
            return name == q and found == key
    return False


def _parameters(old: ast.arg, names: dict[str, str] | None) -> list[ast.arg]:
    return [ast.copy_location(ast.arg(n), old) for n in names.values()] if names else [old]


def _is_itself(s: ast.stmt) -> bool:
    """``W = W``: what a line that read an entry under its own name has become."""
    match s:
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Name(id=same)):
            return name == same
    return False

"""Dicts by loop variable: ``hs[t]`` in a loop over ``t`` is a variable of the trip, ``hs[t - 1]`` the one of the trip before.

The forward text keeps the dict, which so is the history that the backward pass reads.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass


class Kept(ast.stmt):
    """Stands before a loop that fills dicts (``names``): from here on these are what they are in the text."""

    _fields = ()


@dataclass(frozen=True, slots=True)
class Dict:
    """A dict that a loop over ``index`` fills; ``before`` is the key that the first trip's ``t - 1`` names, if one reads that."""

    name: str
    index: str
    before: ast.expr | None


def with_keyed_dicts(body: Sequence[ast.stmt]) -> list[ast.stmt]:
    """The statements of a function with what loops store under their variable as variables of their own."""
    out: list[ast.stmt] = []
    made = {name for s in body for name in _empty_dicts(s)}
    for position, s in enumerate(body):
        dicts = _filled(s, made) if isinstance(s, ast.For) else []
        if not dicts:
            out.append(s)
            continue
        rest = list(body[position + 1 :])
        held = Kept()
        held.names = tuple(d.name for d in dicts)
        loop, behind = copy.copy(s), []
        loop.body = [_Named(dicts).visit(copy.deepcopy(t)) for t in s.body]
        for d in dicts:
            last = [n for t in rest for n in ast.walk(t) if _is_entry(n, d.name) and _is_last(n.slice, s)]
            if not (last or _reads_before(s, d)) or d.before is None:
                continue
            before = f"{d.name}[{d.index} - 1]"
            first = _at(s, ast.Subscript(_name(d.name, s), d.before, ast.Load()))
            out.append(_assign(before, first, s))
            loop.body.append(_assign(before, _name(f"{d.name}[{d.index}]", s), s))
            for text in dict.fromkeys(ast.unparse(n.slice) for n in last):
                behind.append(_assign(f"{d.name}[{text}]", _name(before, s), s))
            rest = [_Last(d.name, s).visit(copy.deepcopy(t)) for t in rest]
        return [*out, ast.copy_location(held, s), loop, *behind, *with_keyed_dicts(rest)]
    return out


def _empty_dicts(s: ast.stmt) -> Iterator[str]:
    """The names that a statement gives an empty dict."""
    match s:
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Dict(keys=[])):
            yield name
        case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)):
            pairs = zip(names, values, strict=False)
            yield from (n.id for n, v in pairs if isinstance(n, ast.Name) and isinstance(v, ast.Dict) and not v.keys)


def _filled(loop: ast.For, made: set[str]) -> list[Dict]:
    """The dicts that a loop over `range` stores into under its variable, and uses in no other way."""
    match loop:
        case ast.For(
            target=ast.Name(id=index), iter=ast.Call(func=ast.Name(id="range"), args=[*args], keywords=[])
        ) if len(args) in (1, 2):
            start = args[0] if len(args) == 2 else ast.copy_location(ast.Constant(0), loop)
        case _:
            return []
    inside = [n for s in loop.body for n in ast.walk(s)]
    found = []
    for name in sorted(made):
        entries = [n for n in inside if _is_entry(n, name)]
        stored = any(isinstance(n.ctx, ast.Store) and ast.unparse(n.slice) == index for n in entries)
        plain = all(ast.unparse(n.slice) in (index, f"{index} - 1") for n in entries)
        alone = len(entries) == sum(isinstance(n, ast.Name) and n.id == name for n in inside)
        if stored and plain and alone:
            whole = isinstance(start, ast.Constant) and type(start.value) is int
            found.append(Dict(name, index, _at(loop, ast.Constant(start.value - 1)) if whole else None))
    return found


def _is_entry(n: ast.AST, name: str) -> bool:
    return isinstance(n, ast.Subscript) and isinstance(n.value, ast.Name) and n.value.id == name


def _reads_before(loop: ast.For, d: Dict) -> bool:
    return any(_is_entry(n, d.name) and ast.unparse(n.slice) != d.index for s in loop.body for n in ast.walk(s))


def _is_last(index: ast.expr, loop: ast.For) -> bool:
    """Whether an index names what the last trip stored: ``n - 1`` behind ``range(n)``, or the loop's own variable."""
    text = ast.unparse(index)
    return text in (f"{ast.unparse(loop.iter.args[-1])} - 1", loop.target.id)


class _Named(ast.NodeTransformer):
    """``hs[t]`` as one name."""

    def __init__(self, dicts: Sequence[Dict]):
        self.names = {d.name for d in dicts}

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        if isinstance(node.value, ast.Name) and node.value.id in self.names:
            return _at(node, ast.Name(f"{node.value.id}[{ast.unparse(node.slice)}]", node.ctx))
        return self.generic_visit(node)


class _Last(ast.NodeTransformer):
    """What the last trip stored, by the name that it has in the text."""

    def __init__(self, name: str, loop: ast.For):
        self.name, self.loop = name, loop

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        if _is_entry(node, self.name) and _is_last(node.slice, self.loop):
            return _at(node, ast.Name(f"{self.name}[{ast.unparse(node.slice)}]", node.ctx))
        return self.generic_visit(node)


def _at(where: ast.AST, made):
    return ast.copy_location(made, where)


def _name(name: str, where: ast.AST, ctx: ast.expr_context | None = None) -> ast.Name:
    return _at(where, ast.Name(name, ctx or ast.Load()))


def _assign(name: str, value: ast.expr, where: ast.AST) -> ast.Assign:
    made = _at(where, ast.Assign([_name(name, where, ast.Store())], value))
    made.silent = True  # another statement of the text does it
    return made

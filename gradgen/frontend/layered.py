"""Loops over the layers of a network, ``for W, b in params``: each layer has a shape of its own.

Such a loop is written out where the text says how many layers there are, else refused: one array for all of them would need
them to be alike.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator

from gradgen.errors import Diagnostic
from gradgen.frontend.walks import assigned
from gradgen.source import SourceText

PRODUCTS = ("dot", "matmul")
COUNT = "say in the text how many there are, at most 16:"


def layers_of(loop: ast.For, told: Collection[str] = ()) -> str:
    """The container whose layers a loop goes through, by ``h = f(h @ W + b)`` with W and b from there; "" for other loops.

    ``told`` are the names whose shapes are stated: these are arrays.

    >>> layers_of(ast.parse("for W, b in params:\\n    h = np.tanh(h @ W + b)").body[0])
    'params'
    >>> layers_of(ast.parse("for t in range(T):\\n    h = np.tanh(W @ xs[t] + U @ h + b)").body[0])
    ''
    """
    entries, handed_on = _entries(loop), assigned(loop)
    for n in (n for s in loop.body for n in ast.walk(s)):
        match n:
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                for product, bias in ((left, right), (right, left)):
                    whole = _container(bias, loop, entries)
                    for weights, other in _factors(product):
                        if whole and _container(weights, loop, entries) and _name(other) in handed_on:
                            return "" if whole in told else whole
    return ""


def refused(node: ast.FunctionDef, source: SourceText, told: Collection[str]) -> list[Diagnostic]:
    """A diagnostic for each loop over layers of which the text does not say how many there are."""
    found = [(n, whole) for n in ast.walk(node) if isinstance(n, ast.For) and (whole := layers_of(n, told))]
    return [
        Diagnostic("GG111", f"every layer in `{whole}` has a shape of its own", source.place(loop.iter), help=_rewrite(loop, whole))
        for loop, whole in found
    ]  # fmt: skip


def _rewrite(loop: ast.For, whole: str) -> str:
    match loop.iter:
        case ast.Call(func=ast.Name(id="zip"), args=args):
            given = ", ".join(f"{ast.unparse(a)}[l]" for a in args)
        case ast.Call(func=ast.Name(id="range")):
            return f"{COUNT} for {ast.unparse(loop.target)} in range(3)"
        case _:
            given = f"{whole}[l]"
    target = loop.target.elts[1] if _is_counted(loop) else loop.target
    return f"{COUNT} for l in range(3): {ast.unparse(target).strip('()')} = {given}"


def _is_counted(loop: ast.For) -> bool:
    match loop:
        case ast.For(iter=ast.Call(func=ast.Name(id="enumerate")), target=ast.Tuple(elts=[_, _])):
            return True
    return False


def _entries(loop: ast.For) -> dict[str, str]:
    """The names that a trip gives to an entry of a container, or to a part of one, and the container."""
    target = loop.target.elts[1] if _is_counted(loop) else loop.target
    match loop.iter:
        case ast.Call(func=ast.Name(id="zip"), args=args) if isinstance(target, ast.Tuple):
            pairs = zip(target.elts, args, strict=False)
        case ast.Call(func=ast.Name(id="range")):
            pairs = iter(())
        case ast.Call(func=ast.Name(id="enumerate"), args=[whole]):
            pairs = iter([(target, whole)])
        case whole:
            pairs = iter([(target, whole)])
    found = {n: _walked(whole) for part, whole in pairs for n in _names(part) if _walked(whole)}
    for s in loop.body:
        match s:
            case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Tuple(elts=values)) if len(targets) == len(
                values
            ):
                given = [*zip(targets, values, strict=True)]
            case ast.Assign(targets=[target], value=value):
                given = [(target, value)]
            case _:
                continue
        found |= {n: whole for t, v in given for n in _names(t) if (whole := _container(v, loop, found))}
    return found


def _walked(whole: ast.expr) -> str:
    """What a loop walks, or walks a part of: ``params``, ``params[:-1]``."""
    return _name(whole.value if isinstance(whole, ast.Subscript) and isinstance(whole.slice, ast.Slice) else whole)


def _indexed(value: ast.expr, index: str) -> str:
    """The container of ``Ws[l]`` or ``Ws[l + 1]``."""
    match value:
        case ast.Subscript(value=ast.Name(id=whole), slice=place) if index in {_name(n) for n in ast.walk(place)} - {
            ""
        }:
            return whole if not isinstance(place, (ast.Tuple, ast.Slice)) else ""
    return ""


def _container(part: ast.expr, loop: ast.For, entries: dict[str, str]) -> str:
    """The container that an operand is an entry of: ``W``, ``Ws[l]``, ``params[l][0]``, ``layer["W"]``."""
    match part:
        case ast.Name(id=name):
            return entries.get(name, "")
        case ast.Subscript(value=inner, slice=ast.Constant()):
            return _container(inner, loop, entries)
    return _indexed(part, _name(loop.target))


def _factors(product: ast.expr) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Both factors of a matrix product, either first."""
    match product:
        case ast.BinOp(left=left, op=ast.MatMult(), right=right):
            yield from ((left, right), (right, left))
        case ast.Call(func=ast.Attribute(value=_, attr=attr), args=[left, right]) if attr in PRODUCTS:
            yield from ((left, right), (right, left))
        case ast.Call(func=ast.Attribute(value=left, attr="dot"), args=[right]):
            yield from ((left, right), (right, left))


def _names(target: ast.expr) -> list[str]:
    return [n.id for n in ast.walk(target) if isinstance(n, ast.Name)]


def _name(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else ""

"""Loops as syntax: what a header runs over, what a body stores, a body without jumps."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

STOP = "%stop"  # the name under which a body says whether it ended the loop
MUTATED = "a container that a loop changes"


@dataclass(frozen=True)
class Header:
    """What a ``for`` runs over: the bounds and step of a range, or constants, as nodes; from the last one on if ``is_reversed``."""

    kind: str
    over: tuple[int, ...]
    is_reversed: bool = False


def header(iterable: ast.expr, number: Callable[[ast.expr], int], zero: int, one: int) -> Header | None:
    """The header of a ``for``, its expressions read by ``number``; None for what is not known here."""
    match iterable:
        case ast.Call(func=ast.Name(id="reversed"), args=[inner], keywords=[]):
            found = header(inner, number, zero, one)
            return found and Header(found.kind, found.over, not found.is_reversed)
        case ast.Call(func=ast.Name(id="range"), args=args, keywords=[]):
            bounds = [number(a) for a in args]
            if len(bounds) == 1:
                bounds = [zero, *bounds]
            return Header("range", (*bounds, one)[:3])
        case ast.Tuple(elts=elts) | ast.List(elts=elts) if elts and all(map(is_literal, elts)):
            return Header("numbers", tuple(number(e) for e in elts))
    return None


def is_literal(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) or isinstance(node, ast.UnaryOp) and isinstance(node.operand, ast.Constant)


def stored(statements: Sequence[ast.stmt]) -> list[str]:
    """The names that statements bind, in order."""
    return list(
        dict.fromkeys(
            n.id
            for s in statements
            for n in ast.walk(s)
            if isinstance(n, ast.Name) and isinstance(n.ctx, (ast.Store, ast.Del))
        )
    )


def mutated(statements: Sequence[ast.stmt]) -> set[str]:
    """The names of the containers that statements change in place."""
    nodes = [n for s in statements for n in ast.walk(s)]
    stores = {
        n.value.id
        for n in nodes
        if isinstance(n, ast.Subscript) and isinstance(n.ctx, ast.Store) and isinstance(n.value, ast.Name)
    }
    return stores | {name for n in nodes if (name := called_on(n)) is not None}


def called_on(node: ast.AST) -> str | None:
    """The variable whose method a statement calls for what it does to it (``h.append(x)``)."""
    match node:
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=name)))):
            return name
    return None


def is_counted(name: str, statements: Sequence[ast.stmt]) -> bool:
    """Whether all that statements do to a variable is to add 1 to it."""
    adds = [
        n.target
        for s in statements
        for n in ast.walk(s)
        if isinstance(n, ast.AugAssign) and isinstance(n.op, ast.Add) and ast.unparse(n.value) == "1"
    ]
    stores = [
        n
        for s in statements
        for n in ast.walk(s)
        if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store) and n.id == name
    ]
    return bool(stores) and all(any(n is t for t in adds) for n in stores)


def without_jumps(statements: Sequence[ast.stmt]) -> list[ast.stmt]:
    """A loop's body in which nothing follows on a path that has ended the trip; ``break`` sets `STOP`."""
    for position, statement in enumerate(statements):
        before, rest = list(statements[:position]), list(statements[position + 1 :])
        if isinstance(statement, ast.Continue):
            return before
        if isinstance(statement, ast.Break):
            stop = ast.Assign([ast.Name(STOP, ast.Store())], ast.Constant(True))
            return [*before, ast.fix_missing_locations(ast.copy_location(stop, statement))]
        if isinstance(statement, ast.If) and any(jumps(statement)):
            then, orelse = ([*arm, *rest] for arm in (statement.body, statement.orelse))
            whole = ast.If(statement.test, without_jumps(then) or [ast.Pass()], without_jumps(orelse))
            return [*before, ast.fix_missing_locations(ast.copy_location(whole, statement))]
    return list(statements)


def jumps(node: ast.stmt) -> Iterator[ast.stmt]:
    """The ``break`` and ``continue`` that end a trip of the loop around a statement."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.Break, ast.Continue)):
            yield child
        elif isinstance(child, ast.If):
            yield from jumps(child)

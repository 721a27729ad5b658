"""Loops in the form that is staged: one way out of a trip, at its end.

``continue`` guards the rest of the body, ``break`` stands last in a branch, a ``return`` in a loop is a flag, a
``break`` and a return behind the loop, and the ``else`` of a loop is a branch behind it.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator, Sequence

from gradgen.frontend.keyed import with_keyed_dicts
from gradgen.ir.names import Names

LOOPS = (ast.For, ast.While)


def desugared(node: ast.FunctionDef, taken: set[str]) -> ast.FunctionDef:
    """The function with its loops in that form; the very same where they are already.

    >>> print(ast.unparse(desugared(ast.parse('''
    ... def f(x):
    ...     for i in range(9):
    ...         if i == 2:
    ...             continue
    ...         x = x * x
    ...         if x > 9:
    ...             return x + 1
    ...     return x
    ... ''').body[0], set())))
    def f(x):
        done = False
        for i in range(9):
            if i == 2:
                pass
            else:
                x = x * x
                if x > 9:
                    done = True
                    break
        if done:
            return x + 1
        return x
    """
    if not any(isinstance(n, LOOPS) for n in ast.walk(node)):
        return node
    used = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)} | {
        n.arg for n in ast.walk(node) if isinstance(n, ast.arg)
    }
    made = copy.copy(node)
    made.body = with_keyed_dicts(_block(node.body, Names(used | taken)))
    return made


def _block(body: Sequence[ast.stmt], names: Names) -> list[ast.stmt]:
    out: list[ast.stmt] = []
    for s in body:
        if isinstance(s, LOOPS):
            out += _loop(s, names)
        elif isinstance(s, ast.If):
            s = copy.copy(s)
            s.body, s.orelse = _block(s.body, names), _block(s.orelse, names)
            out.append(s)
        else:
            out.append(s)
    return out


def _loop(node: ast.For | ast.While, names: Names) -> list[ast.stmt]:
    """A loop, with what has to stand before and behind it."""
    before: list[ast.stmt] = []
    behind: list[ast.stmt] = []
    loop = copy.copy(node)
    loop.body, loop.orelse = _block(node.body, names), []

    def leave(s: ast.stmt) -> list[ast.stmt]:
        """What stands in the loop for a ``return`` or, if the loop has an ``else``, for a ``break``."""
        if isinstance(s, ast.Return):
            flag = names.fresh("done")
            moved = copy.deepcopy(s)
            for n in ast.walk(moved):
                n.moved = True  # it stands behind the loop, whatever its place in the text
            behind.append(_at(s, ast.If(_name(flag, s), [moved], [])))
        elif isinstance(s, ast.Break) and node.orelse:
            flag = broke[0] if broke else names.fresh("broke")
            broke[:] = [flag]
        else:
            return [s]
        if flag not in flags:
            flags.append(flag)
            before.append(_assign(flag, False, node))
        return [_assign(flag, True, s), _at(s, ast.Break())]

    flags: list[str] = []
    broke: list[str] = []
    loop.body = _tailed(_replaced(loop.body, leave)) or [_at(node, ast.Pass())]
    orelse = _block(node.orelse, names)
    if orelse and broke:
        test = _at(orelse[0], ast.UnaryOp(_at(orelse[0], ast.Not()), _name(broke[0], orelse[0])))
        orelse = [_at(orelse[0], ast.If(test, orelse, []))]
    return [*before, loop, *behind, *orelse]


def _replaced(body: Sequence[ast.stmt], leave) -> list[ast.stmt]:
    """The statements of a loop, not of loops in it, with some replaced."""
    out: list[ast.stmt] = []
    for s in body:
        if isinstance(s, ast.If):
            s = copy.copy(s)
            s.body, s.orelse = _replaced(s.body, leave), _replaced(s.orelse, leave)
        out += leave(s)
    return out


def _tailed(body: Sequence[ast.stmt]) -> list[ast.stmt]:
    """The statements with ``break`` and ``continue`` only where a path ends; a ``continue`` there says nothing."""
    out: list[ast.stmt] = []
    for position, s in enumerate(body):
        rest = list(body[position + 1 :])
        if isinstance(s, ast.Continue):
            return out
        if isinstance(s, (ast.Break, ast.Raise)):
            return [*out, s]
        if not isinstance(s, ast.If) or not any(_ways_out([s])):
            out.append(s)
            continue
        s = copy.copy(s)
        s.body, s.orelse = (_tailed(arm if _leaves(arm) else [*arm, *rest]) for arm in (s.body, s.orelse))
        s.body = s.body or [_at(s, ast.Pass())]
        return [*out, s]
    return out


def _ways_out(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """The ``break`` and ``continue`` of a loop whose body these statements belong to."""
    for s in body:
        if isinstance(s, (ast.Break, ast.Continue)):
            yield s
        elif isinstance(s, ast.If):
            yield from _ways_out([*s.body, *s.orelse])


def _leaves(body: Sequence[ast.stmt]) -> bool:
    """Whether every path through the statements leaves the trip."""
    for s in body:
        if isinstance(s, (ast.Break, ast.Continue, ast.Raise)):
            return True
        if isinstance(s, ast.If) and _leaves(s.body) and _leaves(s.orelse):
            return True
    return False


def _at(where: ast.AST, made):
    return ast.copy_location(made, where)


def _name(name: str, where: ast.AST, ctx: ast.expr_context | None = None) -> ast.Name:
    return _at(where, ast.Name(name, ctx or ast.Load()))


def _assign(name: str, value: bool, where: ast.AST) -> ast.Assign:
    return _at(where, ast.Assign([_name(name, where, ast.Store())], _at(where, ast.Constant(value))))

"""Two names for one array, one of which is written into: a copy where the old value is still needed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gradgen.analysis.evidence import calls, expressions
from gradgen.analysis.shapes import Shapes
from gradgen.ir.nodes import (
    Call,
    CallPair,
    Expr,
    For,
    Function,
    If,
    Join,
    Let,
    Origin,
    Record,
    Stmt,
    Store,
    Var,
    variables,
)
from gradgen.ir.walk import blocks, defined, reads, statements, with_blocks
from gradgen.simplify.own import SHARING


def unaliased(function: Function, late: set[str], shapes: Shapes) -> Function:
    """The forward pass with ``q = p.copy()`` for ``q = p``, or a view of it, where one is written in place while the other's
    value is read later.

    ``late`` are the values read after the forward pass.  Of several names in a row the last one is copied: the one nearest to the write.
    """
    order = list(statements(function.body))
    late = late | _held(order, late)
    links = [link for s in order for link in _links(s, shapes)]
    copied: set[str] = set()
    place = {id(s): n for n, s in enumerate(order)}
    for s in reversed(order):
        source = _storage(s.value, shapes) if isinstance(s, Let) else None
        if source and shapes.of(s.value) != () and _clobbered(s.target, source, place[id(s)], order, links, late):
            copied.add(s.target)
            links.remove((source, s.target))
    body = _copying(function.body, copied, copied_by(order)) if copied else function.body
    body = _started_apart(body, order, links, late, shapes)
    return replace(function, body=_joined_apart(body, order, links, late, shapes))


def _started_apart(
    body: Sequence[Stmt], order: Sequence[Stmt], links: list[tuple[str, str]], late: set[str], shapes: Shapes
) -> tuple[Stmt, ...]:
    """The statements with a copy in front of a loop whose trips write into a value that is itself needed.  In a loop around it
    a history has what is needed."""
    out: list[Stmt] = []
    for s in body:
        if isinstance(s, If):
            s = with_blocks(s, lambda block: _started_apart(block, order, links, late, shapes))
        elif isinstance(s, For):
            place = next(n for n, o in enumerate(order) if isinstance(o, For) and o.index == s.index)
            carries = []
            for c in s.carries:
                if _is_needed(c.start, c.name, place, order, links, late, shapes):
                    out.append(_copy_of(c.start, f"{c.name}/start", order, shapes))
                    c = replace(c, start=out[-1].target)
                carries.append(c)
            s = replace(s, carries=tuple(carries))
        out.append(s)
    return tuple(out)


def _joined_apart(
    body: Sequence[Stmt], order: Sequence[Stmt], links: list[tuple[str, str]], late: set[str], shapes: Shapes
) -> tuple[Stmt, ...]:
    """The statements with a copy in the arm of a branch whose value goes on under a name that is written in place later, while the
    value itself is needed."""
    out: list[Stmt] = []
    for s in body:
        if isinstance(s, If):
            arms = {
                side: list(_joined_apart(getattr(s, side), order, links, late, shapes)) for side in ("then", "orelse")
            }
            joins = [
                replace(j, **{side: _apart(s, j, side, arms[side], order, links, late, shapes) for side in arms})
                for j in s.joins
            ]
            s = replace(s, then=tuple(arms["then"]), orelse=tuple(arms["orelse"]), joins=tuple(joins))
        elif isinstance(s, For):
            s = replace(s, body=_joined_apart(s.body, order, links, late, shapes))
        out.append(s)
    return tuple(out)


def _is_needed(
    version: str,
    target: str,
    place: int,
    order: Sequence[Stmt],
    links: list[tuple[str, str]],
    late: set[str],
    shapes: Shapes,
) -> bool:
    """Whether a value that goes on under another name is itself needed after a write through that."""
    return shapes.of(Var(version)) != () and _clobbered(target, version, place, order, links, late)


def _copy_of(version: str, name: str, order: Sequence[Stmt], shapes: Shapes) -> Let:
    shapes.names[name] = shapes.names.get(version, ())
    known = isinstance(shapes.of(Var(version)), tuple)  # else it may be a number, which has no method
    return Let(name, Call(copied_by(order) if known else "np.array", (Var(version),)), Origin())


def _apart(
    s: If,
    join: Join,
    side: str,
    arm: list[Stmt],
    order: Sequence[Stmt],
    links: list[tuple[str, str]],
    late: set[str],
    shapes: Shapes,
) -> str | None:
    """The value that an arm hands to a join; a copy of it, which the arm makes, where a write would be seen by who needs it."""
    version = getattr(join, side)
    end = _end(s, order, join)
    if version is None or not _is_needed(version, join.target, end, order, links, late, shapes):
        return version
    arm.append(_copy_of(version, f"{join.target}/{side}", order, shapes))
    return arm[-1].target


def _end(s: If, order: Sequence[Stmt], join: Join) -> int:
    """The place of a branch's last statement."""
    start = next(n for n, o in enumerate(order) if isinstance(o, If) and join in o.joins)
    return start + sum(1 for _ in statements((*s.then, *s.orelse)))


def rewritten(body: Sequence[Stmt]) -> set[str]:
    """The values that may be in the storage of an array that is written in place."""
    order = list(statements(body))
    links = [pair for s in order for a, b in _links(s, None) for pair in ((a, b), (b, a))]
    return _reached([base for s in order if (base := _written_base(s))], links)


def writers(name: str, body: Sequence[Stmt]) -> list[Stmt]:
    """The statements that may write into the storage of a value."""
    order = list(statements(body))
    links = [pair for s in order for a, b in _links(s, None) for pair in ((a, b), (b, a))]
    mine = _reached([name], links)
    return [s for s in order if _written_base(s) in mine]


def settled(body: Sequence[Stmt]) -> set[str]:
    """The values that stay as they are though their storage was written in place: made in the block where that is, under one name,
    handed to nobody, and written no more."""
    order = list(statements(body))
    overwritten = {base for s in order if (base := _written_base(s))}
    linked = {n for s in order if _written_base(s) is None for pair in _links(s, None) for n in pair}
    for s in order:
        match s:
            case CallPair(args=parts) | Let(value=Call("list" | "tuple" | "dict", parts)):
                linked |= {n for part in parts for n in variables(part)}
            case Store(op="append", value=value) | Record(value=value):
                linked |= set(variables(value))
    found: set[str] = set()
    for block in (body, *(b for s in order for b in blocks(s))):
        storage: dict[str, str] = {}  # each value -> the one that made its storage
        for s in block:
            if (base := _written_base(s)) is not None and base in storage:
                storage[s.target] = storage[base]
            elif base is None and isinstance(s, Let) and isinstance(s.value, Call) and _storage(s.value, None) is None:
                storage[s.target] = s.target
        shared = {storage[n] for n in storage if n in linked}
        found |= {n for n, made in storage.items() if made not in shared and n not in overwritten}
    return found


def lent(function: Function, late: set[str]) -> set[str]:
    """The values that are written in place though the cache of a call may hold them: what it was given, and what it gave.

    ``late`` are the values read after the forward pass, such caches among them.
    """
    order = list(statements(function.body))
    held = _held(order, late)
    return {base for s in order if (base := _written_base(s)) in held} if held else held


def _held(order: Sequence[Stmt], late: set[str]) -> set[str]:
    """What the caches of calls may hold."""
    calls = [s for s in order if isinstance(s, CallPair) and s.cache in late]
    return {n for s in calls for n in (*s.targets, *(a.name for a in s.args if isinstance(a, Var)))}


def _storage(value: Expr, shapes: Shapes | None) -> str | None:
    """The variable whose storage a value is, or is a view of."""
    while isinstance(value, Call) and value.fn in SHARING and _is_basic(value, shapes):
        value = value.args[0]
    return value.name if isinstance(value, Var) else None


def _is_basic(view: Call, shapes: Shapes | None) -> bool:
    """Whether entries are read in a way that shares storage: by a basic index, not by an array of indices."""
    return (
        shapes is None
        or view.fn != "[]"
        or all(shapes.index_kind(i) in ("int", "slice", "all", "new", "...") for i in view.args[1:])
    )


def _links(s: Stmt, shapes: Shapes | None) -> list[tuple[str, str]]:
    """(older, newer) for names that stand for one storage: other names, what is written in place, the values that a branch joins."""
    match s:
        case Let(target=target) if (base := _written_base(s)) is not None:
            return [(base, target)]
        case Let(target=target, value=value) if (name := _storage(value, shapes)) is not None:
            return [(name, target)]
        case Store(target=target, base=base):
            return [(base, target)]
        case If(joins=joins):
            return [(version, j.target) for j in joins for version in (j.then, j.orelse) if version]
        case For(carries=carries):
            return [(version, c.name) for c in carries for version in (c.start, c.step)]
    return []


def _clobbered(
    target: str, source: str, start: int, order: Sequence[Stmt], links: list[tuple[str, str]], late: set[str]
) -> bool:
    """Whether a write through one of two names, ``target`` bound to ``source``, or what they came from or led to, comes before the
    last read of the other; ``start`` is the place of the binding."""
    mine = _reached([target], links)
    apart = [(a, b) for a, b in links if a not in mine and b not in mine]
    theirs = _reached([source], [*apart, *((b, a) for a, b in apart)])
    made = {name: n for n, s in enumerate(order) for name in defined((s,))}
    for n, s in enumerate(order[start + 1 :], start + 1):
        base = _written_base(s)
        others = theirs if base in mine else mine if base in theirs else set()
        older = {name for name in others if made.get(name, -1) < n}
        if older & late or older and any(older & set(reads(r)) for r in order[n + 1 :]):
            return True
    return False


def _reached(names: list[str], links: list[tuple[str, str]]) -> set[str]:
    """The names and all that links lead to from them."""
    found = set(names)
    while new := {b for a, b in links if a in found} - found:
        found |= new
    return found


def _written_base(s: Stmt) -> str | None:
    """The value whose storage a statement writes into."""
    if isinstance(s, Store):
        return s.base if s.op != "append" else None  # what a list holds stays as it is
    if isinstance(s, Let) and s.at.augmented and isinstance(s.value, Call) and s.value.args:
        first = s.value.args[0]  # stages made on the way to ``h += ...`` write into nothing
        if isinstance(first, Var) and first.name.partition("#")[0] == s.target.partition("#")[0]:
            return first.name
    return None


TURNED = frozenset({".T", "np.transpose", ".transpose", "np.swapaxes", ".swapaxes", "np.moveaxis", "np.rollaxis"})


def copied_by(order: Sequence[Stmt]) -> str:
    """What copies an array: ``np.copy`` where one may lie in memory by columns, since ``.copy()`` lays it out by rows, and a sum
    in another order has other last digits."""
    turned = any(c.fn in TURNED for s in order for e in expressions(s) for c in calls(e))
    return "np.copy" if turned else ".copy"


def _copying(body: Sequence[Stmt], targets: set[str], copy: str) -> tuple[Stmt, ...]:
    out = []
    for s in body:
        if blocks(s):
            s = with_blocks(s, lambda block: _copying(block, targets, copy))
        elif isinstance(s, Let) and s.target in targets:
            s = replace(s, value=Call(copy, (s.value,)))
        out.append(s)
    return tuple(out)

"""Walking statements: what they define and read, branches included."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from gradgen.ir.nodes import (
    Add,
    Call,
    CallBack,
    CallPair,
    Expr,
    For,
    If,
    Keep,
    Let,
    Record,
    Stmt,
    Store,
    Var,
    substitute,
    variables,
)


def blocks(s: Stmt) -> tuple[tuple[Stmt, ...], ...]:
    """The blocks that a statement holds: the arms of a branch, the body of a loop."""
    if isinstance(s, If):
        return s.then, s.orelse
    return (s.body,) if isinstance(s, For) else ()


def with_blocks(s: Stmt, change: Callable[[tuple[Stmt, ...]], Sequence[Stmt]]) -> Stmt:
    """The statement with its blocks changed, in text order."""
    if isinstance(s, If):
        then = tuple(change(s.then))
        return replace(s, then=then, orelse=tuple(change(s.orelse)))
    return replace(s, body=tuple(change(s.body))) if isinstance(s, For) else s


def statements(body: Sequence[Stmt]) -> Iterator[Stmt]:
    """Every statement in text order, a branch or a loop before what it holds."""
    for s in body:
        yield s
        for block in blocks(s):
            yield from statements(block)


def defined(body: Sequence[Stmt]) -> dict[str, None]:
    """The values that statements define, joins included, in text order (a dict as an ordered set)."""
    names: dict[str, None] = {}
    for s in body:
        if isinstance(s, (Let, Store)):
            names[s.target] = None
        elif isinstance(s, CallPair):
            names.update(dict.fromkeys((*s.targets, s.cache)))
        elif isinstance(s, If):
            names.update({**defined(s.then), **defined(s.orelse)})
            names.update(dict.fromkeys(j.target for j in s.joins))
        elif isinstance(s, For):
            names.update(dict.fromkeys((s.index, *((s.count,) if s.count else ()), *(c.name for c in s.carries))))
            names.update(defined(s.body))
    return names


def reads(s: Stmt) -> Iterator[str]:
    """The names that one statement reads itself, not counting what stands in its arms."""
    match s:
        case Let(value=value) | Add(value=value):
            yield from variables(value)
        case Store(base=base, index=index, value=value):
            yield base
            for part in (*index, value):
                yield from variables(part)
        case Keep(kind="unpack", args=(_, source)):
            yield from variables(source)
        case CallPair(args=args) | Keep(args=args):
            for a in args:
                yield from variables(a)
        case CallBack(douts=douts, cache=cache):
            for d in douts:
                yield from variables(d)
            yield from variables(cache)
        case If(test=test):
            yield from variables(test)
        case For(over=over, carries=carries):
            yield from variables(over)
            yield from (c.start for c in carries)
        case Record(key=key, value=value):
            for part in (*key, value):
                yield from variables(part)


def writes(s: Stmt) -> tuple[str, ...]:
    """The names that one line gives a value or adds to itself, not counting what stands in its blocks."""
    return getattr(s, "targets", None) or ((s.target,) if hasattr(s, "target") else ())


def all_writes(body: Sequence[Stmt]) -> list[str]:
    """The names that statements write, in text order, as often as they do."""
    return [name for s in statements(body) for name in writes(s)]


def sure_reads(s: Stmt) -> Iterator[str]:
    """The names that a statement of the forward pass reads itself, whatever its conditions come out as."""
    match s:
        case Let(value=value) | Keep(args=(value, *_)):
            yield from _evaluated(value)
        case Store(base=base, index=index, value=value):
            yield base
            for part in (*index, value):
                yield from _evaluated(part)
        case CallPair(args=args):
            for a in args:
                yield from _evaluated(a)
        case If(test=test):
            yield from _evaluated(test)
        case For(over=over):
            yield from _evaluated(over)


LAZY = {"if": 1, "and": 1, "or": 1, "compare": 2}  # how many operands are evaluated always


def _evaluated(expr: Expr) -> Iterator[str]:
    if isinstance(expr, Var):
        yield expr.name
    elif isinstance(expr, Call):
        for operand in expr.args[: LAZY.get(expr.fn)]:
            yield from _evaluated(operand)


def all_reads(body: Sequence[Stmt]) -> dict[str, None]:
    """Every name that statements read, in text order."""
    return {name: None for s in statements(body) for name in reads(s)}


def read_as(s: Stmt, values: dict[str, Expr]) -> Stmt:
    """The statement with other expressions for the names that it, and what it holds, reads."""
    return own_read_as(with_blocks(s, lambda block: [read_as(t, values) for t in block]), values)


def own_read_as(s: Stmt, values: dict[str, Expr]) -> Stmt:
    """The statement with other expressions for the names that it reads itself."""
    return with_own(s, lambda expr: substitute(expr, values))


def with_own(s: Stmt, change: Callable[[Expr], Expr]) -> Stmt:
    """The statement with the expressions changed that it evaluates itself."""
    match s:
        case Let(value=value) | Add(value=value):
            return replace(s, value=change(value))
        case Store(index=index, value=value):
            return replace(s, index=tuple(change(i) for i in index), value=change(value))
        case CallBack(douts=douts, cache=cache):
            return replace(s, douts=tuple(change(d) for d in douts), cache=change(cache))
        case If(test=test):
            return replace(s, test=change(test))
        case For(over=over):
            return replace(s, over=change(over))
    return s

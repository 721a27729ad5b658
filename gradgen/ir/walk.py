"""Walking statements: what they define and read, branches included."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gradgen.ir.nodes import Add, Call, CallBack, CallPair, Expr, If, Keep, Let, Stmt, Store, Var, variables


def statements(body: Sequence[Stmt]) -> Iterator[Stmt]:
    """Every statement in text order, a branch before what it holds."""
    for s in body:
        yield s
        if isinstance(s, If):
            yield from statements(s.then)
            yield from statements(s.orelse)


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
            yield cache
        case If(test=test):
            yield from variables(test)


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

"""Checks that run after every pass over the IR.  A broken rule is our own bug: `InternalError`."""

from __future__ import annotations

from collections.abc import Sequence

from gradgen.errors import Diagnostic, InternalError
from gradgen.ir.nodes import ZERO, Add, CallBack, CallPair, For, Function, Gradient, If, Let, Stmt, Store
from gradgen.ir.walk import reads


def verify_staged(function: Function) -> Function:
    """Every value is assigned once, and before it is read."""
    known = {name for p in function.params for name in [p.name, *(n for n, _ in p.slots)]}
    known |= {name for name, _ in function.constants}
    _staged(function.body, known, set(known))
    return function


def _staged(body: Sequence[Stmt], known: set[str], ever: set[str]) -> None:
    for s in body:
        for name in reads(s):
            if name not in known and not name[0].isupper() and name not in ("_", "float", "int", "bool"):
                _broken(f"{name} is read before it is made")
        if isinstance(s, If):
            then, orelse = set(known), set(known)
            _staged(s.then, then, ever)
            _staged(s.orelse, orelse, ever)
            for j in s.joins:
                if j.then and j.then not in then or j.orelse and j.orelse not in orelse:
                    _broken(f"{j.target} joins a value that its arm does not make")
        if isinstance(s, For):
            inside = known | {s.index, *(c.name for c in s.carries)}
            _staged(s.body, inside, ever)
            if missing := [c.step for c in s.carries if c.step not in inside]:
                _broken(f"the loop hands on {missing[0]}, which no trip makes")
        for name in _targets(s):
            if name in ever:
                _broken(f"{name} is made twice")
            ever.add(name)
            known.add(name)


def _targets(s: Stmt) -> tuple[str, ...]:
    match s:
        case Let(target=target) | Store(target=target):
            return (target,)
        case CallPair(targets=targets, cache=cache):
            return (*targets, cache)
        case If(joins=joins):
            return tuple(j.target for j in joins)
        case For(index=index, carries=carries, count=count):
            return (index, *([count] if count else []), *(c.name for c in carries))
    return ()


def verify_reversed(gradient: Gradient) -> Gradient:
    """The first write of a gradient is a Let, later ones are Adds, and it is read only after a write.

    What starts at zero before a branch may be set in its arms: that is a first write too.
    """
    _reversed(gradient.backward, set(), set())
    return gradient


def _reversed(body: Sequence[Stmt], known: set[str], zeros: set[str]) -> None:
    for s in body:
        for name in reads(s):
            if name.startswith("~") and name not in known:
                _broken(f"the gradient {name} is read before it has a value")
        match s:
            case Let(target=target, value=value):
                if target in known and target not in zeros:
                    _broken(f"the gradient {target} is set twice")
                known.add(target)
                (zeros.add if value == ZERO else zeros.discard)(target)
            case Add(target=target):
                if target.partition("|")[0] not in known:
                    _broken(f"the gradient {target} is added to before it has a value")
                zeros.discard(target)
            case Store(target=target):
                if target not in known:
                    _broken(f"the gradient {target} is written into before it has a value")
                zeros.discard(target)
            case CallBack(targets=targets):
                if again := (known - zeros - {"_"}) & set(targets):
                    _broken(f"the gradient {min(again)} is set twice")
                known.update(targets)
                zeros.difference_update(targets)
            case If(then=then, orelse=orelse):
                first, second = (set(known), set(zeros)), (set(known), set(zeros))
                _reversed(then, *first)
                _reversed(orelse, *second)
                known |= first[0] & second[0]
                zeros &= first[1] & second[1]
            case For(body=inner, carries=carries):
                handed = {c.name for c in carries}
                if missing := handed - known:
                    _broken(f"the gradient {min(missing)} enters a loop before it has a value")
                _reversed(inner, set(known), zeros | handed)
                zeros -= handed


def _broken(what: str) -> None:
    raise InternalError(Diagnostic("GG901", f"internal error: {what}"))

"""Which printed names have a value where, and the None of those that get none on some path but go into the cache.

None stands at the top, as a person writes it; but where the author may read a name that has no value yet, which raises, it stands only
on the paths that never come to such a read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from gradgen.ir.nodes import Call, CallPair, Const, For, Function, If, Keep, Let, Origin, Stmt, Store, Var
from gradgen.ir.walk import all_reads, blocks, defined, reads, sure_reads

Spell = Callable[[str], str]


def started(function: Function, names: Sequence[str], spell: Spell) -> tuple[list[str], tuple[Stmt, ...]]:
    """The lines that give printed names a None to start with, and the body with the None of the others."""
    start, sure = _at_start(function), assured(function, spell)
    unsure = set(_unsure_reads(function.body, spell, start))
    starts, body = [], function.body
    for name in names:
        if name not in sure:
            inside = _on_paths(body, name, spell, start) if name in unsure else None
            starts += [f"{name} = None"] if inside is None else []
            body = body if inside is None else inside
    return starts, body


def _on_paths(body: tuple[Stmt, ...], name: str, spell: Spell, before: set[str]) -> tuple[Stmt, ...] | None:
    """The body with None for a name on every path that neither gives it a value nor reads it; None if there is no such way."""
    after = _assured(body, spell, before)
    if after is None or name in after:
        return body
    at = [i for i, s in enumerate(body) if name in _mentioned(s, spell)]
    if not at:
        return (*body, Let(name, Const("None"), Origin()))
    (first, *others), chosen = at, body[at[0]]
    flags = {_flag(body[i], name, spell) for i in others}
    if not isinstance(chosen, If) or "" in flags or len(flags) > 1:
        return None
    flag = "".join(flags)

    def inside(arm: tuple[Stmt, ...], known: set[str]) -> tuple[Stmt, ...] | None:
        return _where_raised(arm, flag, name, spell, known) if flag else _on_paths(arm, name, spell, known)

    return _in_arms(body, first, inside, spell, before)


def _in_arms(body: tuple[Stmt, ...], at: int, inside: Callable, spell: Spell, before: set[str]):
    """The body with both arms of the branch at a place as ``inside`` makes them; None if it cannot."""
    branch, known = body[at], _assured(body[:at], spell, before)
    arms = [inside(arm, known | {spell(n) for n in sure_reads(branch)}) for arm in blocks(branch)]
    if None in arms:
        return None
    return (*body[:at], replace(branch, then=arms[0], orelse=arms[1]), *body[at + 1 :])


def _flag(s: Stmt, name: str, spell: Spell) -> str:
    """The flag of ``if not done:`` around the rest behind an early return, where all of it needs a name; else ""."""
    match s:
        case If(test=Call("not", (Var(flag),)), orelse=()) if name in (_assured(s.then, spell, set()) or ()):
            return spell(flag)
    return ""


def _where_raised(body: tuple[Stmt, ...], flag: str, name: str, spell: Spell, before: set[str]):
    """The body with None for a name where the flag goes up and the name has no value; what goes on needs none."""
    raised = [i for i, s in enumerate(body) if flag in {spell(n) for n in defined((s,))}]
    if not raised:
        return body
    at, *others = raised
    if isinstance(body[at], Let):
        return _on_paths(body, name, spell, before)
    met = any(name in _mentioned(s, spell) for s in body[:at])
    if others or met and name not in _assured(body[:at], spell, before):
        return None
    return _in_arms(body, at, lambda arm, known: _where_raised(arm, flag, name, spell, known), spell, before)


def _mentioned(s: Stmt, spell: Spell) -> set[str]:
    return {spell(n) for n in (*defined((s,)), *all_reads((s,)))}


def _unsure_reads(body: Sequence[Stmt], spell: Spell, before: set[str]) -> Iterator[str]:
    """The printed names that are read where they may have no value (what loops read aside)."""
    for at, s in enumerate(body):
        names = _assured(body[:at], spell, before)
        if names is None:
            return
        yield from {spell(n) for n in reads(s)} - names
        if isinstance(s, If):
            for arm in blocks(s):
                yield from _unsure_reads(arm, spell, names)


def assured(function: Function, spell: Spell) -> set[str]:
    """The printed names that have a value on every path to the end."""
    start = _at_start(function)
    return _assured(function.body, spell, start) or start


def _at_start(function: Function) -> set[str]:
    return {p.name for p in function.params} | {printed for _, printed in function.unpacked}


def _assured(body: Sequence[Stmt], spell: Spell, before: set[str]) -> set[str] | None:
    """``before`` and the names that statements assign, or read, on every path that goes on; None if no path does."""
    names = set(before)
    for s in body:
        names.update(spell(n) for n in sure_reads(s))  # had it no value, this would be as far as it goes
        match s:
            case Let(target=target) | Store(target=target):
                names.add(spell(target))
            case CallPair(targets=targets, cache=cache):
                names.update(spell(n) for n in (*targets, cache))
            case Keep(kind="raise"):
                return None
            case If():
                then, orelse = _assured(s.then, spell, names), _assured(s.orelse, spell, names)
                if then is None and orelse is None:
                    return None
                arms = [(arm, side) for arm, side in ((then, "then"), (orelse, "orelse")) if arm is not None]
                joined = {
                    spell(j.target)
                    for j in s.joins
                    if all(getattr(j, side) and spell(getattr(j, side)) in arm for arm, side in arms)
                }
                names = set.intersection(*(arm for arm, _ in arms)) | joined
            case For(carries=carries, count=count):
                names.update(spell(n) for n in (*(c.name for c in carries), *([count] if count else [])))
    return names

"""Lines of the reverse pass of array code that go into the branch or the loop where they belong.

What one arm alone reads is worked out there.  A branch that may give a value no gradient::

    dm = 0.0                    if m > 0:
    if m > 0:                       dw[j] += 1.0 / N
        dm = 1.0 / N            ->
    dw[j] += dm

and a number that a loop sums up for one entry of a gradient::

    dc = 0.0                    for j in range(M):
    for j in range(M):              dw[k] -= v[j]
        dc -= v[j]              ->
    dw[k] += dc
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gradgen.ir.nodes import ZERO, Add, Call, Expr, For, If, Let, Stmt, Store, Var, variables
from gradgen.ir.walk import all_reads, read_as, reads, statements, with_blocks
from gradgen.simplify.fold import fold
from gradgen.simplify.nest import is_light


def sunk(body: Sequence[Stmt], kept: Sequence[str]) -> tuple[Stmt, ...]:
    """The reverse pass with such lines where they belong; the names ``kept`` are handed back and stay."""
    return _block(tuple(body), tuple(body), frozenset(kept))


def _block(body: tuple[Stmt, ...], whole: tuple[Stmt, ...], kept: frozenset[str]) -> tuple[Stmt, ...]:
    out = list(body)
    for place in reversed(range(len(out))):
        found = _before_arm(out, place) or _into_arm(out, place) or _into_loop(out, place)
        if found is not None and not kept & {out[place].target} and _count(out[place].target, whole) == found[0]:
            out[place:] = found[1]
    return tuple(with_blocks(s, lambda inner: _block(inner, whole, kept)) for s in out)


def _count(name: str, body: Sequence[Stmt]) -> int:
    """How many statements write or read a name themselves."""
    return sum(name in {*_written(s), *reads(s)} for s in statements(body))


def _written(s: Stmt) -> tuple[str, ...]:
    return (getattr(s, "target", ""), *getattr(s, "targets", ()))


def _is_contribution(s: Stmt, name: str) -> bool:
    """Whether a statement only adds a gradient, or takes it away, somewhere."""
    if not isinstance(s, Add) and not (isinstance(s, Store) and s.op in ("+=", "-=")):
        return False
    index = s.index if isinstance(s, Store) else ()
    plain = s.value in (Var(name), Call("neg", (Var(name),)))
    return plain and s.target != name and all(name not in variables(i) for i in index)


def _before_arm(body: Sequence[Stmt], place: int) -> tuple[int, list[Stmt]] | None:
    """The statements from here on, with a value that one arm alone reads worked out there."""
    match body[place : place + 2]:
        case [Let(target=name) as made, If() as s] if name not in reads(s):
            arms = [name in all_reads(arm) for arm in (s.then, s.orelse)]
            if sum(arms) == 1:
                s = replace(s, then=(made, *s.then)) if arms[0] else replace(s, orelse=(made, *s.orelse))
                return _count(name, (s,)), [s, *body[place + 2 :]]
    return None


def _into_arm(body: Sequence[Stmt], place: int) -> tuple[int, list[Stmt]] | None:
    """The statements from here on, with the contributions of a gradient that is else 0.0 in the arm that gives it; before
    them, how many statements there were about it."""
    match body[place : place + 2]:
        case [
            Let(target=name, value=value),
            If(then=(*before, Let(target=given, value=new) as last), orelse=()) as s,
        ] if (value == ZERO and given == name and name not in all_reads((s,)) and not s.joins):
            end = place + 2
            while end < len(body) and _is_contribution(body[end], name):
                end += 1
            uses = body[place + 2 : end]
            if not uses or name in {t for inner in statements(before) for t in _written(inner)}:
                return None
            if is_light(new) or len(uses) == 1:
                arm = [_folded(read_as(use, {name: new})) for use in uses]
            else:
                arm = [last, *uses]
            return 2 + len(uses), [replace(s, then=(*before, *arm)), *body[end:]]
    return None


def _into_loop(body: Sequence[Stmt], place: int) -> tuple[int, list[Stmt]] | None:
    """The statements from here on, with what a loop sums up for one entry added to that entry, trip by trip."""
    s = body[place]
    if not isinstance(s, Let) or s.value != ZERO:
        return None
    end = next((n for n in range(place + 1, len(body)) if _is_contribution(body[n], s.target)), None)
    if end is None or not isinstance(last := body[end], Store):
        return None
    first = next(n for n in range(place + 1, end + 1) if n == end or _adds(body[n], s.target))
    before, between = body[place + 1 : first], body[first:end]
    inside = list(statements(between))
    fixed = {last.target, *(v for i in last.index for v in variables(i))}
    steady = fixed.isdisjoint(w for t in inside if not isinstance(t, Store) for w in _written(t))
    unread = not any(last.target in variables(e) for t in inside for e in _operands(t))
    stored = all(t.op in ("+=", "-=") for t in inside if isinstance(t, Store) and t.target == last.target)
    sums = sum(_adds(t, s.target) for t in inside if isinstance(t, Add))
    if not (between and isinstance(between[0], For) and steady and unread and stored):
        return None

    def moved(block: Sequence[Stmt]) -> tuple[Stmt, ...]:
        return tuple(one(with_blocks(t, moved)) for t in block)

    def one(t: Stmt) -> Stmt:
        if not isinstance(t, Add) or t.target != s.target:
            return t
        value = t.value if last.value == Var(s.target) else fold(Call("neg", (t.value,)))
        return Store(last.target, last.base, last.index, last.op, value, t.at)

    return sums + 2, [*before, *moved(between), *body[end + 1 :]]


def _adds(s: Stmt, name: str) -> bool:
    """Whether a statement, or one that it holds, adds to a number."""
    return any(isinstance(t, Add) and t.target == name for t in statements((s,)))


def _operands(s: Stmt) -> tuple[Expr, ...]:
    """What a statement reads itself, an array that it stores into apart."""
    return (*s.index, s.value) if isinstance(s, Store) else tuple(map(Var, reads(s)))


def _folded(s: Stmt) -> Stmt:
    return replace(s, value=fold(s.value))

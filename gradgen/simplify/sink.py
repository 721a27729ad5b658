"""Lines of the reverse pass of array code that go into the branch or the loop where they belong.

What one arm alone reads is worked out there.  A branch that may give a value no gradient::

    dm = 0.0                    if m > 0:
    if m > 0:                       dw[j] += x / N
        dm = 1.0 / N            ->
    dw[j] += x * dm

and a number that a loop sums up for one entry of a gradient::

    dc = 0.0                    for j in range(M):
    for j in range(M):              dw[k] -= v[j]
        dc -= v[j]              ->
    dw[k] += dc
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from gradgen.ir.nodes import ZERO, Add, Call, Const, Expr, For, If, Let, Stmt, Store, Var, substitute, variables
from gradgen.ir.walk import all_reads, all_writes, read_as, reads, statements, with_blocks, writes
from gradgen.ir.write import write
from gradgen.simplify.fold import fold
from gradgen.simplify.nest import is_light

LONGEST = 56  # characters of a test that stays one line


def sunk(body: Sequence[Stmt], kept: Sequence[str]) -> tuple[Stmt, ...]:
    """The reverse pass with such lines where they belong; the names ``kept`` are handed back and stay."""
    whole = tuple(body)
    return _in_short(_block(whole, whole, frozenset(kept) | handed_on(whole)))


def handed_on(body: Sequence[Stmt]) -> frozenset[str]:
    """The names that leave a block other than by being read: what a trip hands to the next, and what a branch gives."""
    carried = [n for s in statements(body) for c in getattr(s, "carries", ()) for n in (c.name, c.start, c.step)]
    joined = [n for s in statements(body) for j in getattr(s, "joins", ()) for n in (j.target, j.then, j.orelse) if n]
    return frozenset([*carried, *joined])


def _in_short(body: Sequence[Stmt]) -> tuple[Stmt, ...]:
    """Every line with ``y / N`` for ``y * (1.0 / N)``."""
    changed = (with_blocks(s, _in_short) for s in body)
    return tuple(replace(s, value=_divided(s.value)) if isinstance(s, (Let, Add, Store)) else s for s in changed)


def _divided(value: Expr) -> Expr:
    match value:
        case Call("neg", (inner,)):
            return Call("neg", (_divided(inner),))
        case Call("*", (x, Call("/", (Const("1" | "1.0"), below)))):
            return Call("/", (x, below))
    return value


def _block(body: tuple[Stmt, ...], whole: tuple[Stmt, ...], kept: frozenset[str]) -> tuple[Stmt, ...]:
    out = list(body)
    for place in reversed(range(len(out))):
        found = (
            _into_test(out, place)
            or _before_arm(out, place)
            or _into_arm(out, place, whole, kept)
            or _into_loop(out, place)
        )
        if found is not None and not kept & {out[place].target} and mentions(out[place].target, whole) == found[0]:
            out[place:] = found[1]
    return tuple(with_blocks(s, lambda inner: _block(inner, whole, kept)) for s in out)


def mentions(name: str, body: Sequence[Stmt]) -> int:
    """How many statements write or read a name themselves."""
    return sum(name in {*writes(s), *reads(s)} for s in statements(body))


def _is_contribution(s: Stmt, names: Collection[str]) -> bool:
    """Whether a statement only adds to a gradient, or takes from it, what is 0 where the gradients ``names`` are."""
    if not isinstance(s, Add) and not (isinstance(s, Store) and s.op in ("+=", "-=")):
        return False
    index = s.index if isinstance(s, Store) else ()
    return s.target not in names and _is_linear(s.value, names) and not _reads_any(index, names)


def _is_linear(value: Expr, names: Collection[str]) -> bool:
    """Whether a value is 0 where these gradients are: each of its terms has one as a factor."""
    match value:
        case Var(name):
            return name in names
        case Call("neg", (inner,)):
            return _is_linear(inner, names)
        case Call("+", terms):
            return all(_is_linear(term, names) for term in terms)
        case Call("/", (above, below)):
            return _is_linear(above, names) and not _reads_any((below,), names)
        case Call("*" | "@" | ".dot" | "np.dot" | "np.outer", factors):
            return any(_is_linear(factor, names) for factor in factors)
    return False


def _reads_any(values: Iterable[Expr], names: Collection[str]) -> bool:
    return any(v in names for value in values for v in variables(value))


def _before_arm(body: Sequence[Stmt], place: int) -> tuple[int, list[Stmt]] | None:
    """The statements from here on, with a value that one arm alone reads worked out there."""
    match body[place : place + 2]:
        case [Let(target=name) as made, If() as s] if name not in reads(s):
            arms = [name in all_reads(arm) for arm in (s.then, s.orelse)]
            if sum(arms) == 1:
                s = replace(s, then=(made, *s.then)) if arms[0] else replace(s, orelse=(made, *s.orelse))
                return mentions(name, (s,)), [s, *body[place + 2 :]]
    return None


def _into_test(body: Sequence[Stmt], place: int) -> tuple[int, list[Stmt]] | None:
    """The statements from here on, with a number that the next line's test alone reads worked out in it."""
    match body[place : place + 2]:
        case [Let(target=name, value=Call() as value), If(test=test) as s] if list(reads(s)).count(name) == 1:
            test = substitute(test, {name: value})
            if len(write(test)) <= LONGEST and not name.startswith("~"):
                return 2, [replace(s, test=test), *body[place + 2 :]]
    return None


def _into_arm(
    body: Sequence[Stmt], place: int, whole: Sequence[Stmt], kept: Collection[str]
) -> tuple[int, list[Stmt]] | None:
    """The statements from here on, with what a gradient brings that is else 0.0 in the arm that gives it; before them, how
    many statements there were about it."""
    match body[place : place + 2]:
        case [Let(target=name, value=value), If(orelse=()) as s] if value == ZERO and not s.joins:
            given = [k for k, t in enumerate(s.then) if isinstance(t, Let) and t.target == name]
            uses = brought(body[place + 2 :], name, whole, kept)
            if len(given) != 1 or not uses or name in all_reads((s,)):
                return None
            if all_writes(s.then).count(name) != 1:
                return None
            new, after = s.then[given[0]], s.then[given[0] + 1 :]
            count, arm = 2 + mentions(name, uses), [new, *after, *uses]
            plain = all(_is_plain(use, name) for use in uses)
            if plain and len(uses) == 1 and not after or is_light(new.value) and (plain or not _is_negative(new.value)):
                arm = [*after, *(_folded(read_as(use, {name: new.value})) for use in uses)]
            return count, [replace(s, then=(*s.then[: given[0]], *arm)), *body[place + 2 + len(uses) :]]
    return None


def _is_plain(s: Stmt, name: str) -> bool:
    """Whether a statement adds a gradient, or takes it away, as it is."""
    return s.value in (Var(name), Call("neg", (Var(name),)))


def _is_negative(value: Expr) -> bool:
    """Whether a number has a sign: as a factor it would turn the other, which may be an array without signs."""
    match value:
        case Call("neg") | Call("/", (Call("neg"), _)):
            return True
        case Const(text) | Call("/", (Const(text), _)):
            return text.startswith("-")
    return False


def brought(body: Sequence[Stmt], name: str, whole: Sequence[Stmt], kept: Collection[str]) -> list[Stmt]:
    """The first statements of a block, as far as they bring nothing where a gradient is 0: contributions, and gradients that only
    these read (none that is ``kept``: it has a value whatever the branch)."""
    names, uses = {name}, []
    for s in body:
        if isinstance(s, Let) and s.target not in {*names, *kept} and _is_linear(s.value, names):
            names.add(s.target)
        elif not _is_contribution(s, names):
            break
        uses.append(s)
    inner = names - {name}
    return uses if all(mentions(n, whole) == mentions(n, uses) for n in inner) else []


def _into_loop(body: Sequence[Stmt], place: int) -> tuple[int, list[Stmt]] | None:
    """The statements from here on, with what a loop sums up for one entry added to that entry, trip by trip."""
    s = body[place]
    if not isinstance(s, Let) or s.value != ZERO:
        return None
    end = next((n for n in range(place + 1, len(body)) if _is_handed_on(body[n], s.target)), None)
    if end is None or not isinstance(last := body[end], Store):
        return None
    first = next(n for n in range(place + 1, end + 1) if n == end or _adds(body[n], s.target))
    before, between = body[place + 1 : first], body[first:end]
    inside = list(statements(between))
    fixed = {last.target, *(v for i in last.index for v in variables(i))}
    steady = fixed.isdisjoint(w for t in inside if not isinstance(t, Store) for w in writes(t))
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


def _is_handed_on(s: Stmt, name: str) -> bool:
    """Whether a statement adds a number, or takes it away, as it is."""
    return _is_contribution(s, (name,)) and _is_plain(s, name)


def _adds(s: Stmt, name: str) -> bool:
    """Whether a statement, or one that it holds, adds to a number."""
    return any(isinstance(t, Add) and t.target == name for t in statements((s,)))


def _operands(s: Stmt) -> tuple[Expr, ...]:
    """What a statement reads itself, an array that it stores into apart."""
    return (*s.index, s.value) if isinstance(s, Store) else tuple(map(Var, reads(s)))


def _folded(s: Stmt) -> Stmt:
    return replace(s, value=fold(s.value))

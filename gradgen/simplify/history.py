"""What a reverse loop reads of the trips: worked out again where that is cheap, else kept in a history.

A history is named after the variable: ``h_hist[t]`` is the value of trip ``t``.  Where trips count up from 0 it is a
list, and one list holds both what a trip starts with and what it ends with; elsewhere a dict by the loop variables.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from gradgen.analysis.evidence import calls
from gradgen.analysis.shapes import Shapes
from gradgen.analysis.slots import grown, keeps_floats, lowest, step_of, written_once
from gradgen.ir.names import Names, base
from gradgen.ir.nodes import (
    Add,
    Call,
    CallPair,
    Carry,
    Const,
    Expr,
    For,
    Function,
    Gradient,
    If,
    Let,
    Record,
    Stmt,
    Store,
    Var,
    substitute,
    variables,
)
from gradgen.ir.slots import slot
from gradgen.rules.constants import value_of
from gradgen.simplify.alias import copied_by, rewritten, settled, writers
from gradgen.ir.walk import all_reads, blocks, own_read_as, reads, statements, with_blocks

LAST = "!"  # behind the name of a carried value: what it is after the last trip
WHILE = Call("while", ())
POWERS = (Const("2"), Const("3"))
RAISING = ("/", "//", "%")
AGAIN = frozenset(
    ("+", "-", "*", "/", "//", "%", "neg", "pos", "not", "<", "<=", ">", ">=", "==", "!=", "slice", "omitted")
)


@dataclass(frozen=True, slots=True)
class _Made:
    """Where a value of a trip is made: the loops around it, outermost first, whether every trip makes it, and the expression
    that makes it, if it may be worked out again."""

    loops: tuple[For, ...]
    always: bool
    value: Expr | None = None


@dataclass
class _Plan:
    """What is kept and what is worked out again.  ``rewritten`` are the arrays that are written in place."""

    names: Names
    shapes: Shapes | None
    rewritten: set[str]
    copy: str
    again: dict[str, list[Let]] = field(default_factory=dict)  # by loop variable
    records: dict[str, list[Stmt]] = field(default_factory=dict)  # by the value behind which they stand
    at_head: dict[str, list[Stmt]] = field(default_factory=dict)  # by loop variable
    before: dict[str, list[Stmt]] = field(default_factory=dict)  # by the outermost loop's variable
    slots: dict[str, Expr] = field(default_factory=dict)  # where the user's own array holds a value
    firsts: dict[str, tuple[str, ...]] = field(default_factory=dict)  # what lists of the user's hold before the loops
    keyed: dict[str, Expr] = field(default_factory=dict)  # where the user's own dict holds what a trip made last
    values: dict[str, Expr] = field(default_factory=dict)  # what the reverse reads instead of a value


def with_histories(gradient: Gradient, shapes: Shapes | None = None) -> Gradient:
    """The gradient with everything that its reverse loops read of a trip kept, or worked out again, there."""
    function = gradient.function
    if not any(isinstance(s, For) for s in statements(gradient.backward)):
        return gradient
    made = _made(function.body, (), True)
    plan = _planned(function, gradient.backward, made, shapes)
    body, backward = tuple(_forward(function.body, plan)), tuple(_backward(gradient.backward, plan, made, ()))
    again = {s.target for lines in plan.again.values() for s in lines} & function.made_up
    outside = {n for s in backward if not isinstance(s, For) for n in all_reads((s,))}
    results = (*function.results, *([function.aux] if function.aux is not None else []))
    idle = again - {*all_reads(body), *outside, *(n for e in results for n in variables(e))}
    function = replace(function, body=_without(body, idle), taken=frozenset(plan.names.taken))
    return replace(gradient, function=function, backward=backward)


def _without(body: Sequence[Stmt], idle: set[str]) -> tuple[Stmt, ...]:
    """The forward pass without the lines of ours for values that only the reverse reads, which works them out itself."""
    return tuple(
        with_blocks(s, lambda block: _without(block, idle))
        for s in body
        if not (isinstance(s, Let) and s.target in idle)
    )


def read_again(function: Function, backward: Sequence[Stmt], shapes: Shapes) -> set[str]:
    """What stands before the loops and is read when a trip's values are worked out again."""
    made = _made(function.body, (), True)
    plan = _planned(function, backward, made, shapes)
    return {n for lines in plan.again.values() for s in lines for n in variables(s.value)} - set(made)


def _planned(function: Function, backward: Sequence[Stmt], made: dict[str, _Made], shapes: Shapes | None) -> _Plan:
    """Where the reverse loops have each value of a trip from."""
    plan = _Plan(
        Names(set(function.taken) | set(made)),
        shapes,
        rewritten(function.body) - settled(function.body) if shapes else set(),
        copied_by([*statements(function.body)]),
    )
    plan.slots = _slots(function.body, made, shapes) | _lists(function.body, made)
    plan.firsts = _firsts(function.body)
    plan.values |= _whole_lists(function.body) | _filled_arrays(function.body, backward)
    plan.keyed = _keyed(function.body, made)
    read = _read_in_trips(backward, made)
    _pair(read, made, plan)
    order = list(made)
    for name in sorted(read, key=lambda n: (_is_replayable(made[n], plan), order.index(n))):
        _keep(name, made, plan)
    return plan


def _made(body: Sequence[Stmt], loops: tuple[For, ...], always: bool) -> dict[str, _Made]:
    """Where each value of a loop is made; a carried one at the head of the trip."""
    found: dict[str, _Made] = {}
    for s in body:
        if loops:
            match s:
                case Let(target=target, value=value):
                    again = None if _is_handed_on(target, loops) else value
                    found[target] = _Made(loops, always, again)
                case Store(target=target):
                    found[target] = _Made(loops, always)
                case CallPair(targets=targets, cache=cache):
                    found.update(dict.fromkeys((*targets, cache), _Made(loops, always)))
                case If(joins=joins):
                    found.update({j.target: _Made(loops, always and bool(j.then and j.orelse)) for j in joins})
        if isinstance(s, For):
            found.update({c.name: _Made((*loops, s), always) for c in s.carries})
            if loops:
                found.update({c.name + LAST: _Made(loops, always) for c in s.carries})
                found.update({s.count: _Made(loops, always)} if s.count else {})
            found.update(_made(s.body, (*loops, s), True if not loops else always))
        else:
            for block in blocks(s):
                found.update(_made(block, loops, False))
    return found


def _is_handed_on(name: str, loops: Sequence[For]) -> bool:
    """Whether a value is a version of a variable that a loop hands on: its name is needed after the loop as it is then."""
    return any(c.name.partition("#")[0] == name.partition("#")[0] for f in loops for c in f.carries)


def _read_in_trips(backward: Sequence[Stmt], made: dict[str, _Made], inside: tuple[str, ...] = ()) -> dict[str, None]:
    """The values of a trip that its reverse reads, in order."""
    found: dict[str, None] = {}
    for s in backward:
        found.update({r: None for n in reads(s) if (r := _read_as(n, made, inside))})
        within = (*inside, s.index) if isinstance(s, For) else inside
        for block in blocks(s):
            found.update(_read_in_trips(block, made, within))
    return found


def _read_as(name: str, made: dict[str, _Made], inside: Sequence[str]) -> str:
    """The value of a trip that a name stands for at a place of the reverse pass; "" for one that the name still holds."""
    if name in made and made[name].loops[-1].index in inside:
        return name
    last = name + LAST
    return last if last in made and made[last].loops[-1].index in inside else ""


def _pair(read: dict[str, None], made: dict[str, _Made], plan: _Plan) -> None:
    """One list for what a trip starts with and what it ends with, the value before the loop first."""
    for loop in {here.loops[-1].index: here.loops[-1] for here in made.values()}.values():
        for c in loop.carries:
            here = made.get(c.step)
            if c.name in read and (held := _held_before(c, loop, plan)):
                plan.values[c.name] = held
                continue
            both = here is not None and c.name in read and c.step in read and c.step != c.name
            if not both or not (here.always and _is_list(here)):
                continue
            history = plan.names.fresh(f"{base(c.name)}_hist")
            plan.before.setdefault(loop.index, []).append(Let(history, Call("list", (_as_it_is(c.start, plan),))))
            plan.records.setdefault(c.step, []).append(Record(history, (), _as_it_is(c.step, plan)))
            plan.values[c.name] = Call("[]", (Var(history), Var(loop.index)))
            plan.values[c.step] = Call("[]", (Var(history), Call("+", (Var(loop.index), Const("1")))))


def _held_before(c: Carry, loop: For, plan: _Plan) -> Expr | None:
    """Where the author's own list has what a trip starts with: one place before what it ends with, if the list's last entry before
    the loop is the value before the loop."""
    match plan.slots.get(c.step):
        case Call("[]", (Var(name) as held, Call("+", (place, Const(text))))) if place == Var(loop.index):
            firsts = plan.firsts.get(name, ())
            if len(firsts) == int(text) and firsts[-1] == c.start:
                before = Call("+", (place, Const(repr(int(text) - 1)))) if int(text) > 1 else place
                return Call("[]", (held, before))
    return None


def _keep(name: str, made: dict[str, _Made], plan: _Plan) -> None:
    """Settle where the reverse of a trip has a value from."""
    here = made[name]
    loop = here.loops[-1]
    known = {s.target for lines in plan.again.values() for s in lines}
    if name in plan.values or name in known or _is_the_same(name, made, plan):
        return
    if _is_replayable(here, plan):
        needed = _needed(here, made)
        if _is_sure(here, needed, made) and all(n in known or _replayable(n, made, plan) for n in needed.values()):
            for n in needed.values():
                _keep(n, made, plan)
            values = {n: plan.values[r] for n, r in needed.items() if r in plan.values}
            plan.again.setdefault(loop.index, []).append(Let(name, substitute(here.value, values)))
            return
    if name in plan.slots and name not in plan.rewritten:
        plan.values[name] = plan.slots[name]
    elif name in plan.keyed:
        plan.values[name] = plan.keyed[name]
    else:
        _record(name, here, plan)


def _is_the_same(name: str, made: dict[str, _Made], plan: _Plan) -> bool:
    """Whether every trip makes the same of a value, so that its name still holds it: ``d * M`` in ``r = d * M @ r``."""
    here = made[name]
    if not isinstance(here.value, Call) or not here.always or plan.shapes is None:
        return False
    trips = {*made, *plan.rewritten, *(f.index for f in here.loops)}
    plain = all(c.fn in AGAIN or c.fn.startswith("np.") and not c.fn.startswith("np.random") for c in calls(here.value))
    return plain and not trips & set(variables(here.value))


def _replayable(name: str, made: dict[str, _Made], plan: _Plan) -> bool:
    """Whether a value can be worked out from what is kept, the loop variables, and what stands before the loops."""
    if name not in made or name in plan.values:
        return True
    here, needed = made[name], _needed(made[name], made) if made[name].value is not None else {}
    replayable = _is_replayable(here, plan) and _is_sure(here, needed, made)
    return replayable and all(_replayable(n, made, plan) for n in needed.values())


def _is_sure(here: _Made, needed: dict[str, str], made: dict[str, _Made]) -> bool:
    """Whether every trip has what a value is made of: it is worked out at the head of the reversed trip, in no branch."""
    return here.always or all(made[n].always for n in needed.values())


def _needed(here: _Made, made: dict[str, _Made]) -> dict[str, str]:
    """The values of trips that an expression reads where it stands: what it calls them -> which they are."""
    inside = [f.index for f in here.loops]
    return {n: r for n in variables(here.value) if (r := _read_as(n, made, inside))}


def _is_replayable(here: _Made, plan: _Plan) -> bool:
    if here.value is None or not _is_cheap(here.value, here.always, plan.shapes):
        return False
    changed = {n for n in variables(here.value) if n in plan.rewritten and n not in plan.values}
    return not changed or plan.shapes.of(here.value) != ()  # a number is kept rather than the array that it is read of


def _is_cheap(expr: Expr, always: bool, shapes: Shapes | None) -> bool:
    """Whether an expression costs less than keeping its value, and may be worked out even where no trip did."""
    if not isinstance(expr, Call):
        return True
    if shapes and shapes.of(expr) != () and not _is_view(expr, shapes):
        return _is_one_more(expr)
    if expr.fn == "**":
        return expr.args[1] in POWERS and _is_cheap(expr.args[0], always, shapes)
    cheap = expr.fn in AGAIN and (always or expr.fn not in RAISING) or shapes is not None and _is_view(expr, shapes)
    return cheap and all(_is_cheap(a, always, shapes) for a in expr.args)


def _is_one_more(expr: Call) -> bool:
    """Whether an array is another one but for a literal: ``1 - z``."""
    match expr:
        case Call("+" | "*", (Const(), Var() | Call("neg", (Var(),)))) | Call("+" | "*", (Var(), Const())):
            return True
    return False


def _is_view(expr: Call, shapes: Shapes) -> bool:
    """Whether a value is read out of an array, or of its shape, without a copy."""
    if expr.fn == "[]":
        return all(shapes.index_kind(i) in ("int", "slice", "all", "new", "...") for i in expr.args[1:])
    return expr.fn in (".T", ".shape", "len", "slice", "omitted")


def _slots(body: Sequence[Stmt], made: dict[str, _Made], shapes: Shapes | None) -> dict[str, Expr]:
    """The values that a loop stores into an array of the user's, each entry once and for all: ``out[i, j]``."""
    found: dict[str, Expr] = {}
    stores = [s for s in statements(body) if isinstance(s, Store)]
    for s in stores:
        kept = isinstance(s.value, Var) and s.value.name in made
        array = written_once(s, body) if s.op == "=" and kept else ""
        fixed = all(n not in made for i in s.index for n in variables(i))
        if kept and s.op == "append":
            found[s.value.name] = Call("[]", (Var(grown(s, body)), *s.index))
        elif array and fixed and keeps_floats(array, body) and not _is_written_later(array, s, body):
            slot = Call("[]", (Var(array), *s.index))
            if shapes and shapes.resolve(shapes.of(slot)) == shapes.resolve(shapes.of(s.value)):  # not one for many
                found[s.value.name] = slot
    return found


def _is_written_later(array: str, store: Store, body: Sequence[Stmt]) -> bool:
    """Whether anything is written into an array after a store, by whatever name."""
    order = [id(s) for s in statements(body)]
    return any(order.index(id(s)) > order.index(id(store)) for s in writers(array, body))


def _whole_lists(body: Sequence[Stmt]) -> dict[str, Expr]:
    """The lists that loops append to, as they are at the head of a trip: the same list, longer by now."""
    appends = [s for s in statements(body) if isinstance(s, Store) and s.op == "append"]
    return {s.base: Var(grown(s, body)) for s in appends}


def _filled_arrays(body: Sequence[Stmt], backward: Sequence[Stmt]) -> dict[str, Expr]:
    """The arrays that a loop fills one place after another, as they are at the head of a trip: what a trip reads of them stays as it
    is, ``y[i + 1] = y[i] * x``."""
    found: dict[str, Expr] = {}
    for n, loop in enumerate(body):
        for c in loop.carries if isinstance(loop, For) else ():
            store = next((s for s in loop.body if isinstance(s, Store) and s.target == c.step), None)
            if store is None or store.base != c.name or store.op == "append":
                continue
            earlier = list(statements(body[:n]))
            others = [s for s in writers(c.name, body) if s is not store and not any(s is e for e in earlier)]
            reads_ = [e for s in (*statements(loop.body), *statements(backward)) for e in _reads_of(c.name, s)]
            if not others and all(_stays(e, store.index[0], loop) for e in reads_):
                found[c.name] = Var(c.name)
    return found


def _reads_of(name: str, s: Stmt) -> Iterator[Expr]:
    """The expressions of a statement in which a value is read: ``y[i]``, ``y.shape``, or its name alone."""
    if isinstance(s, (Let, Add, Store)):
        parts = (s.value, *s.index) if isinstance(s, Store) else (s.value,)
        for e in parts:
            yield from (c for c in calls(e) if Var(name) in c.args)
        yield from (e for e in parts if e == Var(name))
    elif name in reads(s) and not isinstance(s, For):
        yield Var(name)


def _stays(read: Expr, written: Expr, loop: For) -> bool:
    """Whether what a trip reads of an array is left alone by this trip and those to come: it lies behind the place that is written."""
    match read:
        case Call("len" | ".shape" | "np.shape" | ".size" | "np.zeros_like"):
            return True
        case Call("[]", (_, first, *_)):
            here, there, start = _offset(first, loop.index), _offset(written, loop.index), lowest(loop.over)
            step = step_of(loop.over)
            if None in (here, there, start, step):
                return False
            return start + min(here, there) >= 0 and (here - there) * step < 0
    return False


def _offset(index: Expr, name: str) -> int | None:
    """k of an index ``i + k``; None for another one."""
    match index:
        case Var(found) if found == name:
            return 0
        case Call("+", (Var(found), Const() | Call("neg", (Const(),)) as number)) if found == name:
            value = value_of(number)
            return value if type(value) is int else None
    return None


def _firsts(body: Sequence[Stmt]) -> dict[str, tuple[str, ...]]:
    """The values that a list is made of, by what it is called after the loops that append to it."""
    lists = {
        s.target: s.value.args
        for s in body
        if isinstance(s, Let) and isinstance(s.value, Call) and s.value.fn == "list"
    }
    same = {s.target: s.value.name for s in body if isinstance(s, Let) and isinstance(s.value, Var)}
    found = {}
    for s in statements(body):
        for c in s.carries if isinstance(s, For) else ():
            if c.start in lists and all(isinstance(a, Var) for a in lists[c.start]):
                found[c.name] = tuple(a.name for a in lists[c.start])
    return found | {new: found[name] for new, name in same.items() if name in found}


def _keyed(body: Sequence[Stmt], made: dict[str, _Made]) -> dict[str, Expr]:
    """The values that stand in a dict of the user's, ``hs[t]``: of several versions the last, and none that another name may change."""
    dicts = {s.target for s in body if isinstance(s, Let) and isinstance(s.value, Call) and s.value.fn == "dict"}
    every = list(statements(body))
    changed = {s.base for s in every if isinstance(s, Store)}
    aliased = {s.value.name for s in every if isinstance(s, Let) and isinstance(s.value, Var) and "[" not in s.target}
    found = {n: Call("[]", (Var(at[0]), at[1])) for n in made if (at := slot(n)) and at[0] in dicts}
    return {n: where for n, where in found.items() if n not in changed | aliased}


def _lists(body: Sequence[Stmt], made: dict[str, _Made]) -> dict[str, Expr]:
    """The values that every trip appends to a list of the user's: ``caches[t]``, ``caches[t][1]``."""
    lists = {
        s.target: len(s.value.args)
        for s in body
        if isinstance(s, Let) and isinstance(s.value, Call) and s.value.fn == "list"
    }
    appends = [s for s in statements(body) if isinstance(s, Record)]
    found: dict[str, Expr] = {}
    for loop in (s for s in body if isinstance(s, For) and _counts_up(s.over)):
        for s in loop.body:
            if not isinstance(s, Record) or s.history not in lists or sum(r.history == s.history for r in appends) > 1:
                continue
            place = (
                Var(loop.index) if not lists[s.history] else Call("+", (Var(loop.index), Const(repr(lists[s.history]))))
            )
            entry = Call("[]", (Var(s.history), place))
            packed = [(s.value, entry)]
            if isinstance(s.value, Call) and s.value.fn == "tuple":
                packed = [(part, Call("[]", (entry, Const(repr(k))))) for k, part in enumerate(s.value.args)]
            found.update({part.name: where for part, where in packed if isinstance(part, Var) and part.name in made})
    return found


def _record(name: str, here: _Made, plan: _Plan) -> None:
    """A history for a value; one for what a trip starts with and ends with, where both are read."""
    loop, outermost = here.loops[-1], here.loops[0]
    counts = here.always and _is_list(here)
    stem = base(name.removesuffix(LAST))
    history = plan.names.fresh(f"{stem}s" if stem.endswith("cache") else f"{stem}_hist")
    key = tuple(Var(f.index) for f in here.loops)
    place = plan.before.setdefault(outermost.index, [])
    place.append(Let(history, Call("list" if counts else "dict", ())))
    now = tuple(
        Var(f.count if f.over == WHILE else f.index) for f in here.loops
    )  # a ``while`` counts its trips as it goes
    record = Record(history, () if counts else now, _as_it_is(name.removesuffix(LAST), plan))
    if any(c.name == name for c in loop.carries):
        plan.at_head.setdefault(loop.index, []).append(record)
    else:
        plan.records.setdefault(name, []).append(record)
    plan.values[name] = Call("[]", (Var(history), *key))


def _as_it_is(name: str, plan: _Plan) -> Expr:
    """A value to keep: a copy of an array that is written in place."""
    if name not in plan.rewritten or plan.shapes.of(Var(name)) == ():
        return Var(name)
    known = isinstance(plan.shapes.of(Var(name)), tuple)
    return Call(plan.copy, (Var(name),)) if known else Call("np.array", (Var(name),))


def _is_list(here: _Made) -> bool:
    """Whether the loop variable counts 0, 1, 2, ... once, so that it is the place in a list."""
    return len(here.loops) == 1 and _counts_up(here.loops[0].over)


def _counts_up(over: Expr) -> bool:
    return isinstance(over, Call) and (over.fn == "while" or over.fn == "range" and len(over.args) == 1)


def _forward(body: Sequence[Stmt], plan: _Plan) -> list[Stmt]:
    out: list[Stmt] = []
    for s in body:
        if isinstance(s, For):
            out += plan.before.get(s.index, [])
            s = replace(s, body=(*plan.at_head.get(s.index, []), *_forward(s.body, plan)))
        else:
            s = with_blocks(s, lambda block: _forward(block, plan))
        out.append(s)
        targets = [getattr(s, "target", ""), *getattr(s, "targets", ()), getattr(s, "cache", "")]
        targets += (
            [getattr(s, "count", "")]
            + [j.target for j in getattr(s, "joins", ())]
            + [c.name + LAST for c in getattr(s, "carries", ())]
        )
        out += [r for t in targets for r in plan.records.get(t, [])]
    return out


def _backward(body: Sequence[Stmt], plan: _Plan, made: dict[str, _Made], inside: tuple[str, ...]) -> list[Stmt]:
    """The reverse pass reading the histories; what is worked out again stands at the head of its trip."""
    values = {n: plan.values[r] for n in made if (r := _read_as(n, made, inside)) in plan.values}
    out: list[Stmt] = []
    for s in body:
        within = (*inside, s.index) if isinstance(s, For) else inside
        s = with_blocks(own_read_as(s, values), lambda block: _backward(block, plan, made, within))  # noqa: B023
        if isinstance(s, For):
            s = replace(s, body=(*plan.again.get(s.index, []), *s.body))
        out.append(s)
    return out

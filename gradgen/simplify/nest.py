"""Array code as a person nests it: what is read once is written where it is read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from gradgen.analysis.shapes import Shapes
from gradgen.ir.names import printed
from gradgen.ir.nodes import Add, Call, CallBack, Const, Expr, For, If, Let, Stmt, Store, Var, variables
from gradgen.ir.walk import all_reads, all_writes, blocks, read_as, reads, statements, with_blocks
from gradgen.ir.write import write
from gradgen.simplify.fold import fold
from gradgen.simplify.replay import is_size
from gradgen.simplify.turn import over, turned

LONG = 70  # a line that nesting would make longer than this keeps its parts apart


def nest(body: Sequence[Stmt], kept: set[str], shapes: Shapes) -> tuple[Stmt, ...]:
    """The reverse pass with each gradient that is passed through, or read once, in the place where it is read."""
    body = entries_last(_all_folded(body), shapes)
    writes = Counter(all_writes(body))
    loops = [s for s in statements(shapes.function.body) if isinstance(s, For)]
    handed = {c.name for s in loops for c in s.carries}  # in a trip these stand for what they are at its head
    return tuple(_handed_on(_nested(list(body), kept | {n for n, c in writes.items() if c > 1}, handed), kept, shapes))


def entries_last(body: list[Stmt], shapes: Shapes) -> list[Stmt]:
    """The reverse pass with ``dx[i] -= dy`` behind the first line that makes a full ``dx``: no zeros are needed to begin with."""
    position = 0
    while position < len(body):
        s = body[position]
        zeros = isinstance(s, Let) and isinstance(s.value, Call) and s.value.fn == "np.zeros_like"
        body, moved = _behind(body, position, shapes) if zeros else (body, False)
        position += not moved
    return body


def _behind(body: list[Stmt], position: int, shapes: Shapes) -> tuple[list[Stmt], bool]:
    """The entries that are added to the zeros at a position moved behind the line that adds a full value; whether there is one."""
    target = body[position].target
    entries: list[int] = []
    for n, r in enumerate(body[position + 1 :], position + 1):
        if (
            isinstance(r, Store)
            and r.target == target
            and r.op in ("+=", "-=", "at")
            and target not in variables(r.value)
        ):
            entries.append(n)
        elif isinstance(r, Add) and r.target == target and entries and target not in variables(r.value):
            moved = [body[m] for m in entries]
            needed = {v for m in moved for e in (m.value, *m.index) for v in variables(e)}
            between = {t for r in body[position:n] for t in _changed(r)} - {target}
            if shapes.of(r.value) != shapes.of(Var(target[1:])) or needed & between:
                return body, False
            rest = [r for m, r in enumerate(body[:n]) if m != position and m not in entries]
            return [*rest, Let(target, r.value, r.at), *moved, *body[n + 1 :]], True
        elif target in _named((r,)):
            return body, False
    return body, False


def _handed_on(body: list[Stmt], kept: set[str], shapes: Shapes) -> list[Stmt]:
    """The reverse pass with ``dx = dout2`` at the end of ``dout2`` taken out: it is called ``dx`` from the start."""
    reading = Counter(n for s in statements(body) for n in reads(s))
    writing = Counter(all_writes(body))
    position = 0
    while position < len(body):
        s = body[position]
        position += 1
        if not (
            isinstance(s, Let) and isinstance(s.value, Var) and s.value.name[0] == "~" and s.value.name not in kept
        ):
            continue
        old, new = s.value.name, s.target
        start = next((n for n in reversed(range(position - 1)) if _begins(body[n], old)), None)
        if start is None or not _is_free(old, new, body[start : position - 1]):
            continue
        end = _over(old, new, body, start, position, (reading, writing))
        if (
            end is None
            or _is_thinner(old, new, shapes)
            and (reading[old] > 1 or any(isinstance(r, Store) and r.target == old for r in body[start:end]))
        ):
            continue
        renamed = [_renamed(r, old, new) for r in (*body[start : position - 1], *body[position:end])]
        body = [*body[:start], *renamed, *body[end:]]
        reading[new] += reading.pop(old) - 1
        writing[new] += writing.pop(old) - 1
        position -= 1
    return body


def _is_thinner(old: str, new: str, shapes: Shapes) -> bool:
    """Whether one gradient may have another shape than the other: what is written into or read elsewhere is not both."""
    return shapes.of(Var(old[1:])) != shapes.of(Var(new[1:]))


def _begins(s: Stmt, name: str) -> bool:
    return isinstance(s, Let) and s.target == name


def _over(
    old: str, new: str, body: list[Stmt], start: int, position: int, counts: tuple[Counter, Counter]
) -> int | None:
    """The place behind the last statement that needs ``old``: where it is handed over to ``new``, or the first write into
    ``new``, by entries (``dx[i] -= np.sum(dold)``); None if it is needed longer, or written.  ``counts`` are all reads and writes.
    """
    needs = [counts[0][old], counts[1][old]]
    for n in range(start, position):
        needs = _less(needs, body[n], old)
    if needs == [0, 0]:
        return position
    alone = counts[1][new] == 1  # nothing is added to it: it stays what the other is
    for n in range(position, len(body)):
        if old in _changed(body[n]):  # what was handed over is not
            return None
        needs = _less(needs, body[n], old)
        if alone and needs == [0, 0]:
            return n + 1 if not blocks(body[n]) else None
        if new in _changed(body[n]):
            by_entries = isinstance(body[n], Store) and body[n].op != "at"
            return n + 1 if by_entries and needs == [0, 0] else None
    return None


def _less(needs: list[int], s: Stmt, name: str) -> list[int]:
    """How often a name is read and written yet, after a statement."""
    inside = list(statements((s,)))
    read = sum(n == name for r in inside for n in reads(r))
    return [needs[0] - read, needs[1] - all_writes((s,)).count(name)]


def _changed(s: Stmt) -> set[str]:
    """The names that a statement writes, branches included."""
    return set(all_writes((s,)))


def _is_free(old: str, new: str, before: list[Stmt]) -> bool:
    """Whether a gradient may have the name ``new`` from its first line on: nothing else has it, in print either, from there on.

    ``before`` are the statements from that line on.
    """
    if any(isinstance(r, (If, For, CallBack)) and old in _named((r,)) for r in before):
        return False
    return not printed([new]) & printed((*all_writes(before[:1]), *_named(before[1:])))


def _named(body: Sequence[Stmt]) -> set[str]:
    """The names that statements read or write, branches included."""
    return {*all_reads(body), *all_writes(body)}


def _renamed(s: Stmt, old: str, new: str) -> Stmt:
    s = read_as(s, {old: Var(new)})
    if isinstance(s, (Let, Add)) and s.target == old:
        return replace(s, target=new)
    return replace(s, target=new, base=new) if isinstance(s, Store) and s.target == old else s


def _nested(body: list[Stmt], kept: set[str], handed: set[str]) -> list[Stmt]:
    body = [with_blocks(s, lambda block: _nested(list(block), kept, handed)) for s in body]
    position = 0
    while position < len(body):
        s = body[position]
        if isinstance(s, Let) and s.target.startswith("~") and s.target not in kept:
            after = _put(s, body[position + 1 :], handed)
            if after is not None:
                body[position:] = after
                continue
        position += 1
    return body


def _put(s: Let, rest: list[Stmt], handed: set[str]) -> list[Stmt] | None:
    """The statements behind a gradient's line with its value put where it is read; None if it keeps its line."""
    count = Counter(n for r in statements(rest) for n in reads(r))[s.target]
    last = max((i for i, r in enumerate(rest) if s.target in all_reads((r,))), default=-1)
    if last < 0:
        return rest
    atom = not isinstance(s.value, Call) or is_light(s.value)
    if not atom and (count > 1 or isinstance(rest[last], (If, For, CallBack))):
        return None
    if handed & set(variables(s.value)) and any(isinstance(r, For) and s.target in all_reads((r,)) for r in rest):
        return None
    needed = printed(variables(s.value))
    changing = rest[: last + 1] if atom and count > 1 else rest[:last]
    if isinstance(s.value, Var):  # ``dx = dx`` in print
        changing = [r for r in changing if not (isinstance(r, Let) and r.value == s.value)]
    if any(needed & printed(all_writes((r,))) for r in changing):
        return None
    if atom and isinstance(rest[last], (Store,)) and rest[last].target == s.target:
        return None
    new = [_folded(read_as(r, {s.target: s.value})) if s.target in all_reads((r,)) else r for r in rest]
    changed = next(n for n, r in zip(new, rest, strict=True) if n != r)
    if not atom and len(write(changed.value)) > LONG:
        return None
    return new


def is_light(value: Expr) -> bool:
    """Whether a value is as short as a name: a literal with a sign, or over a size (``-1.0 / N``)."""
    match value:
        case Call("neg", (inner,)):
            return is_light(inner)
        case Call("/", (top, below)):
            short = isinstance(below, Const) or is_size(below) or isinstance(below, Var) and below.name[0] != "~"
            return short and is_light(top)
    return isinstance(value, Const)


def _folded(s: Stmt) -> Stmt:
    return replace(s, value=over(turned(fold(s.value)))) if isinstance(s, (Let, Add)) else s


def _all_folded(body: Sequence[Stmt]) -> list[Stmt]:
    """The statements with each value folded, branches included."""
    return [_folded(with_blocks(s, _all_folded)) for s in body]

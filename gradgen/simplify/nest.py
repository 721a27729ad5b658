"""Array code as a person nests it: what is read once is written where it is read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace

from gradgen.analysis.evidence import PRODUCTS
from gradgen.analysis.shapes import Shapes
from gradgen.ir.names import printed
from gradgen.ir.nodes import (
    Add,
    Call,
    CallBack,
    CallPair,
    Const,
    Expr,
    For,
    Function,
    If,
    Keep,
    Let,
    Stmt,
    Store,
    Var,
    substitute,
    variables,
)
from gradgen.ir.walk import all_reads, all_writes, blocks, read_as, reads, statements, with_blocks
from gradgen.ir.write import write
from gradgen.simplify.fold import exact, fold, unsigned

SHORT = 16  # an entry or a row that a loop reads is written again if it is as short as this
LONG = 70  # a line that nesting would make longer than this keeps its parts apart
REPLAYED = frozenset(
    {".T", ".shape", ".size", ".ndim", "np.shape", "np.size", "np.ndim", "len", "np.reshape", ".reshape", "np.transpose", ".transpose",
     "np.swapaxes", ".swapaxes", "np.squeeze", ".squeeze", "np.expand_dims", "np.ravel", ".ravel", "np.arange", "range", "tuple"}
)  # fmt: skip


def is_replayed(expr: Expr, counters: Collection[str] = ()) -> bool:
    """Whether a value is as cheap to write again as to keep: a view, a size, an index that counts.

    ``counters`` are the variables of loops.
    """
    if isinstance(expr, Call) and expr.fn == "[]":
        basic = all(
            (not isinstance(i, Var) or i.name in counters) and (not isinstance(i, Call) or i.fn in ("slice", "neg"))
            for i in expr.args[1:]
        )
        return basic and (isinstance(expr.args[0], Var) or is_replayed(expr.args[0], counters))
    if isinstance(expr, Call):
        return (
            expr.fn in REPLAYED or expr.fn in ("+", "*", "//", "neg") and all(is_size(a) for a in expr.args)
        ) and all(not isinstance(a, Call) or is_replayed(a, counters) or is_size(a) for a in expr.args)
    return False


def is_multiple(expr: Expr, function: Function, shapes: Shapes) -> bool:
    """Whether a value is a number that was passed in, times a literal: ``0.5 * reg``."""
    match expr:
        case Call("*", (Const(), Var(name)) | (Var(name), Const())):
            return name in {p.name for p in function.params} and shapes.of(Var(name)) == ()
    return False


def _next_to(value: Expr) -> str:
    """The name of a value that another one is a literal more than: ``1 + t``."""
    match value:
        case Call("+", (Const(), Var(name)) | (Var(name), Const())):
            return name
    return ""


def is_size(expr: Expr) -> bool:
    """Whether an expression is made of sizes and numbers only."""
    match expr:
        case Call("[]", (Call(".shape"), *_)) | Call(".size" | ".ndim" | "len"):
            return True
        case Call("+" | "*" | "//" | "neg" | "-", args):
            return all(is_size(a) for a in args)
    return not isinstance(expr, Call) and not isinstance(expr, Var)


def replayed(function: Function, backward: Sequence[Stmt], shapes: Shapes) -> tuple[Stmt, ...]:
    """The reverse pass with unnamed views, and multiples of numbers, written again where they are read."""
    counters = {s.index for s in statements(function.body) if isinstance(s, For)}
    values = {
        s.target: s.value
        for s in statements(function.body)
        if isinstance(s, Let)
        and s.target in function.made_up
        and (
            is_replayed(s.value)
            or is_replayed(s.value, counters)
            and len(write(s.value)) <= SHORT
            or is_multiple(s.value, function, shapes)
        )
    }
    kept = set(all_reads(backward))
    values |= {  # one more than what is kept anyway
        s.target: s.value
        for s in function.body
        if isinstance(s, Let)
        and s.target in function.made_up
        and (name := _next_to(s.value)) in kept
        and shapes.of(Var(name)) != ()
    }
    for _ in range(3):  # a view of a view
        values = {name: substitute(value, values) for name, value in values.items()}
    return tuple(read_as(s, values) for s in backward)


# -- the reverse pass ------------------------------------------------------------------------------------------------------


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
    ``new``, by entries (``dx[i] -= np.sum(dold)``); None if it is needed longer.  ``counts`` are all reads and writes.
    """
    needs = [counts[0][old], counts[1][old]]
    for n in range(start, position):
        needs = _less(needs, body[n], old)
    if needs == [0, 0]:
        return position
    alone = counts[1][new] == 1  # nothing is added to it: it stays what the other is
    for n in range(position, len(body)):
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
    return replace(s, value=over(_turned(fold(s.value)))) if isinstance(s, (Let, Add)) else s


def _all_folded(body: Sequence[Stmt]) -> list[Stmt]:
    """The statements with each value folded, branches included."""
    return [_folded(with_blocks(s, _all_folded)) for s in body]


LAST_TWO = (Call("neg", (Const("1"),)), Call("neg", (Const("2"),)))


def _turned(expr: Expr) -> Expr:
    """``(x.T @ d).T`` as ``d.T @ x``, ``w.T.T`` as ``w``."""
    if not isinstance(expr, Call):
        return expr
    expr = Call(expr.fn, tuple(_turned(a) for a in expr.args), expr.attrs)
    match expr:
        case Call(".T", (Call(".T", (inner,)),)):
            return inner
        case Call("np.swapaxes", (Call(".transpose" | "np.transpose", (inner, *order)), *_)) if (
            _turns_matrices(order) and expr.args[1:] == LAST_TWO
        ):
            return inner
        case Call(".transpose" | "np.transpose", (Call("np.swapaxes", (inner, *axes)), *order)) if (
            _turns_matrices(order) and tuple(axes) == LAST_TWO
        ):
            return inner
        case Call("np.swapaxes", (Call("np.swapaxes" | ".swapaxes", (inner, *axes)), *_)) if (
            _in_order(axes) == _in_order(expr.args[1:]) == _in_order(LAST_TWO)
        ):
            return inner
        case Call(".swapaxes" | "np.swapaxes" as fn, (Call(product, (left, right)), *axes)) if (
            product in ("@", "np.matmul")
            and _in_order(axes) == _in_order(LAST_TWO)
            and "np.swapaxes" in (_head(left), _head(right))
        ):
            turned = (Call("np.swapaxes", (side, *LAST_TWO)) for side in (right, left))
            return Call(product, tuple(map(_turned, turned)))
        case Call(
            ".transpose" | "np.transpose", (Call("@" | "np.matmul" as product, (left, right)), *order)
        ) if _turns_matrices(order) and "np.swapaxes" in (_head(left), _head(right)):
            turned = (Call("np.swapaxes", (side, *LAST_TWO)) for side in (right, left))
            return Call(product, tuple(map(_turned, turned)))
        case Call(".T", (Call(fn, (left, right)),)) if fn in PRODUCTS and ".T" in (_head(left), _head(right)):
            return Call(fn, tuple(_turned(Call(".T", (side,))) for side in (right, left)))
    return expr


def _turns_matrices(order: Sequence[Expr]) -> bool:
    """Whether the order of a transpose, of more than two axes, only turns the last two round: ``0, 1, 3, 2``."""
    parts = order[0].args if len(order) == 1 and isinstance(order[0], Call) and order[0].fn == "tuple" else order
    axes = [int(p.text) if isinstance(p, Const) and p.text.isdigit() else None for p in parts]
    n = len(axes)
    return n > 2 and axes == [*range(n - 2), n - 1, n - 2]


def _in_order(axes: Sequence[Expr]) -> list[str]:
    return sorted(map(repr, axes))


def _head(expr: Expr) -> str:
    return expr.fn if isinstance(expr, Call) else ""


def over(expr: Expr) -> Expr:
    """``1.0 / N * p`` as ``p / N``, ``2 * W * 0.5`` as ``W``; also of what is summed."""
    if isinstance(expr, Call) and expr.fn in ("np.sum", "parts.unbroadcast"):
        return Call(expr.fn, (over(expr.args[0]), *expr.args[1:]), expr.attrs)
    if isinstance(expr, Call) and expr.fn in ("*", "/", "neg") and (positive := unsigned(expr)) is not None:
        return fold(Call("neg", (over(positive),)))
    if isinstance(expr, Call) and expr.fn in ("*", "/") and (left := over(expr.args[0])) != expr.args[0]:
        expr = Call(expr.fn, (left, expr.args[1]))
    match expr:
        case Call(
            "*", (factor, Call("np.where", (test, value, Const("0.0"))))
        ):  # where nothing arrives no slope may spoil it
            return Call("np.where", (test, over(fold(Call("*", (factor, value)))), Const("0.0")))
        case Call("*", (factor, Call("np.where", (test, Const("0.0"), value)))) if value != Const("0.0"):
            return Call("np.where", (test, Const("0.0"), over(fold(Call("*", (factor, value))))))
        case Call("/", (Call("np.where", (test, value, Const("0.0"))), below)):
            return Call("np.where", (test, Call("/", (value, below)), Const("0.0")))
        case Call("np.where", (test, value, other)):
            return Call("np.where", (test, _taken(value, test, 1), _taken(other, test, 2)))
        case Call("*", (Call("*", (Const(a), rest)), Const(b))) if (number := exact(a, b)) is not None:
            return fold(Call("*", (number, rest)))
        case Call("/", (Call("*", (Const(a), rest)), Const("2" | "4" | "8" as b))) if exact(a, repr(1 / int(b))):
            return fold(Call("*", (exact(a, repr(1 / int(b))), rest)))
        case Call("*", (Call("/", (Const("1" | "1.0"), below)), value)):
            return Call("/", (value, below))
        case Call("*", (value, Call("/", (Const("1" | "1.0"), below)))):
            return Call("/", (value, below))
        case Call("*", (Const() as number, Call("/", (top, below)))):
            return over(fold(Call("/", (Call("*", (number, top)), below))))
        case Call("*", (value, Call("/", (Const() as number, below)))):
            return over(fold(Call("/", (Call("*", (number, value)), below))))
        case Call("/", (Call("/", (top, below)), Call("**", (base, Const(power))))) if (
            below == base and power.isdigit()
        ):
            return Call("/", (top, Call("**", (base, Const(str(int(power) + 1))))))
    return expr


def _taken(expr: Expr, test: Expr, arm: int) -> Expr:
    """An arm of an ``np.where`` without the same choice inside it."""
    match expr:
        case Call("np.where", (again, *_)) if again == test:
            return _taken(expr.args[arm], test, arm)
        case Call("*" | "/" | "+" | "neg" as fn, args):
            return Call(fn, tuple(_taken(a, test, arm) for a in args), expr.attrs)
    return expr


# -- the forward pass ------------------------------------------------------------------------------------------------------


def as_written(function: Function, needed: set[str], shapes: Shapes) -> tuple[Function, dict[int, int]]:
    """The forward pass with the user's lines whole again where backward needs nothing inside them; old stage -> new."""
    returned = {
        n for e in (*function.results, *([function.aux] if function.aux is not None else [])) for n in variables(e)
    }
    stages: dict[int, int] = {}
    free = function.made_up - needed - returned
    again = {
        s.target: s.value
        for s in function.body
        if isinstance(s, Let) and s.target in free and not s.at.stage and is_multiple(s.value, function, shapes)
    }
    written = [read_as(s, again) for s in function.body if not (isinstance(s, Let) and s.target in again)]
    body = _whole(written, free, stages, all_counts(written))
    order = iter(range(1, 10**9))
    numbers: dict[int, int] = {}

    def number(statements_: Sequence[Stmt]) -> tuple[Stmt, ...]:
        return tuple(one(s) for s in statements_)

    def one(s: Stmt) -> Stmt:
        if blocks(s):
            return with_blocks(s, number)
        if s.at.stage:
            numbers[s.at.stage] = next(order)
            return replace(s, at=replace(s.at, stage=numbers[s.at.stage]))
        return s

    finished = replace(function, body=number(body))

    def final(stage: int) -> int:
        while stage in stages:
            stage = stages[stage]
        return numbers.get(stage, 0)

    return finished, {s: final(s) for s in {*stages, *numbers}}


def all_counts(body: Sequence[Stmt]) -> Counter[str]:
    return Counter(n for s in statements(body) for n in reads(s))


def _whole(
    body: list[Stmt], free: frozenset[str] | set[str], stages: dict[int, int], counts: Counter[str]
) -> list[Stmt]:
    body = [with_blocks(s, lambda block: _whole(list(block), free, stages, counts)) for s in body]
    position = 0
    while position < len(body):
        s = body[position]
        if isinstance(s, Let) and s.target in free and counts[s.target] <= 1:
            after = _back(s, body[position + 1 :], stages)
            if after is not None:
                body[position:] = after
                continue
        position += 1
    return body


def _back(s: Let, rest: list[Stmt], stages: dict[int, int]) -> list[Stmt] | None:
    for number, r in enumerate(rest):
        if s.target in set(reads(r)):
            if isinstance(r, (CallPair, If, For, Keep)):
                return None
            new = read_as(r, {s.target: s.value})
            comments = (*s.at.comments, *r.at.comments)
            if s.at.stage and not r.at.stage:
                new = replace(new, at=replace(new.at, stage=s.at.stage))
            elif s.at.stage:
                stages[s.at.stage] = r.at.stage
            return [*rest[:number], replace(new, at=replace(new.at, comments=comments)), *rest[number + 1 :]]
        if isinstance(r, (Store, If, For, CallPair)):
            return None
    return rest  # nothing reads it


def restaged(body: Sequence[Stmt], stages: dict[int, int]) -> tuple[Stmt, ...]:
    """The reverse pass under the forward pass's new numbers."""
    out = []
    for s in body:
        s = with_blocks(s, lambda block: restaged(block, stages))
        out.append(replace(s, at=replace(s.at, stage=stages.get(s.at.stage, s.at.stage))))
    return tuple(out)

"""Array code as a person nests it: what is read once is written where it is read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace

from gradgen.analysis.shapes import Shapes
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
from gradgen.ir.walk import all_reads, blocks, read_as, reads, statements, with_blocks
from gradgen.ir.write import write
from gradgen.simplify.fold import exact, fold

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


def is_size(expr: Expr) -> bool:
    """Whether an expression is made of sizes and numbers only."""
    match expr:
        case Call("[]", (Call(".shape"), *_)) | Call(".size" | ".ndim" | "len"):
            return True
        case Call("+" | "*" | "//" | "neg" | "-", args):
            return all(is_size(a) for a in args)
    return not isinstance(expr, Call) and not isinstance(expr, Var)


def replayed(function: Function, backward: Sequence[Stmt]) -> tuple[Stmt, ...]:
    """The reverse pass with unnamed views written again where they are read."""
    counters = {s.index for s in statements(function.body) if isinstance(s, For)}
    values = {
        s.target: s.value
        for s in statements(function.body)
        if isinstance(s, Let)
        and s.target in function.made_up
        and is_replayed(s.value, counters)
        and (is_replayed(s.value) or len(write(s.value)) <= SHORT)
    }
    for _ in range(3):  # a view of a view
        values = {name: substitute(value, values) for name, value in values.items()}
    return tuple(read_as(s, values) for s in backward)


# -- the reverse pass ------------------------------------------------------------------------------------------------------


def nest(body: Sequence[Stmt], kept: set[str], shapes: Shapes) -> tuple[Stmt, ...]:
    """The reverse pass with each gradient that is passed through, or read once, in the place where it is read."""
    writes = Counter(t for s in statements(body) for t in _written(s))
    return tuple(_handed_on(_nested(list(body), kept | {n for n, c in writes.items() if c > 1}), kept, shapes))


def _handed_on(body: list[Stmt], kept: set[str], shapes: Shapes) -> list[Stmt]:
    """The reverse pass with ``dx = dout2`` at the end of ``dout2`` taken out: it is called ``dx`` from the start."""
    for position, s in enumerate(body):
        if not (
            isinstance(s, Let)
            and isinstance(s.value, Var)
            and s.value.name.startswith("~")
            and s.value.name not in kept
        ):
            continue
        old, new = s.value.name, s.target
        before, after = body[:position], body[position + 1 :]
        alone = old not in all_reads(after) and all(old not in _written(r) for r in statements(after))
        if (
            alone
            and _is_free(old, new, before)
            and not (_is_thinner(old, new, shapes) and any(isinstance(r, Store) and r.target == old for r in before))
            and not any(isinstance(r, (If, For, CallBack)) and old in _named((r,)) for r in before)
        ):
            return _handed_on([*(_renamed(r, old, new) for r in before), *after], kept, shapes)
    return body


def _is_thinner(old: str, new: str, shapes: Shapes) -> bool:
    """Whether an array that is written into for one gradient may be too small for another."""
    return shapes.of(Var(old[1:])) != shapes.of(Var(new[1:]))


def _is_free(old: str, new: str, before: list[Stmt]) -> bool:
    """Whether a gradient may have the name ``new`` from its first line on: nothing else has it, in print either, from there on."""
    first = next((n for n, r in enumerate(before) if old in _written(r)), None)
    if first is None or new in _named(before):
        return False
    return all(_printed(n) != _printed(new) for n in (*_written(before[first]), *_named(before[first + 1 :])))


def _named(body: Sequence[Stmt]) -> set[str]:
    """The names that statements read or write, branches included."""
    return {*all_reads(body), *(t for s in statements(body) for t in _written(s))}


def _renamed(s: Stmt, old: str, new: str) -> Stmt:
    s = read_as(s, {old: Var(new)})
    if isinstance(s, (Let, Add)) and s.target == old:
        return replace(s, target=new)
    return replace(s, target=new, base=new) if isinstance(s, Store) and s.target == old else s


def _written(s: Stmt) -> tuple[str, ...]:
    if isinstance(s, (Let, Add, Store)):
        return (s.target,)
    return s.targets if isinstance(s, (CallBack, CallPair)) else ()


def _nested(body: list[Stmt], kept: set[str]) -> list[Stmt]:
    body = [with_blocks(s, lambda block: _nested(list(block), kept)) for s in body]
    position = 0
    while position < len(body):
        s = body[position]
        if isinstance(s, Let) and s.target.startswith("~") and s.target not in kept:
            after = _put(s, body[position + 1 :])
            if after is not None:
                body[position:] = after
                continue
        position += 1
    return body


def _put(s: Let, rest: list[Stmt]) -> list[Stmt] | None:
    """The statements behind a gradient's line with its value put where it is read; None if it keeps its line."""
    count = Counter(n for r in statements(rest) for n in reads(r))[s.target]
    last = max((i for i, r in enumerate(rest) if s.target in all_reads((r,))), default=-1)
    if last < 0:
        return rest
    atom = not isinstance(s.value, Call) or _is_light(s.value)
    if not atom and (count > 1 or isinstance(rest[last], (If, For, CallBack))):
        return None
    needed = {_printed(n) for n in variables(s.value)}
    changing = rest[: last + 1] if atom and count > 1 else rest[:last]
    if any(needed & {_printed(t) for inner in statements((r,)) for t in _written(inner)} for r in changing):
        return None
    if atom and isinstance(rest[last], (Store,)) and rest[last].target == s.target:
        return None
    new = [_folded(read_as(r, {s.target: s.value})) if s.target in all_reads((r,)) else r for r in rest]
    changed = next(n for n, r in zip(new, rest, strict=True) if n != r)
    if not atom and len(write(changed.value)) > LONG:
        return None
    return new


def _is_light(value: Expr) -> bool:
    """Whether a value is as short as a name: a literal with a sign, or over a size (``-1.0 / N``)."""
    parts = [value] if not isinstance(value, Call) or value.fn not in ("neg", "/") else value.args
    parts = [p.args[0] if isinstance(p, Call) and p.fn == "neg" else p for p in parts]
    return all(isinstance(p, Const) or isinstance(p, Var) and not p.name.startswith("~") for p in parts) and isinstance(
        parts[0], Const
    )


def _printed(name: str) -> str:
    """What versions of one variable may share in print: ``~p#2`` and ``~p`` are both ``dp``."""
    return name.partition("#")[0]


def _folded(s: Stmt) -> Stmt:
    return replace(s, value=_over(_turned(fold(s.value)))) if isinstance(s, (Let, Add)) else s


PRODUCTS = ("@", ".dot", "np.dot", "np.matmul")


def _turned(expr: Expr) -> Expr:
    """``(x.T @ d).T`` as ``d.T @ x``, ``w.T.T`` as ``w``."""
    if not isinstance(expr, Call):
        return expr
    expr = Call(expr.fn, tuple(_turned(a) for a in expr.args), expr.attrs)
    match expr:
        case Call(".T", (Call(".T", (inner,)),)):
            return inner
        case Call(".T", (Call(fn, (left, right)),)) if fn in PRODUCTS and ".T" in (_head(left), _head(right)):
            return Call(fn, tuple(_turned(Call(".T", (side,))) for side in (right, left)))
    return expr


def _head(expr: Expr) -> str:
    return expr.fn if isinstance(expr, Call) else ""


def _over(expr: Expr) -> Expr:
    """``1.0 / N * p`` as ``p / N``, ``2 * W * 0.5`` as ``W``."""
    if isinstance(expr, Call) and expr.fn in ("*", "/") and (left := _over(expr.args[0])) != expr.args[0]:
        expr = Call(expr.fn, (left, expr.args[1]))
    match expr:
        case Call(
            "*", (factor, Call("np.where", (test, value, Const("0.0"))))
        ):  # where nothing arrives no slope may spoil it
            return Call("np.where", (test, _over(fold(Call("*", (factor, value)))), Const("0.0")))
        case Call("/", (Call("np.where", (test, value, Const("0.0"))), below)):
            return Call("np.where", (test, Call("/", (value, below)), Const("0.0")))
        case Call("np.where", (test, value, other)):
            return Call("np.where", (test, _taken(value, test, 1), _taken(other, test, 2)))
        case Call("*", (Call("*", (Const(a), rest)), Const(b))) if (number := exact(a, b)) is not None:
            return fold(Call("*", (number, rest)))
        case Call("*", (Call("/", (Const("1" | "1.0"), below)), value)):
            return Call("/", (value, below))
    return expr


def _taken(expr: Expr, test: Expr, arm: int) -> Expr:
    """An arm of an ``np.where`` without the same choice inside it."""
    match expr:
        case Call("np.where", (again, *_)) if again == test:
            return _taken(expr.args[arm], test, arm)
        case Call("*" | "/" | "+" | "neg" as fn, args):
            return Call(fn, tuple(_taken(a, test, arm) for a in args), expr.attrs)
    return expr


def tidied(body: Sequence[Stmt], shapes: Shapes) -> tuple[Stmt, ...]:
    """The reverse pass without a reshape that only takes out the axis which a sum kept."""
    out = []
    for s in body:
        if blocks(s):
            s = with_blocks(s, lambda block: tidied(block, shapes))
        elif isinstance(s, (Let, Add, Store)):
            s = replace(s, value=_without_kept_axis(s.value, shapes))
        out.append(s)
    return tuple(out)


def _without_kept_axis(expr: Expr, shapes: Shapes) -> Expr:
    if not isinstance(expr, Call):
        return expr
    expr = Call(expr.fn, tuple(_without_kept_axis(a, shapes) for a in expr.args), expr.attrs)
    match expr:
        case Call(".reshape", (Call("np.sum", (value, axis, Const("True")), (("keywords", ("axis", "keepdims")),)), _)):
            summed = Call("np.sum", (value, axis), (("keywords", ("axis",)),))
            return summed if shapes.of(summed) == shapes.of(expr) else expr
        case Call("*", (value, Call("np.ones_like", (Var() as x,)))) if shapes.of(value) == shapes.of(x) != ():
            return value
        case Call("*", (Call("*", (value, Call("np.ones_like", (Var() as x,)))), other)) if (
            shapes.of(value) == shapes.of(x) != ()
        ):
            return Call("*", (value, other))
    return expr


# -- the forward pass ------------------------------------------------------------------------------------------------------


def as_written(function: Function, needed: set[str]) -> tuple[Function, dict[int, int]]:
    """The forward pass with the user's lines whole again where backward needs nothing inside them; old stage -> new."""
    returned = {
        n for e in (*function.results, *([function.aux] if function.aux is not None else [])) for n in variables(e)
    }
    stages: dict[int, int] = {}
    body = _whole(list(function.body), function.made_up - needed - returned, stages, all_counts(function.body))
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

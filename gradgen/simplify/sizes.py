"""Sizes in the reverse pass are read off values that it needs anyway: nothing is kept for its shape alone."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from gradgen.analysis.shapes import Shapes
from gradgen.ir.nodes import Add, Call, CallBack, Const, Expr, For, If, Let, Stmt, Store, Var
from gradgen.ir.walk import defined, read_as, reads, statements, with_blocks

MEASURES = (".shape", "len")
LIKE = (*MEASURES, "np.shape", "np.zeros_like", "np.ones_like")


def sizes_of_kept(backward: Sequence[Stmt], shapes: Shapes, free: Collection[str]) -> tuple[Stmt, ...]:
    """The reverse pass with ``logp.shape[0]`` for ``x.shape[0]`` where it reads nothing of x but that; ``free`` are there in any case."""
    read = list(dict.fromkeys(n for s in statements(backward) for e in _parts(s) for n in _contents(e)))
    arms = _of_arms(shapes.function.body) | shapes.lists | shapes.of_numbers  # lists have no shape
    kept = [n for n in read if n[0] != "~" and n not in arms and isinstance(shapes.of(Var(n)), tuple)]
    spared = {n for s in statements(backward) for e in _parts(s) for n in _measured(e)} - {*read, *free}
    after = [_changed(s, spared, kept, shapes) for s in backward]
    if left := spared & {
        n for s in statements(after) for e in _parts(s) for n in _measured(e)
    }:  # then all may be read off it
        return sizes_of_kept(backward, shapes, {*free, *left})
    return tuple(after)


def only_measured(body: Sequence[Stmt]) -> set[str]:
    """The names of which statements read nothing but the shape: a later write into these does no harm."""
    found: set[str] = set()
    read: set[str] = set()
    for s in statements(body):
        parts = _parts(s)
        found |= {n for e in parts for n in _shapes_of(e)}
        read |= {n for e in parts for n in _contents(e, LIKE)} if parts else set(reads(s))
    return found - read


def of_the_last(backward: Sequence[Stmt], body: Sequence[Stmt]) -> tuple[Stmt, ...]:
    """The reverse pass with the shape of an array that a loop wrote into read off what it is called after the loop."""
    last: dict[str, str] = {}
    for s in reversed(body):
        for c in s.carries if isinstance(s, For) else ():
            if any(isinstance(t, Store) and t.target == c.step and t.op != "append" for t in s.body):
                last[c.start] = last.get(c.name, c.name)
    values = {n: Var(last[n]) for n in only_measured(backward) & {*last}}
    return tuple(s if isinstance(s, (If, For)) else read_as(s, values) for s in backward)


def _shapes_of(expr: Expr) -> Iterator[str]:
    """The names that an expression reads as no more than a shape."""
    if isinstance(expr, Call) and expr.fn in LIKE and isinstance(expr.args[0], Var):
        yield expr.args[0].name
    elif isinstance(expr, Call):
        for a in expr.args:
            yield from _shapes_of(a)


def _of_arms(body: Sequence[Stmt]) -> set[str]:
    """The values that only one arm of a branch makes: on another path they are not there."""
    branches = [s for s in statements(body) if isinstance(s, If)]
    made = {n for s in branches for arm in (s.then, s.orelse) for n in defined(arm)}
    return made - {j.target for s in branches for j in s.joins}


def _parts(s: Stmt) -> tuple[Expr, ...]:
    """The expressions that a statement reads itself."""
    match s:
        case Let(value=value) | Add(value=value):
            return (value,)
        case Store(index=index, value=value):
            return (*index, value)
        case CallBack(douts=douts, cache=cache):
            return (*douts, cache)
        case If(test=test):
            return (test,)
        case For(over=over):
            return (over,)
    return ()


def _contents(expr: Expr, measures: Collection[str] = MEASURES) -> Iterator[str]:
    """The names whose entries an expression reads."""
    if isinstance(expr, Var):
        yield expr.name
    elif isinstance(expr, Call):
        measure = expr.fn in measures and isinstance(expr.args[0], Var)
        for a in expr.args[measure:]:
            yield from _contents(a, measures)


def _measured(expr: Expr) -> Iterator[str]:
    """The names whose shape an expression reads."""
    if isinstance(expr, Call) and _is_measure(expr):
        yield expr.args[0].name
    elif isinstance(expr, Call):
        for a in expr.args:
            yield from _measured(a)


def _is_measure(expr: Call) -> bool:
    return expr.fn in MEASURES and isinstance(expr.args[0], Var)


def _changed(s: Stmt, spared: set[str], kept: Sequence[str], shapes: Shapes) -> Stmt:
    s = with_blocks(s, lambda block: [_changed(t, spared, kept, shapes) for t in block])
    if isinstance(s, (Let, Add)):
        return replace(s, value=_other(s.value, spared, kept, shapes))
    if isinstance(s, Store):
        index = tuple(_other(i, spared, kept, shapes) for i in s.index)
        return replace(s, index=index, value=_other(s.value, spared, kept, shapes))
    return s


def _other(expr: Expr, spared: set[str], kept: Sequence[str], shapes: Shapes) -> Expr:
    """The expression with sizes of spared values read off kept ones, where one has the size."""
    match expr:
        case Call("[]", (Call(".shape", (Var(name) as x,)), Const(axis))) if name in spared and axis.isdigit():
            shape = shapes.of(x)
            dim = shape[int(axis)] if isinstance(shape, tuple) and int(axis) < len(shape) else None
            for other in kept:
                if dim is not None and not dim.isdigit() and dim in (own := shapes.of(Var(other))):
                    return Call("[]", (Call(".shape", (Var(other),)), Const(repr(own.index(dim)))))
        case Call(".shape", (Var(name) as x,)) if name in spared:
            same = [n for n in kept if shapes.of(Var(n)) == shapes.of(x)]
            return Call(".shape", (Var(same[0]),)) if same else expr
        case Call():
            return Call(expr.fn, tuple(_other(a, spared, kept, shapes) for a in expr.args), expr.attrs)
    return expr

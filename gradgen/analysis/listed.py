"""Code without NumPy that reads its parameters entry by entry: those are lists of numbers, and all others are numbers."""

from __future__ import annotations

from dataclasses import replace

from gradgen.analysis.evidence import SIZES, expressions, reads_of
from gradgen.ir.nodes import CallPair, Function, Var
from gradgen.ir.walk import statements


def with_lists(function: Function, helpers: dict[str, Function]) -> tuple[Function, dict[str, Function]]:
    """A function of code without NumPy, and its helpers, with what their parameters are; as they were where that is not clear."""
    takes = {name: tuple(bool(p.dims) for p in f.params) for name, f in helpers.items()}
    if not all(_is_clear(f, takes) for f in (function, *helpers.values())):
        return function, helpers
    return _told(function), {name: _told(f) for name, f in helpers.items()}


def _lists(function: Function) -> set[str]:
    return {p.name for p in function.params if p.dims}


def _is_clear(function: Function, takes: dict[str, tuple[bool, ...]]) -> bool:
    """Whether every parameter is a number, has entries of its own, or is a list that is read entry by entry, summed, or handed on as a
    list.  ``takes`` tells by helper which of its parameters are lists."""
    lists, body = _lists(function), list(statements(function.body))
    every = [e for s in body if not isinstance(s, CallPair) for e in expressions(s)]
    for s in body:
        for arg, listed in zip(s.args, takes[s.fn], strict=False) if isinstance(s, CallPair) else ():
            if listed != (isinstance(arg, Var) and arg.name in lists):
                return False
            every += [] if listed else [arg]
    every += [*function.results, *([function.aux] if function.aux else [])]
    reads = [index for e in every for _, index in reads_of(e, lists, (*SIZES, "sum"))]
    whole = any(index is None or len(index) > 1 for index in reads)
    return not whole and all(p.dims in ((), ("_",)) or p.slots or p.opaque for p in function.params)


def _told(function: Function) -> Function:
    lists = _lists(function)
    return replace(function, plain=True, params=tuple(replace(p, listed=p.name in lists) for p in function.params))

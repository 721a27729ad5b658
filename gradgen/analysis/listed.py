"""Code without NumPy that reads its parameters entry by entry: those are lists of numbers, and all others are numbers."""

from __future__ import annotations

from dataclasses import replace

from gradgen.analysis.evidence import SIZES, expressions, reads_of
from gradgen.ir.nodes import Function
from gradgen.ir.walk import statements


def with_lists(function: Function, helpers: dict[str, Function]) -> tuple[Function, dict[str, Function]]:
    """A function of code without NumPy, and its helpers, with what their parameters are; as they were where that is not clear.

    A helper takes numbers only: of a list that is handed on nobody says that it is one.
    """
    every = [function, *helpers.values()]
    if not all(map(_is_clear, every)) or any(map(_lists, helpers.values())):
        return function, helpers
    function, *others = map(_told, every)
    return function, {f.name: f for f in others}


def _lists(function: Function) -> set[str]:
    return {p.name for p in function.params if p.dims}


def _is_clear(function: Function) -> bool:
    """Whether every parameter is a number, has entries of its own, or is a list that is read entry by entry or summed."""
    lists, body = _lists(function), statements(function.body)
    every = [*(e for s in body for e in expressions(s)), *function.results, *([function.aux] if function.aux else [])]
    reads = [index for e in every for _, index in reads_of(e, lists, (*SIZES, "sum"))]
    whole = any(index is None or len(index) > 1 for index in reads)
    return not whole and all(p.dims in ((), ("_",)) or p.slots or p.opaque for p in function.params)


def _told(function: Function) -> Function:
    lists = _lists(function)
    return replace(function, plain=True, params=tuple(replace(p, listed=p.name in lists) for p in function.params))

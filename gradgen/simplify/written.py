"""The forward pass as its author wrote it: lines whole again that were taken apart, and their numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from gradgen.analysis.shapes import Shapes
from gradgen.ir.nodes import CallPair, For, Function, If, Keep, Let, Stmt, Store, variables
from gradgen.ir.walk import blocks, read_as, reads, statements, with_blocks
from gradgen.simplify.replay import is_multiple


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

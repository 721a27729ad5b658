"""Gradients that need no line of their own: the upstream gradient itself, and what a branch only hands over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from gradgen.ir.nodes import Add, Call, CallBack, Expr, For, If, Let, Stmt, Store, Var, substitute, variables
from gradgen.ir.walk import reads, statements
from gradgen.simplify.fold import fold


def inline(body: Sequence[Stmt], upstream: dict[str, Expr], kept: set[str]) -> tuple[Stmt, ...]:
    """Put the ``upstream`` gradients, and the value of a bare handover (stage 0, an atom, written once), where
    they are read.  The gradients in ``kept`` are returned, so they keep their lines."""
    return tuple(_inline(body, dict(upstream), _changed(body) | kept, _counted(body)))


def _counted(body: Sequence[Stmt]) -> Counter[str]:
    return Counter(name for s in statements(body) for name in reads(s))


def _changed(body: Sequence[Stmt]) -> set[str]:
    """The gradients with more than one write."""
    writes = [s.target for s in statements(body) if isinstance(s, (Let, Add, Store))]
    writes += [t for s in statements(body) if isinstance(s, CallBack) for t in s.targets]
    return {name for name, count in Counter(writes).items() if count > 1}


def _inline(
    body: Sequence[Stmt], values: dict[str, Expr], lines: set[str], total: dict[str, int], handed: set[str] = set()
) -> list[Stmt]:
    """``lines`` keep theirs; ``total`` counts all reads: what is read outside this block as well keeps its line.
    So does what takes over a gradient ``handed`` from trip to trip, which gets a new value in the trip."""
    here = _counted(body) if any(isinstance(s, Let) and not s.at.stage for s in body) else {}
    out: list[Stmt] = []
    for s in body:
        match s:
            case Let() | Add():
                value = fold(substitute(s.value, values)) if any(n in values for n in variables(s.value)) else s.value
                handover = (
                    isinstance(s, Let)
                    and not s.at.stage
                    and _is_atom(value)
                    and s.target not in lines
                    and not (isinstance(value, Var) and value.name in handed)
                    and here.get(s.target) == total.get(s.target)
                )
                if handover:
                    values = {**values, s.target: value}
                else:
                    out.append(replace(s, value=value))
            case Store():
                out.append(
                    replace(
                        s, index=tuple(substitute(i, values) for i in s.index), value=fold(substitute(s.value, values))
                    )
                )
            case CallBack():
                out.append(replace(s, douts=tuple(substitute(d, values) for d in s.douts)))
            case If():
                then, orelse = (tuple(_inline(arm, values, lines, total, handed)) for arm in (s.then, s.orelse))
                if then or orelse:
                    out.append(replace(s, then=then, orelse=orelse))
            case For():
                out.append(
                    replace(s, body=tuple(_inline(s.body, values, lines, total, handed | {c.name for c in s.carries})))
                )
    return out


def _is_atom(expr: Expr) -> bool:
    return not isinstance(expr, Call)

"""Gradients that a call takes, and nobody else, in the place where it takes them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace

from gradgen.ir.names import printed
from gradgen.ir.nodes import Call, CallBack, Let, Stmt, Var, substitute, variables
from gradgen.ir.walk import all_reads, all_writes, reads, statements, with_blocks
from gradgen.ir.write import write

SHORT = 30  # characters of what stands between a call's brackets


def passed_in_place(body: Sequence[Stmt], kept: Collection[str]) -> tuple[Stmt, ...]:
    """``dx = softmax_backward(dout @ v.T, cache)`` for ``dp = dout @ v.T`` in front of it: the array is let go as soon as it is read.

    The gradients ``kept`` have lines of their own.
    """
    out = [with_blocks(s, lambda block: passed_in_place(block, kept)) for s in body]
    counts = Counter(n for s in statements(out) for n in reads(s))
    written = Counter(all_writes(out))
    place = 0
    while place < len(out):
        s = out[place]
        once = isinstance(s, Let) and s.target not in kept and counts[s.target] == written[s.target] == 1
        reader = _reader(out, place) if once and isinstance(s.value, Call) and s.value.fn != "+" else None
        if reader is not None and len(write(s.value)) <= SHORT:
            call = out[reader]
            douts = tuple(substitute(d, {s.target: s.value}) for d in call.douts)
            out[place : reader + 1] = [*out[place + 1 : reader], replace(call, douts=douts)]
        else:
            place += 1
    return tuple(out)


def _reader(body: Sequence[Stmt], place: int) -> int | None:
    """The call that takes a gradient, if what that is made of is the same there."""
    s = body[place]
    needed = printed(variables(s.value))
    for n, r in enumerate(body[place + 1 :], place + 1):
        if s.target in all_reads((r,)):
            return n if isinstance(r, CallBack) and Var(s.target) in r.douts else None
        if needed & printed(all_writes((r,))):
            return None
    return None

"""What only one arm of a branch gives a gradient is worked out in that arm: what the other path leaves may be no number, and 0 times that is none.

dx = 0.0                                if flag:
dp = 0.0                                    dx = dy
if flag:                                else:
    dx = dy                  ->             dp = dy
else:                                       dx = p * np.log(x) * dp
    dp = dy
dx += p * np.log(x) * dp
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from gradgen.analysis.shapes import Shapes
from gradgen.ir.nodes import ZERO, Add, If, Let, Stmt, Var
from gradgen.ir.walk import all_reads, all_writes, with_blocks
from gradgen.simplify.sink import brought, mentions


def into_arms(body: Sequence[Stmt], kept: Collection[str], shapes: Shapes) -> tuple[Stmt, ...]:
    """The reverse pass with such lines on arrays in the arm where they belong; the gradients ``kept`` have lines of their own."""
    whole = tuple(body)
    numbers = {n for n in all_writes(whole) if shapes.of(Var(n[1:])) == ()}

    def block(inner: Sequence[Stmt]) -> tuple[Stmt, ...]:
        out = list(inner)
        for place in reversed(range(len(out))):
            if place < len(out) and isinstance(out[place], If):
                out = _sunk(out, place, whole, {*kept, *numbers})
        return tuple(with_blocks(s, block) for s in out)

    return block(body)


def _sunk(body: list[Stmt], place: int, whole: Sequence[Stmt], kept: Collection[str]) -> list[Stmt]:
    """The statements with what follows a branch, and is 0 on one of its paths, in the arm of the other."""
    first = place
    while first and isinstance(body[first - 1], Let) and body[first - 1].value == ZERO:
        first -= 1
    for s in body[first:place]:
        name, branch, after = s.target, body[place], body[place + 1 :]
        arms = [branch.then, branch.orelse]
        given = [all_writes(arm).count(name) for arm in arms]
        lines = brought(after, name, whole, kept)
        if name in kept or sorted(given) != [0, 1] or name in all_reads((branch,)) or not lines or branch.joins:
            continue
        mine = given.index(1)
        if not any(isinstance(t, Let) and t.target == name for t in arms[mine]):
            continue
        if mentions(name, whole) != 2 + mentions(name, lines):
            continue
        arms[mine] = (*arms[mine], *lines)
        zeros = [z for z in body[first:place] if z is not s]
        zeros, arms = _begun(zeros, arms)
        branch = replace(branch, then=tuple(arms[0]), orelse=tuple(arms[1]))
        return [*body[:first], *zeros, branch, *after[len(lines) :]]
    return body


def _begun(zeros: list[Stmt], arms: list[Sequence[Stmt]]) -> tuple[list[Stmt], list[Sequence[Stmt]]]:
    """Gradients that both arms give something begin there, and need no 0.0 in front."""
    left = []
    for z in zeros:
        firsts = [next((n for n, t in enumerate(arm) if z.target in all_writes((t,))), None) for arm in arms]
        if any(n is None or not isinstance(arm[n], (Let, Add)) for n, arm in zip(firsts, arms, strict=True)) or any(
            z.target in all_reads(arm[: n + 1]) for n, arm in zip(firsts, arms, strict=True)
        ):
            left.append(z)
            continue
        arms = [
            (*arm[:n], Let(arm[n].target, arm[n].value, arm[n].at), *arm[n + 1 :])
            for n, arm in zip(firsts, arms, strict=True)
        ]
    return left, arms

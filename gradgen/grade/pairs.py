"""Two mistakes that hide each other: mends of two statements that only together put all right.

What each mend alone does to the first wrong value says what two would do together, where their effects add up (`dx += ...` on two lines)
or multiply (a factor too many on one of them); such pairs are tried first, then some of the smallest mends two by two.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from gradgen.grade.edits import Mend
from gradgen.grade.trials import Attempt, Changes, Given, Trials
from gradgen.grade.truth import as_float

MOST = 120  # mends of one statement
MOST_SMALL, MOST_PAIRED = 24, 5  # of those that are tried two by two: mends of a statement, and statements
MOST_FOUND = 60  # pairs that seem to fit
CLOSE = 1e-7
Pair = tuple[tuple[int, Mend], tuple[int, Mend]]
Holds = Callable[[int, Mend, Changes, Attempt], bool]  # (statement, mend, the other change, what comes of both)


@dataclass(frozen=True)
class Tried:
    """One mend that was tried: of which statement, how likely, and what came of it."""

    sid: int
    turn: int
    mend: Mend
    after: Attempt


def best_pair(
    trials: Trials,
    now: Attempt,
    changed: Changes,
    given: Given,
    tried: Sequence[Tried],
    budget: tuple[int, int],
    holds: Holds,
) -> tuple[Pair, Attempt] | None:
    """(two mends, what comes of them) after which nothing is wrong.  ``budget``: runs, and the turns that are small."""
    runs, small = budget
    for one, other in itertools.islice(itertools.chain(fitting(trials, now, tried), products(tried, small)), runs):
        first = {**changed, one.sid: list(one.mend.statements)}
        after = trials.attempt({**first, other.sid: list(other.mend.statements)}, given)
        if after.score.finals == 0 and not after.raised and holds(other.sid, other.mend, first, after):
            return ((one.sid, one.mend), (other.sid, other.mend)), after
    return None


def groups(tried: Sequence[Tried], most: int) -> dict[int, list[Tried]]:
    """What was tried of each statement, simple ones only."""
    found: dict[int, list[Tried]] = {}
    for row in tried:
        if not any(hasattr(s, "body") for s in row.mend.statements) and len(found.setdefault(row.sid, [])) < most:
            found[row.sid].append(row)
    return found


def products(tried: Sequence[Tried], small: int) -> Iterator[tuple[Tried, Tried]]:
    """Small mends of the nearest statements, two by two, the likeliest first."""
    some = groups([t for t in tried if t.turn <= small], MOST_SMALL)
    some = dict(itertools.islice(some.items(), MOST_PAIRED))
    pairs = [
        (i + j, a, b)
        for one, other in itertools.combinations(some.values(), 2)
        for i, a in enumerate(one)
        for j, b in enumerate(other)
    ]
    return iter([(a, b) for _, a, b in sorted(pairs, key=lambda p: p[0])])


def fitting(trials: Trials, now: Attempt, tried: Sequence[Tried]) -> Iterator[tuple[Tried, Tried]]:
    """Pairs that would give the first wrong value one that it could rightly have, if what they do adds up or multiplies."""
    if not now.sites:
        return
    number = now.sites[0]
    value = value_at(now, number)
    if value is None:
        return
    wanted = [c.reshape(-1) for c in trials.rightful.choices[trials.about[number]] if c.size == value.size]
    rows = [(t, v) for t in tried if (v := value_at(t.after, number)) is not None and v.size == value.size]
    rows = [(t, v) for t, v in rows if np.all(np.isfinite(v)) and not np.array_equal(v, value)]
    values = {id(t): v for t, v in rows}
    found = []
    for one, other in itertools.combinations(groups([t for t, _ in rows], MOST).values(), 2):
        many = np.array([values[id(t)] for t in other])
        for a in one:
            for both in together(value, values[id(a)], many):
                for true in wanted:
                    with np.errstate(all="ignore"):
                        gaps = np.max(np.abs(both - true), axis=1, initial=0.0) <= CLOSE * np.max(
                            np.abs(true), initial=0.0
                        )
                    found += [(a.turn + other[k].turn, a, other[k]) for k in np.flatnonzero(gaps)]
    found.sort(key=lambda f: f[0])
    yield from ((a, b) for _, a, b in found[:MOST_FOUND])


def together(value: np.ndarray, one: np.ndarray, many: np.ndarray) -> Iterator[np.ndarray]:
    """What the value would be with two mends, by what it is with each: ``many`` are those of the second, row by row."""
    yield many + (one - value)
    with np.errstate(all="ignore"):
        yield many * (one / value)
        for some, other in ((np.array([one]), many), (many, one)):  # a factor that is one number
            top = int(np.argmax(np.abs(value)))
            ratio = some[:, top : top + 1] / value[top]
            steady = np.max(np.abs(some - ratio * value), axis=1, initial=0.0) <= CLOSE * np.max(
                np.abs(some), initial=0.0
            )
            yield np.where(steady[:, None], ratio, np.nan) * other


def value_at(attempt: Attempt, number: int) -> np.ndarray | None:
    """The last value at a site, as one row of floats."""
    held = [v for n, v in attempt.values if n == number]
    try:
        return as_float(held[-1]).reshape(-1) if held else None
    except (TypeError, ValueError):
        return None

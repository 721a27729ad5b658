"""A point to run a function at, where its user gives none: drawn by the recipe of the checks, and tried."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import islice

import numpy as np

from gradgen.checks.points import build, recipe
from gradgen.errors import GradgenError
from gradgen.interpret.coverage import defaults, find, told_literals
from gradgen.interpret.machine import parse
from gradgen.picture.trace import first_bad
from gradgen.picture.record import Run
from gradgen.picture.values import run
from gradgen.picture.wording import is_array
from gradgen.pipeline import Result, start

ATTEMPTS = 40
FEW = 10_000  # statements, in which a point that is drawn must be through
LOOKED_AT = 8  # points that run, of which the best is taken
NOTHING = 1e-6


def drawer(result: Result) -> Callable[[int], dict[str, object]]:
    """What draws the arguments of the function for the first attempt, the second, ...: the same at every call."""
    claim = result.claim("split")
    tree = parse(result.source.text)
    node = find(tree, result.name) or result.node  # of a layer, its forward pass
    own = recipe(claim, told_literals(tree, node), defaults(node))

    def drawn(attempt: int) -> dict[str, object]:
        values = own.draw(attempt, random.Random(f"{result.name} {attempt}"))
        inputs = zip(result.function.params, claim.inputs, strict=True)
        return {p.name: build(spec, values, (name,)) for p, (name, spec) in inputs}

    return drawn


def points(result: Result, attempts: int = ATTEMPTS) -> Iterator[dict[str, object]]:
    """The points that are drawn, without those for which no shapes fit."""
    draw = drawer(result)
    for attempt in range(attempts):
        with contextlib.suppress(Exception):
            yield draw(attempt)


def ran(result: Result, values: Mapping[str, object], even: bool = True) -> tuple[Result, Run]:
    """A run at a point.  Where the arrays given have other ranks than the code was taken for, by the result that is for theirs."""
    made = run(result, values, even)
    if made.failure is None or "AssertionError" not in made.failure[2] or result.options.ranks:
        return result, made
    ranks = tuple((name, value.ndim) for name, value in values.items() if is_array(value))
    options = replace(result.options, ranks=ranks, arrays=True, wrt=result.wrt)
    try:
        other = start(result.source, result.name, result.node, result.scope, options)
    except GradgenError:
        return result, made
    again = run(other, values, even)
    return (result, made) if again.failure else (other, again)


def tried(result: Result, even: bool = True) -> tuple[dict[str, object], Run] | None:
    """A point where all runs soon and is finite, with its run: of the first drawn the one that tells most; None if there is none.

    What is not differentiated by has its default there.
    """
    fixed = {n: v for n, v in defaults(result.node).items() if n not in result.wrt and v is not None}
    drawn = [at | {n: v for n, v in fixed.items() if n in at} for at in points(result)]
    for some in ([at for at in drawn if not is_thin(at)], [at for at in drawn if is_thin(at)]):
        if found := best(running(result, some, even), 1):
            return found[0]
    return None


def running(
    result: Result, some: Iterable[dict[str, object]], even: bool = False
) -> Iterator[tuple[dict[str, object], Run]]:
    """The points where all runs, in a few steps, and is finite, with their runs."""
    for at in some:
        if first_bad(made := run(result, at, even, FEW)) is None:
            yield at, made


def best(found: Iterable[tuple[dict[str, object], Run]], wanted: int) -> list[tuple[dict[str, object], Run]]:
    """So many of the points that run: those that tell of every gradient, then of most, among the first few."""
    whole, others = [], []
    for at, made in islice(found, LOOKED_AT):
        share = telling(made)
        (whole if share == 1 else others).append((share, at, made))
        if len(whole) == wanted:
            break
    ranked = [*whole, *sorted(others, key=lambda other: -other[0])]
    return [(at, made) for _, at, made in ranked[:wanted]]


def telling(made: Run) -> float:
    """The share of the gradients that are more than next to nothing, as they are where everything is saturated."""
    sizes = [np.max(np.abs(g), initial=0.0) for g in made.gradients().values()]
    return sum(size > NOTHING for size in sizes) / max(1, len(sizes))


def is_thin(at: Mapping[str, object]) -> bool:
    """Whether some array has an axis of one entry or none: its mean is the entry itself."""
    return any(min(leaf.shape) < 2 for leaf in arrays(at))


def arrays(value: object) -> Iterator[np.ndarray]:
    """The arrays in nested containers."""
    if is_array(value):
        yield value
    elif isinstance(value, (Mapping, list, tuple)):
        for item in value.values() if isinstance(value, Mapping) else value:
            yield from arrays(item)

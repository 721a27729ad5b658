"""A point to run a function at, where its user gives none: drawn by the recipe of the checks, and tried."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

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
NOTHING = 1e-6


def drawer(result: Result) -> Callable[[int], dict[str, object]]:
    """What draws the arguments of the function for the first attempt, the second, ...: the same at every call."""
    claim = result.claim("split")
    tree = parse(result.source.text)
    node = find(tree, result.name)
    own = recipe(claim, told_literals(tree, node), defaults(node))

    def drawn(attempt: int) -> dict[str, object]:
        values = own.draw(attempt, random.Random(f"{result.name} {attempt}"))
        return {name: build(spec, values, (name,)) for name, spec in claim.inputs}

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
    """A point where everything runs and is finite, with its run: the first drawn that tells something; None if there is none."""
    thin, dull = [], None
    for at in points(result):
        if is_thin(at):
            thin.append(at)
        elif first_bad(made := run(result, at, even)) is None:
            if tells(made):
                return at, made
            dull = dull or (at, made)
    return dull or next(((at, made) for at in thin if first_bad(made := run(result, at, even)) is None), None)


def tells(made: Run) -> bool:
    """Whether some gradient is more than next to nothing, as it is where everything is saturated."""
    return any(np.max(np.abs(g), initial=0.0) > NOTHING for g in made.gradients().values())


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

"""A point to run a function at, where its user gives none: drawn by the recipe of the checks, and tried."""

from __future__ import annotations

import random
from collections.abc import Mapping

from gradgen.checks.identity import defaults, find, literals
from gradgen.checks.points import build, recipe
from gradgen.interpret.machine import parse
from gradgen.picture.trace import first_bad
from gradgen.picture.values import Run, run
from gradgen.pipeline import Result

ATTEMPTS = 40


def drawn(result: Result, attempt: int) -> dict[str, object]:
    """The arguments of the function at the ``attempt``-th point; the same at every call."""
    claim = result.claim("split")
    node = find(parse(result.source.text), result.name)
    values = recipe(claim, literals(node), defaults(node)).draw(attempt, random.Random(f"{result.name} {attempt}"))
    return {name: build(spec, values, (name,)) for name, spec in claim.inputs}


def tried(result: Result) -> tuple[dict[str, object], Run] | None:
    """The first point drawn where everything runs and is finite, with its run; None if there is none."""

    for attempt in range(ATTEMPTS):
        try:
            at: Mapping[str, object] = drawn(result, attempt)
        except Exception:  # no shapes fit
            continue
        made = run(result, at)
        if first_bad(made) is None:
            return dict(at), made
    return None

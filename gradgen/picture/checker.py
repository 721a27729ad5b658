"""The gradient checker's lesson: a difference quotient for every input, against one backward pass for all."""

from __future__ import annotations

import copy
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from gradgen.picture.record import Run
from gradgen.picture.values import entry
from gradgen.picture.wording import is_array, is_number, shown
from gradgen.pipeline import Result

STEPS = tuple(10.0**-k for k in range(1, 13))
NUDGES = (0.1, 0.01, 0.001)


@dataclass(frozen=True, slots=True)
class Row:
    """One step width: the two quotients and how far they are off."""

    h: float
    forward: float
    central: float
    forward_error: float
    central_error: float


@dataclass(frozen=True, slots=True)
class Nudge:
    """An input made larger by h: the value that the gradient foretells, and the one that comes."""

    name: str
    gradient: float
    h: float
    foretold: float
    value: float


@dataclass(frozen=True, slots=True)
class Check:
    """The lesson: ``name`` is the number that is nudged, ``rows`` by step width, ``count`` how many numbers there are to nudge."""

    name: str
    gradient: float
    value: float
    rows: tuple[Row, ...]
    nudges: tuple[Nudge, ...]
    count: int

    @property
    def is_straight(self) -> bool:
        """Whether the function is a straight line in that number: then no step is too large."""
        return self.rows[0].forward_error < 1e-9


Place = tuple[str, tuple, tuple[int, ...]]  # the parameter, the path of an entry in it, the index in an array


def places(run: Run) -> list[tuple[str, Place, float]]:
    """Every number that is differentiated by: how it is written, where it is, the gradient on it."""
    found = []
    for p in run.function.params:
        if p.name not in run.gradient.wrt:
            continue
        for name, path in p.slots or ((p.name, ()),):
            value, grad = run.env.get(name), run.gradient_of(name)
            if is_array(value) and value.dtype.kind == "f":
                for i in np.ndindex(value.shape):
                    found.append((f"{shown(name)}[{', '.join(map(str, i))}]", (p.name, path, i), float(grad[i])))
            elif is_number(value):
                found.append((shown(name), (p.name, path, ()), float(grad)))
    return found


def total(run: Run, douts: Sequence[object]) -> float:
    """The number that is differentiated: the result, or the sum of all its entries times the gradients that come in on them."""
    return math.fsum(float(np.sum(o * d)) for o, d in zip(run.outputs, douts, strict=True))


def nudged(result: Result, run: Run, values: Mapping[str, object], place: Place, h: float) -> float:
    """The result with one number changed by h; nan where the function fails there."""
    name, path, index = place
    changed = {**values, name: copy.deepcopy(values[name])}
    holder, key = (changed, name) if not path else (entry(changed[name], path[:-1]), path[-1])
    if index:
        holder[key] = np.array(holder[key], dtype=float)
        holder[key][index] += h
    elif isinstance(holder, tuple):
        return math.nan
    else:
        holder[key] = holder[key] + h
    made = run.runner.forward(result, changed)
    return math.nan if made.failure else total(made, run.douts)


def check(result: Result, run: Run, values: Mapping[str, object]) -> Check | None:
    """The lesson for the number on which the function curves most, and the sensitivity of every input; None where nothing is finite."""
    listed = lists_for_tuples(values)
    found, value = places(run), total(run, run.douts)
    finite = [item for item in found if math.isfinite(item[2])]
    if not finite or not math.isfinite(value):
        return None
    groups: dict[tuple, list] = {}
    for item in finite:
        groups.setdefault(item[1][:2], []).append(item)
    steepest = [max(group, key=lambda f: abs(f[2])) for group in groups.values()][:8]  # of each parameter one number
    nudges = [
        Nudge(name, gradient, h, value + h * gradient, nudged(result, run, listed, place, h))
        for name, place, gradient in steepest
        for h in NUDGES
    ]
    bend = {n.name: abs(n.value - n.foretold) for n in nudges if n.h == NUDGES[1] and math.isfinite(n.value)}
    name, place, gradient = max(steepest, key=lambda f: bend.get(f[0], -1.0))
    rows = []
    for h in STEPS:
        above, below = nudged(result, run, listed, place, h), nudged(result, run, listed, place, -h)
        forward, central = (above - value) / h, (above - below) / (2 * h)
        rows.append(Row(h, forward, central, off(forward, gradient), off(central, gradient)))
    return Check(name, gradient, value, tuple(rows), tuple(nudges), len(found))


def cost(checked: Check) -> str:
    """What each way of getting the gradient costs, in evaluations of the function."""
    whose = f"for all {checked.count} numbers" if checked.count > 1 else "for the one number"
    return (
        f"{whose}: {checked.count + 1} evaluations by forward differences, {2 * checked.count} by central ones, "
        "one forward and one backward pass by backpropagation"
    )


def off(found: float, gradient: float) -> float:
    """The relative error, as gradient checkers state it; nan where there is nothing to compare."""
    size = max(abs(found), abs(gradient))
    return abs(found - gradient) / size if size else 0.0 if found == gradient else math.nan


def lists_for_tuples(values: Mapping[str, object]) -> dict[str, object]:
    """The arguments with lists where they hold tuples, so that one entry can be changed."""

    def changed(value):
        if isinstance(value, dict):
            return {k: changed(v) for k, v in value.items()}
        return [changed(v) for v in value] if isinstance(value, (list, tuple)) else value

    return {k: changed(v) for k, v in values.items()}

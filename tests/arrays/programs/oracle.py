"""The original at a point: its value, and its gradient by central differences where these can be trusted."""

from __future__ import annotations

import copy
import random
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from tests.arrays.measure import Case, returns_cache
from tests.arrays.numeric import at, draw_dout, leaves, narrow, outputs, put, weighted, widen
from tests.arrays.programs.program import Program
from tests.arrays.recipes import draw, sizes

STEP = 1e-4
TRUST = 1e-5  # two step widths, and the two sides, agree so far where the function is smooth


class Kink(Exception):
    """Differences with two step widths disagree: a kink or a jump lies nearby."""


class Bad(Exception):
    """The program does not evaluate to finite numbers at this point."""


@dataclass
class Point(Case):
    """A program at a point; its gradients come from central differences with two step widths."""

    known: dict[tuple, np.ndarray] = field(default_factory=dict)

    @cached_property
    def objective(self):
        return weighted(self.entry.original, self.dout, cache=self.cache)

    def gradient(self, path: tuple) -> np.ndarray:
        """The vector-Jacobian product by an input.  Raises `Kink`."""
        if path not in self.known:
            self.known[path] = differences(self.objective, widen(self.point), path)
        return self.known[path]


def differences(objective, point: dict, path: tuple) -> np.ndarray:
    """Central differences with two step widths, extrapolated.  Raises `Kink` where the widths, or the two sides, disagree."""
    middle = objective(copy.deepcopy(point))
    leaf = np.asarray(at(point, path), dtype=float)
    is_array = isinstance(at(point, path), np.ndarray)
    gradient = np.zeros_like(leaf)
    for index in np.ndindex(leaf.shape):

        def moved(step: float, index=index) -> float:
            new = leaf.copy()
            new[index] += step
            return objective(put(copy.deepcopy(point), path, new if is_array else float(new)))

        wide, near = (moved(STEP), moved(-STEP)), (moved(STEP / 2), moved(-STEP / 2))
        slopes = (wide[0] - wide[1]) / (2 * STEP), (near[0] - near[1]) / STEP
        bend = abs(near[0] - 2 * middle + near[1]) / STEP
        scale = 1 + abs(slopes[1])
        if not (
            np.isfinite(slopes).all() and abs(slopes[0] - slopes[1]) <= TRUST * 100 * scale and bend <= 0.02 * scale
        ):
            raise Kink(f"{path}{list(index)}")
        gradient[index] = (4 * slopes[1] - slopes[0]) / 3
    return gradient


def variants(program: Program, rng: random.Random) -> list[Program]:
    """The program at other points: flags the other way round, and some size 1."""
    flipped = {"true": "false", "false": "true", "text train": "text test", "text test": "text train"}
    found = [program]
    if any(k in flipped for k in program.recipe.values() if isinstance(k, str)):
        other = {n: flipped.get(k, k) if isinstance(k, str) else k for n, k in program.recipe.items()}
        found.append(replace(program, recipe=other))
    free = [d for d in sizes(program.recipe) if d not in program.rigid and d.isidentifier()]
    if free and rng.random() < 0.25:
        found.append(replace(program, recipe={**program.recipe, "where": {rng.choice(free): "1"}}))
    return found


def point(program: Program, attempt: int, *, float32: bool = False) -> Point:
    """The program at one of its points.  Raises `Bad` where it raises or gives no finite numbers."""
    given = draw(f"{program.seed}/{attempt}", program.recipe)
    given = narrow(given) if float32 else given
    after = copy.deepcopy(given)
    try:
        with np.errstate(all="ignore"):
            value = program.original(**after)
    except Exception as error:
        raise Bad(f"{type(error).__name__}: {error}") from error
    numbers = [v for _, v in leaves(value) if isinstance(v, (float, np.ndarray, np.floating))]
    if not all(np.all(np.isfinite(v)) for v in numbers):
        raise Bad("not finite")
    if not numbers:
        raise Bad("no number")
    cache = returns_cache(program)
    dout = draw_dout(outputs(value, cache=cache), np.random.default_rng(attempt))
    return Point(program, given, after, value, cache, dout)

"""Where to try a function: inputs drawn by a fixed recipe from its shape and its own literals."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from gradgen.checks.claim import Claim

Path = tuple  # (parameter, key, key, ...) of one number inside the inputs
SMALL = (0, 1, 2, 3, True, False)


def leaves(inputs: tuple[tuple[str, object], ...]) -> Iterator[tuple[Path, str]]:
    """Every entry of the inputs: its path and its kind (``number`` or ``opaque``)."""
    for name, spec in inputs:
        yield from _leaves(spec, (name,))


def _leaves(spec: object, path: Path) -> Iterator[tuple[Path, str]]:
    if not isinstance(spec, tuple):
        yield path, spec or "opaque"
    else:
        for key, inner in entries(spec):
            yield from _leaves(inner, (*path, key))


def entries(spec: tuple) -> list[tuple[object, object]]:
    """The (key, spec) pairs of a list's or a dict's spec."""
    kind, inner = spec
    return list(enumerate(inner)) if kind == "list" else list(inner)


def build(spec: object, values: dict[Path, object], path: Path) -> object:
    """The input of this shape with these entries."""
    if not isinstance(spec, tuple):
        return values[path]
    built = [(key, build(inner, values, (*path, key))) for key, inner in entries(spec)]
    return [item for _, item in built] if spec[0] == "list" else dict(built)


def spelled(path: Path) -> str:
    """A path as Python writes it.

    >>> spelled(("w", 0)), spelled(("params", "b"))
    ('w[0]', "params['b']")
    """
    return path[0] + "".join(f"[{key!r}]" for key in path[1:])


def _either_sign(low: float, high: float) -> Callable[[random.Random], float]:
    return lambda rng: rng.choice((-1, 1)) * rng.uniform(low, high)


def _between(low: float, high: float) -> Callable[[random.Random], float]:
    return lambda rng: rng.uniform(low, high)


SCALES: tuple[Callable[[random.Random], float], ...] = (
    _either_sign(0.3, 2.5),
    _between(0.3, 2.5),
    _between(0.05, 0.95),
    _between(-2.5, -0.3),
    _between(1.05, 1.95),
    _either_sign(4, 40),
    _between(0.9, 1.1),
    _either_sign(0.005, 0.1),
    lambda rng: rng.randint(-5, 5) + rng.uniform(0.01, 0.2),
    _either_sign(40, 900),
)


@dataclass(frozen=True)
class Points:
    """The recipe: what numbers and opaque values to draw for a claim, given the source function."""

    numbers: tuple[Path, ...]
    opaque: dict[Path, tuple]
    literals: tuple[float, ...]

    def draw(self, attempt: int, rng: random.Random) -> dict[Path, object]:
        """The entries of the ``attempt``-th point: one scale for all, each its own, or near the literals."""
        values: dict[Path, object] = {
            path: self._opaque(path, attempt, rng) for path in self.opaque
        }
        turn, kind = divmod(attempt, 3)
        same = SCALES[turn % len(SCALES)]
        for path in self.numbers:
            scale = same
            if kind == 1:
                scale = rng.choice(SCALES)
            elif kind == 2 and self.literals:
                scale = self._near_literal
            values[path] = round(scale(rng), 6)
        return values

    def _near_literal(self, rng: random.Random) -> float:
        return rng.choice(self.literals) + rng.choice((0.05, 0.5, 2)) * rng.uniform(-1, 1)

    def _opaque(self, path: Path, attempt: int, rng: random.Random) -> object:
        candidates = self.opaque[path]
        return candidates[0] if attempt == 0 else rng.choice(candidates)


def recipe(claim: Claim, literals: list, defaults: dict[str, object]) -> Points:
    """The recipe for a claim about a source function with these literals and defaults."""
    near = tuple(
        dict.fromkeys(float(c) for c in literals if type(c) in (int, float) and abs(c) < 1e6)
    )
    plain = [c for c in literals if isinstance(c, (str, int)) or c is None]
    candidates = _distinct([*(c for c in plain if not _huge(c)), *SMALL])
    kinds = dict(leaves(claim.inputs))
    opaque = {
        path: tuple(_distinct([*([defaults[path[0]]] if path[0] in defaults else []), *candidates]))
        for path, kind in kinds.items()
        if kind != "number"
    }
    return Points(tuple(p for p, kind in kinds.items() if kind == "number"), opaque, near)


def _distinct(values: list) -> list:
    """The values without repeats; True and 1 are two."""
    return list({(type(v), v): v for v in values}.values())


def _huge(value: object) -> bool:
    return isinstance(value, int) and abs(value) > 1000

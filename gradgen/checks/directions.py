"""Directions in which the inputs of a function are moved: everything at once, or single entries of it."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator

from gradgen.checks import outcomes
from gradgen.checks.points import Path

Direction = dict[Path, object]  # what moves, and how fast: numbers and float arrays
Named = tuple[Path, Direction]
COMPONENTS = 200  # entries tried one by one; beyond, only along random directions
OF_ARRAYS = 12  # entries of each array that are tried one by one at the first point


def anywhere(values: dict[Path, object], paths: list[Path], rng: random.Random) -> Direction:
    """A random direction that moves everything at these paths."""

    def one() -> float:
        return rng.choice((-1, 1)) * rng.uniform(0.3, 1)

    def like(value):
        if not outcomes.is_array(value):
            return one()
        moved = value.copy()
        moved.flat[:] = [one() for _ in range(value.size)]
        return moved

    return {path: like(values[path]) for path in paths}


def single(value, path: Path, indices: Iterable[int]) -> Iterator[Named]:
    """The directions of single entries of a value, each with its path; ``indices`` count in reading order."""
    if not outcomes.shape_of(value):
        yield path, {path: value * 0 + 1.0 if outcomes.is_array(value) else 1.0}
        return
    for index in indices:
        direction = value * 0
        direction.flat[index] = 1.0
        yield (*path, unravelled(index, value.shape)), {path: direction}


def some(values: dict[Path, object], paths: list[Path], rng: random.Random) -> list[Named]:
    """All numbers, and of each array the first entry, the last and a few between."""
    chosen: list[Named] = []
    for path in paths[:COMPONENTS]:
        size = size_of(values[path])
        between = [rng.randrange(size) for _ in range(OF_ARRAYS - 2)] if size > 1 else []
        chosen += single(values[path], path, sorted({0, size - 1, *between} if size else ()))
    return chosen[:COMPONENTS]


def size_of(value) -> int:
    return value.size if outcomes.is_array(value) else 1


def unravelled(index: int, shape: tuple[int, ...]) -> tuple[int, ...]:
    """The index of an entry, from its place in reading order.

    >>> unravelled(4, (2, 3))
    (1, 1)
    """
    places = []
    for extent in reversed(shape):
        index, place = divmod(index, extent)
        places.append(place)
    return tuple(reversed(places))

"""Where to try a function: inputs drawn by a fixed recipe from its shape and its own literals."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from gradgen.checks.claim import Claim
from gradgen.checks.extents import assignment, evaluate, families, symbols

Path = tuple  # (parameter, key, key, ...) of one number or array inside the inputs
SMALL = (0, 1, 2, 3, True, False)
TRIPS = (3, 1, 0, 2, 4)  # of a loop
FLOATS = ("number", "numbers", "array", "onehot")  # kinds of entries that a gradient may be asked for
DRAWN = ("numbers", "array", "ints", "bools", "onehot", "either")


def leaves(inputs: tuple[tuple[str, object], ...]) -> Iterator[tuple[Path, object]]:
    """Every entry of the inputs: its path and its spec (``number``, ``opaque``, or an array's)."""
    for name, spec in inputs:
        yield from _leaves(spec, (name,))


def _leaves(spec: object, path: Path) -> Iterator[tuple[Path, object]]:
    if not nested(spec):
        yield path, spec or "opaque"
    else:
        for key, inner in entries(spec):
            yield from _leaves(inner, (*path, key))


def nested(spec: object) -> bool:
    """Whether a spec is a list's or a dict's."""
    return isinstance(spec, tuple) and spec[0] in ("list", "dict")


def kind(spec: object) -> str:
    """``number``, ``opaque``, ``array``, ...

    >>> kind("number"), kind(("ints", ("N",), "C"))
    ('number', 'ints')
    """
    return spec[0] if isinstance(spec, tuple) else spec


def is_moved(spec: object, value: object) -> bool:
    """Whether a gradient is asked for at an entry that holds this value: of several specs, it depends on the one drawn.

    >>> is_moved("number", 1.0), is_moved(("either", ()), None)
    (True, False)
    """
    if kind(spec) != "either":
        return kind(spec) in FLOATS
    return value is not None and value.dtype.kind == "f"


def entries(spec: tuple) -> list[tuple[object, object]]:
    """The (key, spec) pairs of a list's or a dict's spec."""
    kind, inner = spec
    return list(enumerate(inner)) if kind == "list" else list(inner)


def build(spec: object, values: dict[Path, object], path: Path) -> object:
    """The input of this shape with these entries."""
    if not nested(spec):
        return values[path]
    built = [(key, build(inner, values, (*path, key))) for key, inner in entries(spec)]
    return [item for _, item in built] if spec[0] == "list" else dict(built)


def spelled(path: Path) -> str:
    """A path as Python writes it; a tuple in it is an array's index.

    >>> spelled(("w", 0)), spelled(("params", "b")), spelled(("W", (0, 1)))
    ('w[0]', "params['b']", 'W[0, 1]')
    """
    keys = [", ".join(map(str, k)) if isinstance(k, tuple) else repr(k) for k in path[1:]]
    return path[0] + "".join(f"[{key}]" for key in keys)


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


WHOLE = (0, 1, -1, 2)


@dataclass(frozen=True)
class Points:
    """The recipe: what numbers, arrays and opaque values to draw for a claim, given the source function."""

    numbers: tuple[Path, ...]
    opaque: dict[Path, tuple]
    literals: tuple[float, ...]
    arrays: dict[Path, tuple]
    sizes: dict[str, tuple[int, ...]]
    counts: frozenset[Path] = frozenset()
    whole: bool = False  # small whole numbers, 0 among them

    @property
    def turns(self) -> int:
        """How many attempts it takes to see every kind of shapes."""
        free = [p for p, spec in self.arrays.items() if spec[1] is None and spec[0] != "either"]
        choices = math.prod(len(spec[1]) for spec in self.arrays.values() if spec[0] == "either")
        return max(len(families(len(free))) if free else 0, 4 if self.arrays else 0) * choices

    def draw(self, attempt: int, rng: random.Random) -> dict[Path, object]:
        """The entries of the ``attempt``-th point: one scale for all, each its own, or near the literals."""
        if any(spec[0] == "either" for spec in self.arrays.values()):
            return self.decided(attempt).draw(attempt, rng) | self.absent(attempt)
        values: dict[Path, object] = {path: self._opaque(path, attempt, rng) for path in self.opaque}
        turn, kind = divmod(attempt, 3)
        same = SCALES[turn % len(SCALES)]

        def scale():
            if kind == 1:
                return rng.choice(SCALES)
            return self._near_literal if kind == 2 and self.literals else same

        for path in self.numbers:
            values[path] = float(rng.choice(WHOLE)) if self.whole else round(scale()(rng), 6)
        shapes, sizes = self.shapes(attempt, rng) if self.arrays else ({}, {})
        for path in self.opaque if sizes else ():
            if attempt % 2 and rng.random() < 0.25:  # a count that goes with the shapes
                values[path] = rng.choice(list(sizes.values()))
        for path, spec in self.arrays.items():
            values[path] = _array(spec, shapes[path], sizes, scale(), rng)
        return values

    def decided(self, attempt: int) -> Points:
        """The recipe with every choice of kinds made, each in turn."""
        chosen = {path: _chosen(spec, attempt) for path, spec in self.arrays.items()}
        return replace(self, arrays={path: spec for path, spec in chosen.items() if spec is not None})

    def absent(self, attempt: int) -> dict[Path, object]:
        """The entries that are None this time."""
        return {path: None for path, spec in self.arrays.items() if _chosen(spec, attempt) is None}

    def shapes(self, attempt: int, rng: random.Random) -> tuple[dict[Path, tuple[int, ...] | None], dict[str, int]]:
        """A shape for every array, None for a plain number, and the sizes of the symbols."""
        free = [path for path, spec in self.arrays.items() if spec[1] is None]
        bound = {path: spec[1] for path, spec in self.arrays.items() if spec[1] is not None}
        extents = [e for dims in bound.values() for e in dims]
        extents += [spec[2] for spec in self.arrays.values() if spec[0] == "ints"]
        sizes = assignment(symbols(iter(extents)), list(bound.values()), self.sizes, attempt, rng)
        shapes = {path: tuple(evaluate(e, sizes) for e in dims) for path, dims in bound.items()}
        if free:
            rows = families(len(free))
            shapes |= dict(zip(free, rows[attempt % len(rows)], strict=True))
        return shapes, sizes

    def _near_literal(self, rng: random.Random) -> float:
        return rng.choice(self.literals) + rng.choice((0.05, 0.5, 2)) * rng.uniform(-1, 1)

    def _opaque(self, path: Path, attempt: int, rng: random.Random) -> object:
        candidates = self.opaque[path]
        if path in self.counts:  # in turn: no trip and one are among the first
            return candidates[attempt % len(candidates)]
        return candidates[0] if attempt == 0 else rng.choice(candidates)


def _chosen(spec: tuple, attempt: int) -> tuple | None:
    return spec[1][attempt % len(spec[1])] if spec[0] == "either" else spec


def _array(spec: tuple, shape: tuple[int, ...] | None, sizes: dict[str, int], scale: Callable, rng: random.Random):
    """One array of this kind and shape; a plain number for no shape."""
    import numpy as np

    if shape is None:
        return round(scale(rng), 6)
    count = math.prod(shape)
    if spec[0] == "ints":
        high = max(1, evaluate(spec[2], sizes))
        return np.array([rng.randrange(high) for _ in range(count)], dtype=int).reshape(shape)
    if spec[0] == "bools":
        return np.array([rng.random() < 0.5 for _ in range(count)], dtype=bool).reshape(shape)
    if spec[0] == "onehot":
        width = shape[-1] if shape else 1
        chosen = np.array([rng.randrange(width) for _ in range(count // max(1, width))], dtype=int)
        return np.eye(width)[chosen].reshape(shape)
    return np.array([round(scale(rng), 6) for _ in range(count)], dtype=float).reshape(shape)


def recipe(claim: Claim, literals: list, defaults: dict[str, object]) -> Points:
    """The recipe for a claim about a source function with these literals and defaults."""
    near = tuple(dict.fromkeys(float(c) for c in literals if type(c) in (int, float) and abs(c) < 1e6))
    plain = [c for c in literals if isinstance(c, (str, int)) or c is None]
    candidates = [*(c for c in plain if not _huge(c)), *SMALL]
    specs = dict(leaves(claim.inputs))
    own = {path: [defaults[path[0]]] if path[0] in defaults else [] for path in specs}
    opaque = {
        path: tuple(_distinct([*own[path], *candidates]))
        for path, spec in specs.items()
        if kind(spec) not in (*FLOATS, *DRAWN)
    }
    counts = {path: [c for c in own[path] if not _huge(c)] for path, spec in specs.items() if spec == "count"}
    opaque |= {path: tuple(_distinct([*first, *TRIPS])) for path, first in counts.items()}
    return Points(
        tuple(p for p, spec in specs.items() if spec == "number"),
        opaque,
        near,
        {p: spec for p, spec in specs.items() if kind(spec) in DRAWN},
        dict(claim.sizes),
        frozenset(counts),
    )


def _distinct(values: list) -> list:
    """The values without repeats; True and 1 are two."""
    return list({(type(v), v): v for v in values}.values())


def _huge(value: object) -> bool:
    return isinstance(value, int) and abs(value) > 1000

"""The cases that an array claim is proved for: sizes, labels, flags."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass

from gradgen.checks.claim import Claim
from gradgen.checks.extents import Extent, evaluate, families, symbols
from gradgen.checks.points import DRAWN, Path, Points, kind, leaves

PLAIN = 3  # cases of a claim that names its shapes
MOST = 12  # cases of a claim for arrays of any shape
LOOKED = 150  # at most: sizes that have to fit each other are not told
POOLS = ((2, 3, 5, 7, 11), (2, 3, 4, 5, 6, 7, 8), (2, 3, 4))
ENTRIES = (60, 120, 400)  # of all arrays together, for each pool


@dataclass(frozen=True)
class Case:
    """One choice of sizes and of what is no number: ``shapes`` of the arrays (None: a plain number), ``fixed`` values of the rest."""

    sizes: dict[str, int]
    shapes: dict[Path, tuple[int, ...] | None]
    fixed: dict[Path, object]

    def __str__(self) -> str:
        """The sizes, as the verdict names them.

        >>> str(Case({"N": 2, "D": 3}, {}, {}))
        'N=2, D=3'
        """
        return ", ".join(f"{name}={size}" for name, size in self.sizes.items())


def cases(claim: Claim, draws: Points) -> Iterator[Case]:
    """The cases, in an order that does not change: distinct sizes, all labels alike, one size 1; or shapes that broadcast."""
    free = [path for path, spec in draws.arrays.items() if spec[1] is None]
    rows = families(len(free)) if free else [()]
    count = max(min(len(rows), MOST), PLAIN)
    for attempt in range(max(count, LOOKED)):
        rng = random.Random(attempt)
        sizes = _sizes(draws, attempt, rng)
        shapes: dict[Path, tuple[int, ...] | None] = {
            path: tuple(evaluate(e, sizes) for e in spec[1])
            for path, spec in draws.arrays.items()
            if spec[1] is not None
        }
        shapes |= dict(zip(free, rows[attempt % len(rows)], strict=False))
        fixed = {path: draws._opaque(path, attempt, rng) for path in draws.opaque}
        for path, spec in leaves(claim.inputs):
            if kind(spec) in DRAWN and not is_unknown(claim, path, spec):
                fixed[path] = _drawn(spec, shapes[path], sizes, attempt, rng)
        yield Case(sizes, shapes, fixed)


def is_unknown(claim: Claim, path: Path, spec: object) -> bool:
    """Whether an input stands for any numbers: one-hot rows only where a gradient by them is asked for."""
    return kind(spec) in ("array", "number", "numbers") or kind(spec) == "onehot" and path[0] in claim.wrt


def planned(draws: Points) -> int:
    """How many cases have to be proved."""
    free = sum(1 for spec in draws.arrays.values() if spec[1] is None)
    return max(min(len(families(free)), MOST) if free else 0, PLAIN)


def _sizes(draws: Points, attempt: int, rng: random.Random) -> dict[str, int]:
    """Distinct sizes; at the third attempt one of them is 1."""
    bound = [spec[1] for spec in draws.arrays.values() if spec[1] is not None]
    extents: list[Extent] = [e for dims in bound for e in dims]
    extents += [spec[2] for spec in draws.arrays.values() if spec[0] == "ints"]
    names = symbols(iter(extents))
    if attempt > 3:  # for sizes that have to fit each other: anything, seldom with a 1
        sizes = {n: rng.randint(1 + (attempt % 4 > 0), 5) for n in names}
        return {n: s if s in draws.sizes.get(n, (s,)) else rng.choice(draws.sizes[n]) for n, s in sizes.items()}
    sizes: dict[str, int] = {}
    for pool, most in zip(POOLS, ENTRIES, strict=True):
        turned = [pool[(i + attempt * (attempt != 2)) % len(pool)] for i in range(len(names))]
        if attempt == 2 and names:
            turned[rng.randrange(len(names))] = 1
        sizes = {
            n: s if s in draws.sizes.get(n, (s,)) else rng.choice(draws.sizes[n])
            for n, s in zip(names, turned, strict=True)
        }
        shapes = [[evaluate(e, sizes) for e in dims] for dims in bound]
        if all(n >= 0 for shape in shapes for n in shape) and sum(map(math.prod, shapes)) <= most:
            return sizes
    return sizes


def _drawn(spec: tuple, shape: tuple[int, ...] | None, sizes: dict[str, int], attempt: int, rng: random.Random):
    """Labels (at the second attempt all alike), masks, one-hot rows; a plain value for no shape."""
    import numpy as np

    count = math.prod(shape) if shape is not None else 1
    if spec[0] == "ints":
        high = max(1, evaluate(spec[2], sizes))
        same = rng.randrange(high)
        values = np.array([same if attempt == 1 else rng.randrange(high) for _ in range(count)], dtype=int)
    elif spec[0] == "bools":
        values = np.array([rng.random() < 0.5 for _ in range(count)], dtype=bool)
    else:
        width = shape[-1] if shape else 1
        values = np.eye(width)[[rng.randrange(width) for _ in range(count // max(1, width))]].ravel()
    return values.reshape(shape) if shape is not None else values[0].item()

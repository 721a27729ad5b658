"""Values for a student's forward pass: the leaves of its parameters, and numbers drawn for them.

A plan lists the leaves (``x``, ``params['W1']``), each with its kind and its dimensions; `drawn` makes values of it.  Sizes are
distinct where the code allows that.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gradgen.checks.extents import evaluate, symbols

Path = tuple[str, ...]
Dims = tuple[str | int, ...]
POOLS = ((3, 5, 2, 7, 4, 11), (4, 3, 5, 2, 6, 7), (2, 3, 4, 5, 2, 3))
IMAGE = {"N": 2, "C": 3, "F": 2, "H": 4, "W": 6, "HH": 2, "WW": 2, "KH": 2, "KW": 2, "FH": 2, "FW": 2}
ODD_IMAGE = {"N": 3, "C": 1, "F": 3, "H": 5, "W": 6, "HH": 3, "WW": 2, "KH": 3, "KW": 2, "FH": 3, "FW": 2}


@dataclass(frozen=True)
class Leaf:
    """One value to make: ``kind`` is array, ints, onehot, bools, probabilities, number or fixed (``choices`` in turn)."""

    path: Path
    kind: str
    dims: Dims | None = None
    bound: str | int | None = None
    choices: tuple = ()

    @property
    def name(self) -> str:
        return self.path[-1]


def text_of(path: Path) -> str:
    """``params['W1']``; of an instance ``self.params['W1']``."""
    if path[0] == "self" and len(path) > 1:
        return f"self.{text_of(path[1:])}"
    return path[0] + "".join(f"[{key!r}]" for key in path[1:])


def sizes_of(plan: list[Leaf]) -> Iterator[dict[str, int]]:
    """Sizes for the symbols of a plan, distinct ones first."""
    extents = [d for leaf in plan for d in leaf.dims or ()] + [leaf.bound for leaf in plan if leaf.bound]
    names = symbols(iter([e for e in extents if isinstance(e, str)]))
    image = any(leaf.dims and len(leaf.dims) >= 4 for leaf in plan)
    for turn, pool in enumerate(POOLS):
        sizes = {n: pool[i % len(pool)] for i, n in enumerate(names)}
        if image:
            table = (IMAGE, ODD_IMAGE, IMAGE)[turn]
            small = (2, 3, 4, 6, 2, 2, 2)
            sizes = {n: table.get(n, small[i % len(small)]) for i, n in enumerate(names)}
        yield sizes


def shape_of(leaf: Leaf, sizes: dict[str, int]) -> tuple[int, ...]:
    return tuple(evaluate(d, sizes) for d in leaf.dims or ())


def drawn(plan: list[Leaf], sizes: dict[str, int], seed: int, style: str = "real", turn: int = 0) -> dict[str, object]:
    """Values for every parameter.  ``style`` is how real numbers are drawn: real, positive, or unit (between 0 and 1)."""
    rng = random.Random(seed * 7919 + 17)
    values: dict[str, object] = {}
    for leaf in plan:
        value = _value(leaf, sizes, rng, style, turn)
        owner = values
        for key in leaf.path[:-1]:
            owner = owner.setdefault(key, {})
        owner[leaf.path[-1]] = value
    return values


def _value(leaf: Leaf, sizes: dict[str, int], rng: random.Random, style: str, turn: int):
    if leaf.kind == "fixed":
        return leaf.choices[turn % len(leaf.choices)]
    shape = shape_of(leaf, sizes)
    if leaf.kind == "size":
        return shape[0]
    count = int(np.prod(shape)) if shape else 1
    if leaf.kind == "ints":
        high = evaluate(leaf.bound, sizes) if leaf.bound else 2
        flat = np.array([rng.randrange(max(1, high)) for _ in range(count)], dtype=int)
    elif leaf.kind == "bools":
        flat = np.array([rng.random() < 0.5 for _ in range(count)], dtype=bool)
    elif leaf.kind == "zeroone":
        flat = np.array([float(rng.random() < 0.5) for _ in range(count)])
    elif leaf.kind in ("onehot", "onehot0"):
        axis = 0 if leaf.kind == "onehot0" and len(shape) > 1 else -1
        width = shape[axis] if shape else 1
        rows = np.eye(width)[[rng.randrange(width) for _ in range(count // max(1, width))]]
        return np.ascontiguousarray(rows.T if axis == 0 else rows.reshape(shape))
    else:
        flat = np.array([_real(rng, style) for _ in range(count)])
    return flat.reshape(shape) if shape else flat[0].item()


def _real(rng: random.Random, style: str) -> float:
    if style == "positive":
        return round(rng.uniform(0.2, 2), 4)
    if style == "unit":
        return round(rng.uniform(0.08, 0.92), 4)
    return round(rng.choice((1, -1)) * rng.uniform(0.08, 1.4), 4)

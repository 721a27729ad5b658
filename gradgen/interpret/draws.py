"""Random draws: in every call of a program the same, one after the other, so that two texts that draw alike see the same numbers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

SEED = 20240229


class Draws:
    """Where the draws of the call that runs come from."""

    def __init__(self):
        self.start()

    def start(self, *_) -> None:
        """From the first number on."""
        self.numbers = np.random.default_rng(SEED)


DRAWS = Draws()


def _sized(size: object) -> object:
    return None if size is None else tuple(map(int, size)) if isinstance(size, (tuple, list)) else int(size)


def uniform(low=0.0, high=1.0, size=None):
    return float(low) + (float(high) - float(low)) * DRAWS.numbers.random(_sized(size))


def normal(loc=0.0, scale=1.0, size=None):
    return float(loc) + float(scale) * DRAWS.numbers.standard_normal(_sized(size))


def binomial(n, p, size=None):
    return DRAWS.numbers.binomial(int(n), float(p), _sized(size))


FUNCTIONS: dict[str, Callable] = {
    "rand": lambda *shape: uniform(size=shape or None),
    "randn": lambda *shape: normal(size=shape or None),
    "random": lambda size=None: uniform(size=size),
    "random_sample": lambda size=None: uniform(size=size),
    "standard_normal": lambda size=None: normal(size=size),
    "uniform": uniform,
    "normal": normal,
    "binomial": binomial,
    "seed": DRAWS.start,
}

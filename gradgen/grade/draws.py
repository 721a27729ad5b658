"""``numpy.random`` for a student's code: the same draws in every run."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from gradgen.interpret.values import Module, Routine

if TYPE_CHECKING:
    from gradgen.grade.running import Runner


def draws(runner: Runner) -> Module:
    """The module, over a runner's numbers and its generator."""

    def many(one: Callable[[random.Random], float | int], size):
        shape = tuple(size) if isinstance(size, (tuple, list)) else () if size is None else (size,)
        shape = tuple(map(int, shape))
        count = int(np.prod(shape))
        runner.machine.meter.items(count)
        flat = [one(runner.random) for _ in range(count)]
        if flat and isinstance(flat[0], int):
            return np.array(flat, dtype=int).reshape(shape) if shape else flat[0]
        return (
            runner.machine.take(np.array(flat, dtype=float).reshape(shape)) if shape else runner.numbers.make(flat[0])
        )

    def rand(*shape):
        return many(random.Random.random, shape)

    def randn(*shape):
        return many(standard, shape)

    def sample(size=None):
        return many(random.Random.random, size)

    def standard_normal(size=None):
        return many(standard, size)

    def normal(loc=0.0, scale=1.0, size=None):
        return moved(many(standard, size), loc, scale)

    def uniform(low=0.0, high=1.0, size=None):
        return moved(many(random.Random.random, size), low, high - low)

    def integers(low, high=None, size=None):
        start, stop = (0, low) if high is None else (low, high)
        return many(lambda rng: rng.randrange(int(start), int(stop)), size)

    plain = (rand, randn, standard_normal, normal, uniform)
    members = {f.__name__: listed(f.__name__, f) for f in plain}
    members |= {name: listed(name, sample) for name in ("random", "random_sample")}
    members |= {name: listed(name, integers) for name in ("randint", "integers")}
    members["seed"] = Routine("seed", lambda args, kwargs: None)
    generator = Module("numpy.random", dict(members))
    members["default_rng"] = members["RandomState"] = Routine("default_rng", lambda args, kwargs: generator)
    return Module("numpy.random", members)


def standard(rng: random.Random) -> float:
    return rng.gauss(0, 1)


def moved(value, by, scale):
    """Draws on another place, of another spread; both may be numbers that gradients flow to."""
    value = value if type(scale) in (int, float) and scale == 1 else value * scale
    return value if type(by) in (int, float) and by == 0 else value + by


def listed(name: str, function: Callable) -> Routine:
    return Routine(name, lambda args, kwargs: function(*args, **kwargs))

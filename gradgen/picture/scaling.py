"""An input made a thousand times as large: what becomes of each gradient.  It is run again, and the numbers are compared."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from gradgen.picture.checker import places
from gradgen.picture.record import Run
from gradgen.picture.values import again
from gradgen.picture.wording import is_array, is_number, shown, two
from gradgen.pipeline import Result

TIMES = 1000.0
MOST = 6  # inputs that are tried

Key = tuple[str, tuple]  # a parameter, and the path of an entry in it


@dataclass(frozen=True, slots=True)
class Gain:
    """The size of one gradient (of an array: of its largest entry) as it was, and with an input of another scale."""

    name: str
    before: float
    after: float

    @property
    def factor(self) -> str:
        """``× 1000``; a gradient of 0 has no factor."""
        if not math.isfinite(self.after):
            return f"is {self.after}"
        if not self.before:
            return f"becomes {two(self.after)}" if self.after else "stays 0"
        return f"× {self.after / self.before:.4g}"


@dataclass(frozen=True, slots=True)
class Scaled:
    """An input that was made larger: what became of the gradients, or how the function fails there."""

    name: str
    gains: tuple[Gain, ...] = ()
    fails: str = ""


def scaled(result: Result, run: Run, values: Mapping[str, object]) -> list[Scaled]:
    """One row for each input that is differentiated by; none where it is the only one and has nothing beside it."""
    before = sizes(run)
    rows = [row(result, run, values, key, before) for key in list(before)[:MOST]]
    return rows if len(before) > 1 else []


def row(result: Result, run: Run, values: Mapping[str, object], key: Key, before: Mapping[Key, float]) -> Scaled:
    """What becomes of the gradients with one input larger."""
    name, path = key
    made = again(result, run, {**values, name: larger(values[name], path)})
    if made.failure:
        return Scaled(written(key), fails=made.failure[2])
    after = sizes(made)
    return Scaled(written(key), tuple(Gain(shown(f"~{written(k)}"), before[k], after[k]) for k in before))


def sizes(run: Run) -> dict[Key, float]:
    """The largest size of a gradient in each input; the numbers of one list are one input."""
    found: dict[Key, float] = {}
    for _, (name, path, index), gradient in places(run):
        key = name, path[:-1] if path and not index and isinstance(path[-1], int) else path
        found[key] = float(np.fmax(found.get(key, 0.0), abs(gradient)))
    return found


def written(key: Key) -> str:
    """``params["W1"]``"""
    name, path = key
    return name + "".join(f"[{json.dumps(k)}]" for k in path)


def larger(value: object, path: Sequence = ()) -> object:
    """A value, or its entry at a path, times a thousand.

    >>> larger({"W": [1.0, 2], "n": 3}, ("W",)), larger((1.5, "sum"))
    ({'W': [1000.0, 2000.0], 'n': 3}, (1500.0, 'sum'))
    """
    if path:
        key, *rest = path
        entries = value.items() if isinstance(value, dict) else enumerate(value)
        changed = {k: larger(v, rest) if k == key else v for k, v in entries}
    elif isinstance(value, (dict, list, tuple)):
        changed = {k: larger(v) for k, v in (value.items() if isinstance(value, dict) else enumerate(value))}
    else:
        is_real = is_number(value) and not isinstance(value, bool) or is_array(value) and value.dtype.kind in "fiu"
        return value * TIMES if is_real else value
    return changed if isinstance(value, dict) else type(value)(changed.values())

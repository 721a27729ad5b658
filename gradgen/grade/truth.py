"""The true gradients at one point: of every input, of every named value on the way, and of each use of it."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from gradgen.grade.inputs import Path
from gradgen.grade.names import meant
from gradgen.grade.passes import leaf_values
from gradgen.grade.running import Runner, nodes_of
from gradgen.grade.watch import Site

RIGHT, INEXACT = 1e-18, 1e-5  # relative errors: of numbers of many digits, of what still counts as the same formula
CLOSE = 1e-8  # of floats
MOST_PARTS = 6
ZERO, FLOAT_ZERO = 1e-36, 1e-12  # relative to the greatest gradient: what is zero in many digits, and in floats
NAN = float("nan")


@dataclass
class Known:
    """A named value of the forward pass: its gradient, and what each use of it contributes to that."""

    name: str
    line: int
    total: np.ndarray
    parts: list[tuple[int, np.ndarray]]


@dataclass
class Truth:
    """``leaves``: the gradient by each input; ``named``: those of the values on the way, by name; ``around``: by each input
    a little beside the point, where that was asked for."""

    leaves: dict[Path, np.ndarray]
    named: dict[str, list[Known]]
    around: dict[Path, list] = field(default_factory=dict)

    @functools.cached_property
    def size(self) -> float:
        """The greatest entry of any gradient: what is nothing beside it is zero."""
        known = [as_float(value) for value in self.leaves.values() if value is not None]
        entries = [float(np.max(np.abs(k[np.isfinite(k)]), initial=0.0)) for k in known]
        return max(entries, default=0.0)


def truth(runner: Runner, run, wanted: Sequence[Path], sites: Sequence[Site], parameters: Sequence[str]) -> Truth:
    """The truth of a forward pass that has just run on a taped runner; the tape records no more."""
    runner.tape.recording = False
    seeds = []
    for out, dout in zip(run.outs, run.douts):
        nodes, values = nodes_of(out), dout
        if nodes is None:
            continue
        seeds += zip(nodes.ravel().tolist(), [v.value for v in np.asarray(values, dtype=object).ravel()])
    slopes = runner.tape.gradients(seeds)

    def gradient(nodes: np.ndarray, constant=0) -> np.ndarray:
        flat = [slopes[n] if n >= 0 else constant for n in nodes.ravel().tolist()]
        made = np.empty(len(flat), dtype=object)
        made[:] = flat
        return made.reshape(nodes.shape)

    uses: dict[bytes, dict[int, np.ndarray]] = {}
    for number, read, own in runner.seen.uses:
        if read is None:
            continue
        due, parts = gradient(nodes_of(own)), uses.setdefault(read.tobytes(), {})
        known = parts.get(number)
        parts[number] = np.asarray(known + due, dtype=object) if known is not None and known.shape == due.shape else due
    named: dict[str, list[Known]] = {}
    known = {*parameters, *(path[-1] for path in wanted), *(site.key for site in sites)}

    def note(name: str, line: int, value) -> None:
        nodes = nodes_of(value)
        if nodes is None or nodes.size == 0 or (nodes < 0).all():
            return
        if number_of_nothing(nodes, slopes) and meant(name, [n for n in known if n != name]) is not None:
            return
        parts = [(n, p.reshape(nodes.shape)) for n, p in uses.get(nodes.tobytes(), {}).items() if p.size == nodes.size]
        rows = named.setdefault(name, [])
        if len(rows) < 24:
            total = gradient(nodes, NAN)  # of a constant entry nobody asks
            if parts and comes_twice(nodes):  # rows of windows are copies: what is due to one is due through it alone
                total = sum((p for _, p in parts), total * 0)
            rows.append(Known(name, line, total, parts))

    for path, value in leaf_values(run.inputs, list(wanted)).items():
        note(path[-1], 0, value)
    for name in parameters:
        note(name, 0, run.inputs.get(name))
    for number, value in runner.seen.values:
        if number < len(sites):
            note(sites[number].key, sites[number].line, value)
    found = {}
    for path, value in leaf_values(run.inputs, list(wanted)).items():
        nodes = nodes_of(value)
        found[path] = gradient(nodes) if nodes is not None else None
    return Truth(found, named)


def comes_twice(nodes: np.ndarray) -> bool:
    """Whether one number stands at two places."""
    known = [n for n in nodes.ravel().tolist() if n >= 0]
    return len({*known}) < len(known)


def number_of_nothing(nodes: np.ndarray, slopes: list) -> bool:
    """Whether the output depends on none of these nodes."""
    return not any(n >= 0 and slopes[n] for n in nodes.ravel().tolist())


# comparing


def as_float(array) -> np.ndarray:
    """An array of any numbers as floats."""
    array = np.asarray(array)
    if array.dtype == object:
        return np.array([float(getattr(v, "value", v)) for v in array.ravel()], dtype=float).reshape(array.shape)
    return array.astype(float)


def exact(value) -> np.ndarray:
    """A student's value as an array of plain numbers of many digits."""
    array = np.asarray(value, dtype=object)
    flat = np.empty(array.size, dtype=object)
    flat[:] = [getattr(v, "value", v) for v in array.ravel()]
    return flat.reshape(array.shape)


def distance(a: np.ndarray, b: np.ndarray) -> tuple[float, float]:
    """(relative error, greatest difference) of two arrays of one shape; relative to the largest entry of either."""
    if a.size == 0:
        return 0.0, 0.0
    gap = max(abs(float(x - y)) for x, y in zip(a.ravel(), b.ravel()))
    size = max(max(abs(float(x)), abs(float(y))) for x, y in zip(a.ravel(), b.ravel()))
    if gap != gap or size != size:
        same = all((x != x) == (y != y) for x, y in zip(a.ravel(), b.ravel()))
        return (0.0, 0.0) if same and _finite_part(a, b) < RIGHT else (float("inf"), float("nan"))
    return (gap / size if size else 0.0), gap


def _finite_part(a, b) -> float:
    pairs = [(x, y) for x, y in zip(a.ravel(), b.ravel()) if x == x and y == y]
    return max([abs(float(x - y)) / max(abs(float(y)), 1e-300) for x, y in pairs if x != y], default=0.0)


def close(a: np.ndarray, b: np.ndarray, tolerance: float = CLOSE) -> bool:
    """Whether two float arrays of one shape are alike."""
    size = max(np.max(np.abs(a), initial=0.0), np.max(np.abs(b), initial=0.0))
    with np.errstate(all="ignore"):
        return bool(np.isfinite(size) and np.max(np.abs(a - b), initial=0.0) <= tolerance * size)


def is_nothing(floor: float, *arrays: np.ndarray) -> bool:
    """Whether arrays hold rounding errors only: gradients that cancel."""
    return all(np.all(np.abs(a.astype(float)) <= floor) for a in arrays)


class Rightful:
    """What a named gradient may rightly be, in floats: every partial sum of contributions."""

    def __init__(self, truth: Truth):
        self.choices: dict[str, list[np.ndarray]] = {}
        self.floor = FLOAT_ZERO * truth.size
        self.totals = {name: [as_float(row.total) for row in rows] for name, rows in truth.named.items()}
        for name, rows in truth.named.items():
            found: list[np.ndarray] = []
            for row in rows:
                total, parts = as_float(row.total), [as_float(p) for _, p in row.parts]
                parts = [p for p in parts if np.any(p)]
                found.append(total)
                found += [sum(some) for some in _subsets(parts) if 0 < len(some) < len(parts)]
            self.choices[name] = found

    def fits(self, name: str, value, whole: bool = False) -> str:
        """ "right" if the value is one of these (in any arrangement of one size, or before a sum over a broadcast axis),
        "scaled" if it is a multiple of one, else "wrong"; "" for what is no real array."""
        try:
            value = as_float(value)
        except (TypeError, ValueError):
            return ""
        best = "wrong"
        for choice in (self.totals if whole else self.choices).get(name, ()):
            for candidate in arranged(value, choice.shape):
                asked = ~np.isnan(choice)
                candidate, choice = (candidate, choice) if asked.all() else (candidate[asked], choice[asked])
                if close(candidate, choice) or is_nothing(self.floor, candidate, choice):
                    if candidate.size == value.size or not asked.all():
                        return "right"
                    best = "scaled"
                top = int(np.argmax(np.abs(choice))) if choice.size > 1 else -1
                if top >= 0 and choice.ravel()[top]:
                    ratio = candidate.ravel()[top] / choice.ravel()[top]
                    if ratio and np.isfinite(ratio) and np.any(value) and close(candidate, ratio * choice):
                        best = "scaled"
        return best


def arranged(value: np.ndarray, shape: tuple[int, ...]) -> list[np.ndarray]:
    """The ways to see a value in a shape: as it is, reshaped, or summed over axes that were broadcast."""
    if value.shape == shape:
        return [value]
    found = []
    if value.size == int(np.prod(shape)):
        found.append(value.reshape(shape))
        return found
    if value.ndim <= 4 and value.ndim >= len(shape):
        for count in range(1, value.ndim + 1):
            for axes in itertools.combinations(range(value.ndim), count):
                summed = value.sum(axis=axes)
                if summed.size == int(np.prod(shape)) and tuple(s for s in summed.shape if s != 1) == tuple(
                    s for s in shape if s != 1
                ):
                    found.append(summed.reshape(shape))
    return found


def _subsets(parts: list[np.ndarray]):
    if len(parts) <= MOST_PARTS:
        for size in range(1, len(parts) + 1):
            yield from itertools.combinations(parts, size)
        return
    yield from ([p] for p in parts)
    for k in range(2, len(parts)):
        yield parts[:k]
        yield parts[-k:]

"""What is said of gradients: the verdict on one, on a pair; a value held against the truth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from gradgen.grade import results
from gradgen.grade.inputs import Path, text_of
from gradgen.grade.causes import Mistake
from gradgen.grade.truth import INEXACT, RIGHT, ZERO, Truth, as_float, close, distance, exact, is_nothing

SLACK = 1e-15  # how exactly a value lies between two
RANK = ("raises", "missing", "wrong", "shape", "unchecked", "inexact", "right")  # the weakest first


@dataclass
class Verdict:
    """What is said of one gradient: ``status`` is right, shape, inexact, wrong, raises, missing or unchecked."""

    name: str
    by: str
    status: str
    line: int = 0
    error: float = 0.0
    maxdiff: float = 0.0
    example: tuple[float, float] | None = None  # the student's value and the true one, at the worst entry
    where: str = ""
    why: str = ""
    final: bool = True
    floats: tuple[bool, bool, float, float] | None = None  # exact, approximate, maxdiff, relative error in float64


@dataclass
class Graded:
    """What is said of one pair."""

    name: str
    kind: str
    line: int
    forward: str
    verdicts: list[Verdict] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)
    how: str = ""
    notes: list[str] = field(default_factory=list)
    unchecked: str = ""
    unchecked_line: int = 0
    inherits: str = ""  # the wrong function that it calls, where all that is wrong comes from there

    @property
    def status(self) -> str:
        """The weakest of its gradients' verdicts."""
        finals = [v.status for v in self.verdicts if v.final]
        if self.unchecked or not finals:
            return "unchecked"
        return min(finals, key=RANK.index)


@dataclass(frozen=True)
class Settings:
    """What the user states: shapes, a point, what to judge by; ``scale`` of the gradients that come in."""

    shapes: Mapping[str, tuple] = field(default_factory=dict)
    at: Mapping[str, object] = field(default_factory=dict)
    wrt: tuple[str, ...] = ()
    scale: float = 1.0
    lines: bool = True


@dataclass
class Point:
    """Inputs, and how they were made."""

    inputs: dict[str, object]
    seed: int
    turn: int = 0
    said: str = ""
    own: bool = False  # values that somebody chose: they may be at a tie
    work: int = 0  # steps of the interpreter that both passes took there


def compared(gradient: results.Gradient, truth: Truth, point: Point) -> Verdict:
    """The verdict on one gradient at one point."""
    known = truth.leaves.get(gradient.path)
    by = text_of(gradient.path) if gradient.path else ""
    verdict = Verdict(gradient.name, by, "right")
    if gradient.value is None:
        return replace(verdict, status="missing", why="it is None")
    if known is None:
        return replace(verdict, status="unchecked", why=f"the output does not depend on a number of `{by}`")
    if not results.is_numeric(gradient.value):
        return replace(verdict, status="wrong", why=f"it is a {type(gradient.value).__name__}, no array of numbers")
    value = exact(gradient.value)
    if value.shape != known.shape:
        if value.size == known.size:
            error, gap = distance(value.reshape(known.shape), known)
            if error < INEXACT:
                return replace(
                    verdict,
                    status="shape",
                    error=error,
                    maxdiff=gap,
                    why=f"its shape is {value.shape}, `{by}` has {known.shape}",
                )
        return replace(
            verdict,
            status="wrong",
            error=float("inf"),
            maxdiff=float("nan"),
            why=f"its shape is {value.shape}, `{by}` has {known.shape}",
        )
    error, gap = distance(value, known)
    worst = max(range(value.size), key=lambda k: _gap(value.ravel()[k], known.ravel()[k]), default=None)
    if worst is not None:
        example = (float(value.ravel()[worst]), float(known.ravel()[worst]))
        at = np.unravel_index(worst, value.shape) if value.shape else ()
        where = "[" + ", ".join(str(int(i)) for i in at) + "]" if len(at) else ""
        verdict = replace(verdict, example=example, where=where)
    if error >= RIGHT and is_nothing(ZERO * truth.size, value, known):
        error, gap = 0.0, 0.0
    status = "right" if error < RIGHT else "inexact" if error < INEXACT else "wrong"
    return replace(verdict, status=status, error=error, maxdiff=gap)


def _gap(a, b) -> float:
    gap = abs(float(a - b))
    return gap if gap == gap else float("inf")


def same(value, other) -> bool:
    if not results.is_numeric(value):
        return False
    a, b = as_float(value), as_float(other)
    return a.shape == b.shape and close(a, b)


def is_between(value, known: Truth, path: Path | None) -> bool:
    """Whether a gradient lies between those right beside a tie, entry by entry."""
    beside = [np.ravel(v) for v in known.around.get(path, ()) if v is not None]
    if not beside or not results.is_numeric(value) or np.size(value) != beside[0].size:
        return False
    for k, x in enumerate(exact(value).ravel()):
        some = [b[k] for b in beside]
        slack = SLACK * max(1.0, *(abs(float(s)) for s in some))
        if not min(some) - slack <= x <= max(some) + slack:
            return False
    return True

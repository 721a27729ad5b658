"""The whole run as a table of stage, value, gradient; and the first stage where a number stops being finite."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gradgen.ir.nodes import CallBack, CallPair, For, Function, Stmt
from gradgen.ir.walk import reads, statements
from gradgen.picture.record import Event, Run
from gradgen.picture.wording import brief, is_array, is_finite, is_number, line, shown, six
from gradgen.pipeline import Result

INDENT = "    "
TRIPS = 3  # so many trips of a loop are shown from its start, and as many from its end


@dataclass(frozen=True, slots=True)
class Row:
    """One value of the run: the stage it belongs to in print, what was worked out, the value, the gradient on it."""

    stage: int
    what: str
    value: str
    gradient: str


@dataclass(frozen=True, slots=True)
class Bad:
    """The first thing that is not finite, a value or a gradient, with what it was made of; or how the run ended early (``raises``)."""

    stage: int
    what: str
    value: str = ""
    made_of: tuple[tuple[str, str], ...] = ()
    where: str = ""  # the function, if it is one that was called
    trips: tuple[int, ...] = ()
    raises: str = ""

    def __str__(self) -> str:
        of = ", from " + ", ".join(f"{n} = {v}" for n, v in self.made_of) if self.made_of else ""
        inside = f" of {self.where}" if self.where else ""
        trip = f", trip {', '.join(str(t + 1) for t in self.trips)}" if self.trips else ""
        if self.raises:
            stage = f"stage ({self.stage}){inside}" if self.stage else self.where or "the function"
            return f"{stage}{trip} {self.raises}{f': {self.what}' if self.what else ''}{of}"
        stage = f"stage ({self.stage})" if self.stage else "the arguments"
        return f"not finite first at {stage}{inside}{trip}: {self.what} is {self.value}{of}"


def printed_stages(result: Result) -> dict[str, dict[int, int]]:
    """For each function, the stage in print of every stage: lines of array code are joined for print."""
    made = result.run("simplify").artefacts["simplify"]
    main = made.get("split") or made["joint"]
    functions = {result.name: (result.function, main.function)}
    functions |= {n: (h, made[f"{n}()"].function) for n, h in result.helpers.items()}
    return {name: _stages(*pair) for name, pair in functions.items()}


def _stages(function: Function, printed: Function) -> dict[int, int]:
    """A stage that was written into its reader has the reader's number."""
    known = {t: s.at.stage for s in statements(printed.body) for t in targets(s) if s.at.stage}
    order = list(statements(function.body))
    reader = {name: s for s in reversed(order) for name in reads(s)}
    found: dict[int, int] = {}
    for s in reversed(order):
        own = next((known[t] for t in targets(s) if t in known), 0)
        into = [reader[t].at.stage for t in targets(s) if t in reader]
        if s.at.stage:
            found[s.at.stage] = own or next((found[i] for i in into if i in found), s.at.stage)
    return found


def targets(s: Stmt) -> tuple[str, ...]:
    """What a statement assigns."""
    return s.targets if isinstance(s, (CallPair, CallBack)) else (s.target,) if hasattr(s, "target") else ()


def rows(result: Result, run: Run) -> list[Row]:
    """The arguments, then every value in the order in which it was worked out; of a long loop its first and last trips."""
    wanted = run.gradients() if run.backward else {}
    made = [
        Row(0, shown(name), brief(run.env[name]), brief(run.gradient_of(name)) if name in wanted else "")
        for name in arguments(run.function)
        if name in run.env
    ]
    return made + list(_rows(run, printed_stages(result), 0))


def _rows(run: Run, stages: dict[str, dict[int, int]], depth: int) -> Iterator[Row]:
    """The values of a run; below a call, moved to the right, those of the function that was called."""
    grads = {(e.name, e.trips): e.value for e in run.backward}
    most = max((e.trips[0] for e in run.forward if e.trips), default=0)
    left_out, opened = 0, set()
    for e in run.forward:
        grad = grads.get((f"~{e.name}", e.trips))
        if isinstance(e.stmt, For) or not e.stmt.at.stage and grad is None:
            continue
        if e.trips and TRIPS <= e.trips[0] <= most - TRIPS:
            left_out += 1
            continue
        if left_out:
            yield Row(0, f"{INDENT * depth}... {left_out} more lines", "", "")
            left_out = 0
        trip = "".join(f"[{t}] " for t in e.trips)
        what = (
            line(e.stmt)
            if e.inner is None
            else f"{shown(e.name)} of {line(e.stmt)}" if len(targets(e.stmt)) > 1 else line(e.stmt)
        )
        stage = stages[run.function.name].get(e.stmt.at.stage, 0)
        yield Row(stage, INDENT * depth + trip + what, brief(e.value), "" if grad is None else brief(grad))
        if e.inner and id(e.inner) not in opened:
            opened.add(id(e.inner))
            yield from _rows(e.inner, stages, depth + 1)


def arguments(function: Function) -> list[str]:
    """The parameters; of a list or dict the entries that are read."""
    return [name for p in function.params for name in [n for n, _ in p.slots] or [p.name]]


def table(result: Result, run: Run) -> str:
    """The run as text, columns under each other."""
    cells = [("stage", "value of", "value", "gradient")]
    cells += [(f"({r.stage})" if r.stage else "", r.what, r.value, r.gradient) for r in rows(result, run)]
    widths = [max(len(row[i]) for row in cells) for i in range(4)]
    return "\n".join("  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() for row in cells)


def first_bad(run: Run, result: Result | None = None) -> Bad | None:
    """The first value, then the first gradient, that is not finite; or what raised.  Called functions are looked into."""
    stages = printed_stages(result) if result else {}
    for name in arguments(run.function):
        if name in run.env and not is_finite(run.env[name]):
            return Bad(0, shown(name), number_of(run.env[name], bad_entry(run.env[name])))
    return next(_bad(run, stages), None) or raised(run, stages)


def _bad(run: Run, stages: dict) -> Iterator[Bad]:
    for before, events in (([], run.forward), (run.forward, run.backward)):
        for position, e in enumerate(events):
            if not is_finite(e.value) and not isinstance(e.stmt, For):
                if e.inner:
                    yield from _bad(e.inner, stages)
                yield bad_of(run, e, [*before, *events[:position]], stages)


def raised(run: Run, stages: dict) -> Bad | None:
    """Where the run ended early."""
    if run.failure is None:
        return None
    inner, s, why, trips = run.failure
    stage, made_of, where = _told(inner, s, trips, [*inner.forward, *inner.backward], stages, None)
    return Bad(stage, line(s), "", made_of, where, trips, why)


def bad_of(run: Run, e: Event, before: list[Event], stages: dict) -> Bad:
    """What to say of an event: the number, and those that it was made of (the entries at the same place)."""
    stage, made_of, where = _told(run, e.stmt, e.trips, before, stages, e.value)
    return Bad(stage, line(e.stmt), number_of(e.value, bad_entry(e.value)), made_of, where, e.trips)


def _told(run: Run, s: Stmt, trips: tuple[int, ...], before: list[Event], stages: dict, whole: object):
    """The stage in print of a statement, the numbers that it reads, and the function if it is a called one."""
    at = bad_entry(whole)
    env = {**run.env, **{e.name: e.value for e in before if e.trips == trips[: len(e.trips)]}}
    made_of = []
    for name in dict.fromkeys(reads(s)):
        given = env.get(name)
        if is_number(given) or is_array(given):
            entry = at if np.shape(given) == np.shape(whole) else bad_entry(given)
            made_of.append((shown(name), number_of(given, entry)))
    where = run.function.name if run.function.name != next(iter(stages), run.function.name) else ""
    return stages.get(run.function.name, {}).get(s.at.stage, s.at.stage), tuple(made_of), where


def bad_entry(value: object) -> tuple[int, ...] | None:
    """Where the first entry stands that is not finite."""
    if not is_array(value) or is_finite(value):
        return None
    return tuple(int(i) for i in np.argwhere(~np.isfinite(value))[0])


def number_of(value: object, at: tuple[int, ...] | None) -> str:
    """A number, or the entry of an array with its place, or an array in few words."""
    if is_array(value) and at is not None:
        return f"{six(value[at])} at [{', '.join(map(str, at))}]"
    return brief(value)


@dataclass(frozen=True, slots=True)
class Trace:
    """A run that can be read: ``str`` is the table, with what is not finite below it; ``bad`` that alone, or None."""

    result: Result
    run: Run

    @property
    def bad(self) -> Bad | None:
        """The first value or gradient that is not finite, or what raised."""
        return first_bad(self.run, self.result)

    @property
    def rows(self) -> list[Row]:
        """Stage, value, gradient: the table's rows."""
        return rows(self.result, self.run)

    def __str__(self) -> str:
        return "\n".join([table(self.result, self.run), *([str(self.bad)] if self.bad else [])])

    __repr__ = __str__

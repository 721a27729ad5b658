"""The true value in the place of a wrong one: for a line that no usual mistake explains, so that the search can go on behind it."""

from __future__ import annotations

import ast
import itertools
from dataclasses import dataclass

import numpy as np

from gradgen.grade.causes import Mistake
from gradgen.grade.running import plain
from gradgen.grade.suspects import right_statements
from gradgen.grade.trials import Attempt, Changes, Given, Trials, restored
from gradgen.grade.truth import as_float, close
from gradgen.grade.watch import Site, is_plain


@dataclass(frozen=True)
class Step:
    """The statement that is blamed, what is said of it, and the run with the true value, and how that was made."""

    sid: int
    mistake: Mistake
    after: Attempt
    changed: Changes
    given: Given


def give(trials: Trials, now: Attempt, changed: Changes, given: Given) -> Step | None:
    """Blame the first wrong value, put the true one in its place, and go on."""
    if now.raised:
        return replaced(trials, now, changed, given)
    scaled = {n for n, v in now.values if n in now.sites and trials.verdict(n, v) == "scaled"}
    for number in [n for n in now.sites if n not in given and n not in scaled]:
        sid, mistake = trials.sites[number].sid, unexplained(trials, number, now)
        for choice in choices(trials, number, now):
            trial = {**given, number: choice}
            after = trials.attempt(changed, trial)
            if after.score < now.score or number not in after.sites:
                return Step(sid, mistake, after, changed, trial)
        return Step(sid, mistake, now, changed, given)
    return missing(trials, now, changed, given)


def replaced(trials: Trials, now: Attempt, changed: Changes, given: Given) -> Step | None:
    """Put the true value in the place of a line that raises."""
    sid = next((s for s, x in enumerate(trials.body.statements) if x.lineno == now.raised), None)
    if sid is None:
        return None
    own = [n for n, site in enumerate(trials.sites) if site.sid == sid]
    mistake = Mistake(now.raised, "unknown", "", "", trials.sites[own[0]].key if own else "")
    if len(own) != 1 or trials.about[own[0]] not in trials.rightful.totals or sid in changed:
        return Step(sid, mistake, now, changed, given)
    trial = {**changed, sid: [restored(own[0], trials.sites[own[0]], True)]}
    return Step(sid, mistake, trials.attempt(trial, given), trial, given)


def path_step(trials: Trials, now: Attempt, changed: Changes, given: Given) -> Step | None:
    """A gradient that lacks just what some uses of its value contribute: the true one is put in its place."""
    last = {trials.sites[n].key: n for n, _ in now.values if trials.about[n] is not None}
    for key, number in last.items():
        value = [v for n, v in now.values if n == number][-1]
        if now.sites and number > now.sites[0]:
            continue  # inherited
        if number in given or trials.rightful.fits(trials.about[number], value, True) == "right":
            continue
        if detail := path_missing(trials, trials.about[number], value):
            site, trial = trials.sites[number], {**given, number: 0}
            after = trials.attempt(changed, trial)
            if after.score < now.score:
                return Step(site.sid, Mistake(site.line, "path", detail, "", key), after, changed, trial)
    return None


def unexplained(trials: Trials, number: int, now: Attempt) -> Mistake:
    """A wrong value that no template mends: of several statements that make it up, the longest is blamed."""
    site = trials.sites[number]
    group = [s for s in trials.sites if s.key == site.key and s.sid <= site.sid and s.sid not in trials.skip]
    begun = max((n for n, s in enumerate(group) if is_plain(trials.body.statements[s.sid], s.key)), default=0)
    right = right_statements(trials, now)
    group = [s for s in group[begun:] if s.sid not in right] or [site]
    blamed = max(group, key=lambda s: sum(1 for _ in ast.walk(trials.body.statements[s.sid])))
    return without_cause(blamed, [v for n, v in now.values if n == number])


def without_cause(site: Site, values: list) -> Mistake:
    """What no template explains; a gradient that stays zero is said to."""
    zero = bool(values) and isinstance(values[-1], (float, np.ndarray)) and not np.any(values[-1])
    detail = f"nothing is ever added to `{site.key}`"
    return Mistake(site.line, *(("path", detail) if zero else ("unknown", "")), "", site.key)


def choices(trials: Trials, number: int, now: Attempt) -> list[int]:
    """What a value could rightly be, by its place among `Rightful.choices`; the nearest first."""
    value = next(as_float(v) for n, v in now.values if n == number)
    known = trials.rightful.choices[trials.about[number]]
    found = [k for k, c in enumerate(known) if c.size == value.size]
    return sorted(found, key=lambda k: float(np.sum(np.abs(known[k].reshape(value.shape) - value))))[:8]


def path_missing(trials: Trials, name: str, value) -> str:
    """Which uses of a value nobody follows back, when they explain what its gradient lacks."""
    try:
        held = as_float(value)
    except (TypeError, ValueError):
        return ""
    for row in trials.truth.named.get(name, ()):
        total = np.nan_to_num(as_float(row.total))
        parts = [(n, p) for n, p in ((n, np.nan_to_num(as_float(p))) for n, p in row.parts) if np.any(p)]
        if held.size != total.size or len(parts) < 2:
            continue
        for count in range(1, min(len(parts), 4)):
            for some in itertools.combinations(parts[:8], count):
                if close(held.reshape(total.shape) + sum(p for _, p in some), total, 1e-7):
                    lines = sorted({trials.uses[n][0] for n, _ in some})
                    said = " and ".join(f"line {n}" for n in lines)
                    return f"`{name}` also reaches the output through {said}"
    return ""


def missing(trials: Trials, now: Attempt, changed: Changes, given: Given) -> Step | None:
    """A contribution that no line brings, or a value that is handed back wrongly: blamed on the last line that gives that
    gradient a value, or on the return."""
    ran = {n for n, _ in now.values}
    returns = [s for s, x in enumerate(trials.body.statements) if isinstance(x, ast.Return) and x.lineno in now.lines]
    for path in sorted(now.wrong):
        sites = [n for n in sorted(ran) if trials.about[n] == path[-1] and trials.sites[n].sid not in trials.skip]
        sites = [n for n in sites if n in trials.final] or sites
        values = [v for n, v in now.values if n in sites]
        whole = values and trials.alike(plain(values[-1]), trials.leaves[path])
        if sites and not (whole and returns):
            site = trials.sites[sites[-1]]
            blamed = without_cause(site, [v for n, v in now.values if n == sites[-1]])
            return Step(site.sid, blamed, now, changed, given)
        if returns:
            line = trials.body.statements[returns[-1]].lineno
            return Step(returns[-1], Mistake(line, "unknown", "", "", f"d{path[-1]}"), now, changed, given)
    return None

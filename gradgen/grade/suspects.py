"""Which statements of a backward pass may be wrong, after a run of it."""

from __future__ import annotations

import ast

import numpy as np

from gradgen.grade.edits import is_size
from gradgen.grade.inputs import Path
from gradgen.grade.names import is_cache, meant
from gradgen.grade.trials import Attempt, Trials
from gradgen.grade.watch import Site


def suspects(trials: Trials, now: Attempt) -> list[int]:
    """Statements that may be wrong: those that feed what is wrong, or come before the line that raises."""
    simple = candidates(trials)
    if now.raised:
        return [s for s in reversed(simple) if trials.body.statements[s].lineno <= now.raised]
    simple = [s for s in simple if trials.body.statements[s].lineno in now.lines]
    close, feeds = near(trials, now), feeding(trials, now)
    return [*close, *[s for s in simple if s in feeds and s not in close]]


def near(trials: Trials, now: Attempt) -> list[int]:
    """The statements that the first wrong value comes from, those of its own name first; the line that raises."""
    simple = candidates(trials)
    if now.raised:
        own = [s for s in simple if trials.body.statements[s].lineno == now.raised]
        read = set().union(*(trials.body.mentions[s] for s in own)) if own else set()
        makers = {s.sid for s in trials.sites if s.key in read and s.line < now.raised}
        makers |= {s for s in simple if set(loop_names(trials.body.statements[s])) & read}
        makers -= {*own}
        odd = misshapen(trials, now) & makers
        return [*sorted(odd), *own, *[s for s in reversed(simple) if s in makers - odd]]
    if not now.sites:
        return []
    first = trials.sites[now.sites[0]]
    end = last_of(trials, first)
    right = right_statements(trials, now)
    early = [s for s in simple if s <= end and s in trials.body.slice_of({first.key}, end) and s not in right]
    own = [s for s in early if any(x.key == first.key for x in trials.sites if x.sid == s)]
    copied = {
        ast.unparse(v) for s in own if isinstance(v := getattr(trials.body.statements[s], "value", None), ast.Name)
    }
    own += [s for s in simple if s <= end and any(x.key in copied for x in trials.sites if x.sid == s)]
    return list(dict.fromkeys([*own, *reversed(early), *[s for s in joint(trials, now) if s in simple]]))


def misshapen(trials: Trials, now: Attempt) -> set[int]:
    """The statements whose gradient has not the shape of the value that it is by."""
    found = set()
    for number, value in now.values:
        due = {t.shape for t in trials.rightful.totals.get(trials.about[number], ())} if number in trials.judged else ()
        if due and np.shape(value) not in due:
            found.add(trials.sites[number].sid)
    return found


def joint(trials: Trials, now: Attempt) -> list[int]:
    """The last statement that feeds all wrong gradients, where there are several: each use of it may lack the same."""
    feeds = [feeding_one(trials, path) for path in now.wrong]
    common = set.intersection(*feeds) if len(feeds) > 1 else set()
    common = {
        s
        for s in common
        if not hasattr(trials.body.statements[s], "body")
        and not is_size(trials.body.statements[s])
        and not isinstance(trials.body.statements[s], ast.Return)
    }
    return [max(common)] if common else []


def feeding_one(trials: Trials, path: Path) -> set[int]:
    keys = {s.key for s in trials.sites if meant(s.key, [path[-1]])}
    return trials.body.slice_of(keys, len(trials.body.statements))


def loop_names(stmt: ast.stmt) -> list[str]:
    """The variables of a ``for``."""
    return [n.id for n in ast.walk(stmt.target) if isinstance(n, ast.Name)] if isinstance(stmt, ast.For) else []


def last_of(trials: Trials, site: Site) -> int:
    """The last statement that a value comes from: of what a loop adds to, the last in the loop."""
    if trials.body.late(site):
        loop = trials.body.loops[site.sid]
        return max(s for s in range(len(trials.body.statements)) if trials.body.loops[s] == loop)
    return site.sid


def candidates(trials: Trials) -> list[int]:
    """The statements of the backward pass that could be mended."""
    return [s for s in range(len(trials.body.statements)) if s not in trials.skip and is_candidate(trials, s)]


def is_candidate(trials: Trials, sid: int) -> bool:
    """Whether a statement computes something: no unpacking of a parameter."""
    stmt = trials.body.statements[sid]
    if isinstance(stmt, (ast.If, ast.For, ast.While)):
        return True
    if isinstance(stmt, ast.Assign) and isinstance(stmt.value, ast.Tuple) and isinstance(stmt.targets[0], ast.Tuple):
        if all(is_given(trials, item) for item in stmt.value.elts):
            return False  # dx, x = None, cache
    if (
        isinstance(stmt, ast.Assign)
        and isinstance(stmt.value, ast.Name)
        and stmt.value.id in trials.parameters
        and (is_cache(stmt.value.id) or isinstance(stmt.targets[0], ast.Tuple))
    ):
        return False  # an unpacking
    return isinstance(stmt, (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Return, ast.Expr))


def is_given(trials: Trials, node: ast.expr) -> bool:
    """Whether an expression is a parameter as it is, or a constant."""
    return isinstance(node, ast.Constant) or isinstance(node, ast.Name) and node.id in trials.parameters


def right_statements(trials: Trials, now: Attempt) -> set[int]:
    """Statements after which a named gradient is right."""
    found = set()
    for number, value in now.values:
        if number in trials.judged and number not in now.sites:
            if trials.verdict(number, value) == "right":
                found.add(trials.sites[number].sid)
    return found


def feeding(trials: Trials, now: Attempt) -> set[int]:
    """Statements that feed a gradient that is wrong (all, when that cannot be told)."""
    keys = {s.key for n, s in enumerate(trials.sites) if any(meant(s.key, [p[-1]]) for p in now.wrong)}
    if not keys:
        return set(range(len(trials.body.statements)))
    returns = {s for s, x in enumerate(trials.body.statements) if isinstance(x, ast.Return)}
    found = trials.body.slice_of(keys, len(trials.body.statements)) | returns
    return found | {
        trials.body.ids[id(x)] for x in trials.body.statements if hasattr(x, "body") and trials.body.inside(x) & found
    }

"""What a statement of a backward pass may read, with the values of one run."""

from __future__ import annotations

import ast
import functools

import numpy as np

from gradgen.grade.edits import Scope
from gradgen.grade.parts import Parts
from gradgen.grade.running import plain
from gradgen.grade.trials import Attempt, Trials

MOST_READ = 8  # entries of one function


def scope_of(trials: Trials, sid: int, now: Attempt, parts: Parts) -> Scope:
    """What may be read at a statement, with values."""
    values = dict(trials.context)
    for number, value in now.values:
        site = trials.sites[number]
        if site.sid < sid or (trials.body.loops[site.sid] == trials.body.loops[sid] is not None and site.sid != sid):
            values[site.key] = plain(value)
    begun = frozenset(s.key for s in trials.sites if s.sid < sid)
    values |= turning(trials, sid, values)
    containers = tuple(k for k, v in values.items() if isinstance(v, (dict, list, tuple)) and k.isidentifier())
    picked = entries(trials, sid, values)
    values = {k: v for k, v in values.items() if isinstance(v, (int, float, np.ndarray, np.generic))} | picked
    stmt = trials.body.statements[sid]
    order = sorted(values, key=lambda k: k not in trials.body.mentions[sid])
    if isinstance(stmt, (ast.For, ast.While)):
        likely = {
            ast.unparse(n.iter) for n in ast.walk(trials.forward) if isinstance(n, ast.For) and same_target(n, stmt)
        }
        order = [k for k in order if type(values[k]) is int]
        order.sort(key=lambda k: f"range({k})" not in likely)
    values = {k: values[k] for k in order}
    known = (begun, trials.unused, containers, trials.gradients, lambda: parts.of(sid), lambda: parts.values)
    return Scope(values, trials.constants, trials.regularisers, *known)


def turning(trials: Trials, sid: int, values: dict[str, object]) -> dict[str, object]:
    """The variables of the loops around a statement that run over a known list, as in a first turn; of a ``range`` 0."""
    found: dict[str, object] = {}
    for target, run in trials.body.counters(sid):
        if isinstance(run, ast.Call) and "range" in ast.unparse(run):
            found[target] = 0
        while isinstance(run, ast.Call) and run.args:
            run = run.args[0]
        items = values.get(ast.unparse(run))
        if isinstance(items, (list, tuple, np.ndarray)) and np.size(items):
            found[target] = items[0]
    return found


def entries(trials: Trials, sid: int, values: dict[str, object]) -> dict[str, object]:
    """``x[i]``, ``x[:, i]`` for the variables of the loops around a statement, as in a first turn; and what
    other lines read in such loops (``x[:, i : i + 3]``)."""
    found: dict[str, object] = {}
    if trials.body.loops[sid] is None:
        return found
    counters = [target for target, run in trials.body.counters(sid) if "range" in ast.unparse(run)]
    for name, value in values.items():
        value = np.array(value) if is_row(value) else value
        if name.isidentifier() and isinstance(value, np.ndarray) and value.ndim and 0 < value.size < 1000:
            for counter in counters:
                found[f"{name}[{counter}]"] = value[0]
                if value.ndim > 1:
                    found[f"{name}[:, {counter}]"] = value[:, 0]
            if 1 < value.ndim <= len(counters):
                found[f"{name}[{', '.join(counters[: value.ndim])}]"] = value.ravel()[0]
    for text, name, others in (*entries_read(trials.body.node), *entries_read(trials.forward)):
        value = values.get(name)
        if isinstance(value, np.ndarray) and value.size and others <= values.keys() and others & {*counters}:
            found.setdefault(text, value.ravel()[0])
    return found


@functools.lru_cache(maxsize=64)
def entries_read(node: ast.FunctionDef) -> tuple[tuple[str, str, frozenset[str]], ...]:
    """``x[:, i : i + 3]`` and the like, wherever they are read: (text, ``x``, the names in the index)."""
    found = {}
    for n in ast.walk(node):
        if isinstance(n, ast.Subscript) and isinstance(n.ctx, ast.Load) and isinstance(n.value, ast.Name):
            inside = frozenset(x.id for x in ast.walk(n.slice) if isinstance(x, ast.Name))
            if inside:
                found[ast.unparse(n)] = n.value.id, inside
    return tuple((text, *rest) for text, rest in found.items())[:MOST_READ]


def same_target(loop: ast.For, other: ast.stmt) -> bool:
    """Whether two loops have the same variable."""
    return isinstance(other, ast.For) and ast.unparse(loop.target) == ast.unparse(other.target)


def is_row(value) -> bool:
    """Whether a value is a list of numbers, or of arrays of one shape."""
    some = isinstance(value, list) and value and all(isinstance(v, (float, np.ndarray)) for v in value)
    return bool(some) and len({np.shape(v) for v in value}) == 1

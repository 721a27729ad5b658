"""What is to be said of a pair beside its verdicts: flags and notes, and lines that no point reached."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from gradgen.grade.inputs import Path, text_of
from gradgen.grade.leaves import UNWANTED
from gradgen.grade.locating import Judged
from gradgen.grade.pairing import Pair, stores
from gradgen.grade.passes import Run
from gradgen.grade.planning import Planner
from gradgen.grade.results import Gradient, parameters
from gradgen.grade.verdicts import Verdict
from gradgen.grade.watch import Body


def flags(tree: ast.Module, pair: Pair, planner: Planner) -> Iterator[str]:
    """What a pass does that a reader should know: each is said after "it"."""
    if planner.scalars:
        said = " and ".join(f"`{name}`" for name in planner.scalars)
        kind = "is a number" if len(planner.scalars) == 1 else "are numbers"
        yield f"is for scalars only: it fits where {said} {kind}"
    if pair.shared:
        yield f"depends on what the file's own lines hold: {', '.join(f'`{name}`' for name in pair.shared)}"
    if pair.kind in ("pair", "class") and "np.random." in ast.unparse(pair.backward_node):
        yield "draws random numbers"
    for name in globals_read(tree, pair):
        yield f"reads the global `{name}`"


def globals_read(tree: ast.Module, pair: Pair) -> list[str]:
    """The variables of the file's top level that the backward pass reads."""
    if pair.kind == "script":
        return []
    made = {n for s in tree.body if isinstance(s, (ast.Assign, ast.AugAssign)) for n in stores(s)}
    names = [n for n in ast.walk(pair.backward_node) if isinstance(n, ast.Name)]
    own = {n.id for n in names if isinstance(n.ctx, ast.Store)}
    return sorted((made & {n.id for n in names}) - own - {*parameters(pair.backward_node), *pair.shared})


def notes(
    pair: Pair, planner: Planner, wanted: Sequence[Path], judged: Sequence[Judged], all_wanted: bool
) -> Iterator[str]:
    """What a reader should know of how a pass was judged."""
    if planner.shaped:
        yield f"it fits for {' and '.join(planner.shaped)}"
    if planner.uncached:
        yield "where the forward pass keeps nothing for it (its cache is None) it is not judged"
    for line in pair.clipped:
        yield f"line {line} clips gradients: it is left out"
    run, truth = judged[0][1:]
    runs = [run for _, run, _ in judged if isinstance(run, Run)]
    if pair.kind in ("pair", "class") and all_wanted and pair.cost is None:
        given = {g.path for run in runs for g in run.gradients}
        left = [
            path for path, value in truth.leaves.items() if path not in given and value is not None and np.any(value)
        ]
        for path in [p for p in left if given and p[-1] not in UNWANTED]:
            yield f"no gradient by `{text_of(path)}` is handed back"
    if pair.kind == "pair" and isinstance(run, Run):
        places = [wanted.index(g.path) for g in run.gradients if g.path in wanted and g.label]
        if places != sorted(places):
            yield f"{', '.join(f'`{g.name}`' for g in run.gradients)} come back in another order than the parameters"


def left_out(pair: Pair, judged: Sequence[Judged]) -> Iterator[Verdict]:
    """The gradients that are missing: by entries of a dictionary of which others have theirs."""
    runs = [run for _, run, _ in judged if isinstance(run, Run)]
    given = {g.path for run in runs for g in run.gradients if g.path}
    owners = {path[:-1] for path in given if len(path) > 1}
    for path, value in judged[0][2].leaves.items():
        if path not in given and path[:-1] in owners and value is not None and np.any(value):
            line = max((n.lineno for n in ast.walk(pair.backward_node) if isinstance(n, ast.Return)), default=pair.line)
            yield Verdict(f"d{path[-1]}", text_of(path), "missing", line, why=f"there is none by `{text_of(path)}`")


def unreached(body: Body, idle: Sequence[int], gradients: Sequence[Gradient], verdict: Verdict) -> Verdict:
    """A verdict, or that the gradient is unchecked: where a line that it may come from ran at no point."""
    label = next((g.label for g in gradients if g.name == verdict.name), "")
    end = len(body.statements)
    feeding = body.slice_of({label}, end) if any(s.key == label for s in body.sites) else set(range(end))
    feeding |= {s for s, x in enumerate(body.statements) if isinstance(x, ast.Return) and is_value(x)}
    lines = [n for n in idle if any(body.statements[s].lineno == n for s in feeding)]
    if not lines or verdict.status not in ("right", "inexact"):
        return verdict
    said = f"line {lines[0]} ran" if len(lines) == 1 else f"lines {', '.join(map(str, lines[:6]))} ran"
    return replace(verdict, status="unchecked", line=lines[0], why=f"{said} at no point that was found")


def is_value(stmt: ast.Return) -> bool:
    """Whether a return hands something back."""
    return stmt.value is not None and not isinstance(stmt.value, ast.Constant)

"""What several wrong lines come from: a cache that is taken apart in another order, a line that all of them read."""

from __future__ import annotations

import ast

from gradgen.grade import mending
from gradgen.grade.causes import Mistake
from gradgen.grade.edits import Mend, changed_in, placed
from gradgen.grade.parts import Parts
from gradgen.grade.scopes import scope_of
from gradgen.grade.suspects import candidates
from gradgen.grade.trials import Attempt, Changes, Given, Trials

MOST_RUNS = 400


def cache_order(trials: Trials) -> tuple[int, Mend] | None:
    """The statement that takes the cache apart in another order than the forward pass has it, and its mend."""
    held = cached(trials.forward)
    for sid, stmt in enumerate(trials.body.statements):
        if not (isinstance(stmt, ast.Assign) and isinstance(stmt.value, ast.Name) and sid not in trials.skip):
            continue
        names = [ast.unparse(t) for t in getattr(stmt.targets[0], "elts", ())]
        if stmt.value.id in trials.parameters and names != held and sorted(names) == sorted(held):
            items = [placed(ast.Name(name, ast.Store()), stmt) for name in held]
            new = changed_in(stmt, "targets", [changed_in(stmt.targets[0], "elts", items)])
            text = f"{', '.join(held)} = {stmt.value.id}"
            return sid, Mend("name", (new,), "the forward pass packs these in another order", text)
    return None


def cached(forward: ast.FunctionDef) -> list[str]:
    """The names in the tuple that a forward pass returns last."""
    returns = [n.value for n in ast.walk(forward) if isinstance(n, ast.Return) and isinstance(n.value, ast.Tuple)]
    last = returns[-1].elts[-1] if returns and returns[-1].elts else None
    if isinstance(last, ast.Name):
        made = [
            n.value for n in ast.walk(forward) if isinstance(n, ast.Assign) and ast.unparse(n.targets[0]) == last.id
        ]
        last = made[-1] if made else None
    items = last.elts if isinstance(last, ast.Tuple) else []
    return [n.id for n in items] if all(isinstance(n, ast.Name) for n in items) else []


def common(
    trials: Trials, now: Attempt, found: list[tuple[int, Mistake]], changed: Changes, given: Given
) -> tuple[int, Mend] | None:
    """A mend of one statement, from which lines come that all lack the same, that puts all of them right.

    ``now`` is the run before they were mended, ``changed`` and ``given`` what it was made with.
    """
    if len(found) < 2 or len({(m.cause, m.detail) for _, m in found}) > 1 or found[0][1].cause == "unknown":
        return None
    feeding = [trials.body.slice_of(trials.body.mentions[sid], sid - 1) for sid, _ in found]
    shared = set.intersection(*feeding) & {*candidates(trials)} - {sid for sid, _ in found} - {*changed}
    shared = {s for s in shared if not hasattr(trials.body.statements[s], "body")}
    limit, parts = trials.runs + MOST_RUNS, Parts(trials, now, changed, given)
    for sid in sorted(shared, reverse=True)[:2]:
        scopes = {sid: (trials.body.statements[sid], scope_of(trials, sid, now, parts))}
        for _, _, mend in mending.in_turn(scopes, [sid], set()):
            if trials.runs > limit:
                return None
            if trials.attempt({**changed, sid: list(mend.statements)}, given).score.finals == 0:
                return sid, mend
    return None

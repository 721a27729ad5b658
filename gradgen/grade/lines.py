"""Which line of a student's backward pass is wrong, and why: statements are mended until the gradients come out right.

The student's lines are walked in order.  A line whose gradient is none of what it could rightly be (`truth.Rightful`) is
suspect, and so are the unnamed values that feed it.  Usual mistakes (`mending`) are undone on the suspects; a mend counts when
the student's own code, run with it, comes out right, here or further on.  Where none does, the true value is put in the
line's place, and the walk goes on: so second mistakes are found, and lines that merely inherit one are not blamed.
"""

from __future__ import annotations

import ast
from dataclasses import replace

from gradgen.grade import mending
from gradgen.grade.causes import Mistake
from gradgen.grade.edits import Mend
from gradgen.grade.inputs import Path
from gradgen.grade.pairs import Tried, best_pair
from gradgen.grade.parts import Parts
from gradgen.grade.replacing import give, path_step
from gradgen.grade.scopes import scope_of
from gradgen.grade.sources import cache_order, common
from gradgen.grade.suspects import near, right_statements, suspects
from gradgen.grade.trials import Attempt, Changes, Given, Trials
from gradgen.grade.watch import Site

BUDGET = 1400  # runs for one gradient pass
PATIENCE = 200  # runs in search of a mend that puts all right, when one is found that does not
WORK = 5_000_000  # interpreter steps for one mistake
MOST_MISTAKES = 4


def wrong_lines(trials: Trials, wanted: frozenset[Path]) -> list[Mistake]:
    """The wrong lines, in the order of the statements; ``wanted`` are the gradients that came out wrong or not.

    Where all is right with them mended, the search goes on at other points at which something is still wrong.
    """
    found: list[tuple[int, Mistake]] = []
    changed: Changes = {}
    given: Given = {}
    trials.solved = True
    for point in [trials, *(t for t in trials.others if not t.sound)]:
        point.wanted = wanted
        more, changed, given, right = searched(point, changed, given)
        found += more
        trials.solved = trials.solved and right and all(m.cause != "unknown" for _, m in more)
        if not right:
            break
    return [m for _, m in sorted(found, key=lambda f: f[0])]


def searched(trials: Trials, changed: Changes, given: Given) -> tuple[list[tuple[int, Mistake]], Changes, Given, bool]:
    """(statements with what is wrong with them, the changes and the true values that put them right, whether all is right) at one point."""
    found: list[tuple[int, Mistake]] = []
    now = trials.attempt(changed, given)
    if (now.score.finals or now.raised) and (order := cache_order(trials)):
        sid, mend = order
        after = trials.attempt({**changed, sid: list(mend.statements)}, given)
        if after.score < now.score:
            changed, now = {**changed, sid: list(mend.statements)}, after
            found.append((sid, replace(mistake(trials, sid, mend), about="")))
    before = now, changed, given
    while (now.score.finals or now.raised) and len(found) < MOST_MISTAKES:
        tried: list[Tried] = []
        best = best_mend(trials, now, changed, given, tried, turns=1)
        step = path_step(trials, now, changed, given) if best is None and not now.raised else None
        if best is None and step is None:
            best = best_mend(trials, now, changed, given, tried)
        elif best is None:  # unless a small change does
            best = best_mend(trials, now, changed, given, tried, turns=mending.SMALL)
        if best is not None:
            sid, mend, after = best
            changed = {**changed, sid: list(mend.statements)}
            found.append((sid, mistake(trials, sid, mend)))
            now = after
            continue

        def hold(sid: int, mend: Mend, first: Changes, after: Attempt) -> bool:
            return holds(trials, sid, mend, first, given, now, after)

        both = best_pair(trials, now, changed, given, tried, (BUDGET, mending.SMALL), hold) if step is None else None
        if both is not None:
            pair, now = both
            for sid, mend in pair:
                changed = {**changed, sid: list(mend.statements)}
                found.append((sid, mistake(trials, sid, mend)))
            continue
        step = step or give(trials, now, changed, given)
        if step is None:
            break
        found.append((step.sid, step.mistake))
        after, changed, given = step.after, step.changed, step.given
        if not after.score < now.score and after.sites == now.sites and after.raised == now.raised:
            break
        now = after
    if now.score.finals == 0 and (one := common(trials, before[0], found, *before[1:])):
        sid, mend = one
        return [(sid, mistake(trials, sid, mend))], {**before[1], sid: list(mend.statements)}, before[2], True
    return found, changed, given, now.score.finals == 0


def mistake(trials: Trials, sid: int, mend: Mend) -> Mistake:
    """What is said of a statement that a mend puts right."""
    stmt, new = trials.body.statements[sid], mend.statements
    key = next((s.key for s in trials.sites if s.sid == sid), "")
    text = mend.text.splitlines()[0] if mend.text else ""
    if isinstance(stmt, ast.Return) and mend.cause == "count":  # what is handed back divided may be divided before
        for part in [n for n in ast.walk(new[0]) if isinstance(n, ast.BinOp) and isinstance(n.op, ast.Div)]:
            if site := last_site(trials, ast.unparse(part.left)):
                added = f"{ast.unparse(part.left)} /= {ast.unparse(part.right)}"
                return Mistake(site.line, mend.cause, mend.detail, added, site.key)
    if len(new) > 1:  # the line that is missing
        site = last_site(trials, key) if isinstance(stmt, ast.Assign) else None
        return Mistake(site.line if site else stmt.lineno, mend.cause, mend.detail, ast.unparse(new[-1]), key)
    return Mistake(stmt.lineno, mend.cause, mend.detail, text, key)


def last_site(trials: Trials, name: str) -> Site | None:
    """Where a variable, or an entry of it, is given its last value."""
    return next((s for s in reversed(trials.sites) if s.key.partition("[")[0] == name), None)


def best_mend(
    trials: Trials, now: Attempt, changed: Changes, given: Given, tried: list[Tried], turns: int | None = None
):
    """(statement, mend, what comes of it) of the mend after which least is wrong: the first that leaves nothing wrong, or
    the best of those that are as likely.  ``turns``: only so many, and only what puts right what is handed back; ``tried``
    is given what is tried."""
    tried.clear()
    best: tuple | None = None
    spare: tuple | None = None  # what leaves gradients wrong that are handed back
    candidates = [sid for sid in suspects(trials, now) if sid not in changed]
    parts = Parts(trials, now, changed, given)
    scopes = {sid: (trials.body.statements[sid], scope_of(trials, sid, now, parts)) for sid in candidates}
    limit, work, reached, right = (
        trials.runs + BUDGET,
        trials.work + WORK // trials.haste,
        None,
        right_statements(trials, now),
    )
    for turn, sid, mend in mending.in_turn(scopes, near(trials, now), set() if now.raised else right, bool(now.raised)):
        if turns is not None and turn > turns:
            break
        if trials.runs > limit or trials.work > work or best is not None and turn != reached:
            break
        reached = turn
        after = trials.attempt({**changed, sid: list(mend.statements)}, given)
        tried.append(Tried(sid, turn, mend, after))
        idle = after.score.finals >= now.score.finals and not now.raised
        late = turns is None and after.score.finals > 0 and not now.raised
        if idle and turns is not None or turns == mending.SMALL and after.score.finals:
            continue
        rival = spare if late else best
        better = after.score < now.score and (rival is None or after.score < rival[2].score)
        if late and rival is not None and after.score.finals >= rival[2].score.finals:
            continue  # the likeliest of those that put as many right
        if not better or not helps(trials, sid, now, after):
            continue
        if holds(trials, sid, mend, changed, given, now, after):
            if late:
                limit = min(limit, trials.runs + PATIENCE) if spare is None else limit
                spare = (sid, mend, after)
                continue
            best = (sid, mend, after)
            if after.score.finals == 0 and after.score.sites == 0 and after.score.scaled <= now.score.scaled:
                break
    return best or spare


def helps(trials: Trials, sid: int, now: Attempt, after: Attempt) -> bool:
    """Whether a mend of a statement puts right what it should, and does not merely shift things."""
    if now.raised:
        own = [n for n in trials.judged if trials.sites[n].sid == sid]
        ran = {n for n, _ in after.values}
        good = own and all(n in ran and n not in after.sites for n in own)
        if not own and not after.raised and isinstance(trials.body.statements[sid], ast.Return):
            named = {trials.about[n] for n in trials.judged}
            handed = {p for p in trials.wanted if p[-1] not in named}  # what the return itself computes
            good = handed and not handed & after.wrong
        return not after.raised and after.score.finals == 0 or bool(good) and after.raised != now.raised
    if after.score.finals < now.score.finals:
        return True
    own = {n: v for n, v in after.values if n in trials.judged and trials.sites[n].sid == sid}
    if any(trials.is_last(n) and trials.rightful.fits(trials.about[n], v, True) != "right" for n, v in own.items()):
        return False  # only a part of what is due, and nothing is added later
    if not {n for n, _ in now.values} <= {n for n, _ in after.values}:
        return False  # lines that ran do not any more
    return not (now.sites and now.sites[0] in after.sites)


def holds(trials: Trials, sid: int, mend: Mend, changed: Changes, given: Given, now: Attempt, after: Attempt) -> bool:
    """Whether a mend is as good at another point, and puts the same gradients right: `others` are the pass at other points."""
    mended, line = now.wrong - after.wrong, trials.body.statements[sid].lineno
    for other in [t for t in trials.others if not (given and t.sound)]:
        other.wanted = trials.wanted
        one = other.attempt(changed, given)
        if line not in one.lines and other.sound is False and not hasattr(trials.body.statements[sid], "body"):
            continue  # what is wrong there comes from another branch
        two = other.attempt({**changed, sid: list(mend.statements)}, given)
        if one.score.finals and not one.raised and mended & one.wrong and not two.score < one.score:
            return False
        if mended & two.wrong or not one.score.finals and two.score.finals:
            return False
    return True

"""Which line of a student's backward pass is wrong, and why: statements are mended until the gradients come out right.

The student's lines are walked in order.  A line whose gradient is none of what it could rightly be (`truth.Rightful`) is
suspect, and so are the unnamed values that feed it.  Templates (`causes`) are tried on the suspects; a mend counts when
the student's own code, run with it, comes out right, here or further on.  Where none does, the true value is put in the
line's place, and the walk goes on: so second mistakes are found, and lines that merely inherit one are not blamed.
"""

from __future__ import annotations

import ast
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

from gradgen.grade import causes
from gradgen.grade.causes import Mend, Scope
from gradgen.grade.inputs import Path
from gradgen.grade.names import is_upstream, meant
from gradgen.grade.parts import Parts
from gradgen.grade.running import Runner, plain
from gradgen.grade.truth import Rightful, as_float, close, is_nothing
from gradgen.grade.watch import Body, Site, is_plain
from gradgen.interpret import OutOfFuel, Raised, Refused
from gradgen.interpret.functions import bound

GIVEN = "given!"
BUDGET = 1400  # runs for one gradient pass
PATIENCE = 200  # runs in search of a mend that puts all right, when one is found that does not
WORK = 12_000_000  # interpreter steps for all of them
MOST_MISTAKES = 4
MOST_PAIRED, MOST_SMALL = 5, 24  # statements, and mends of each, that are tried two at a time


@dataclass(frozen=True)
class Mistake:
    """A wrong line: its number, the cause (a key of `causes.SAID`), what exactly, and the line as it should be."""

    line: int
    cause: str
    detail: str = ""
    mended: str = ""
    about: str = ""  # the gradient that goes wrong there


@dataclass(order=True)
class Score:
    """How wrong a run is: gradients handed back, then named gradients on the way."""

    finals: int
    sites: int
    scaled: int = field(default=0, compare=False)


@dataclass
class Attempt:
    """One run with some statements changed."""

    score: Score
    wrong: set[Path] = field(default_factory=set)
    sites: list[int] = field(default_factory=list)  # numbers of sites whose value is none that it could be
    values: list[tuple[int, object]] = field(default_factory=list)
    raised: int = 0
    lines: frozenset[int] = frozenset()  # that ran
    gradients: dict[Path, object] = field(default_factory=dict)


class Search:
    """Mends one backward pass at one point.

    ``run(function)`` gives the gradients by path when this function value stands in the pass's place.
    """

    def __init__(
        self,
        body: Body,
        runner: Runner,
        run: Callable[[object], dict[Path, object]],
        truth,
        constants: tuple[float, ...],
        context: dict[str, object],
        regularisers: frozenset[str] = frozenset(),
        skip: frozenset[int] = frozenset(),
    ):
        self.body, self.runner, self.run = body, runner, run
        self.truth, self.rightful = truth, Rightful(truth)
        self.leaves = {path: as_float(t) for path, t in truth.leaves.items() if t is not None}
        self.sites = body.sites
        self.about = {n: self.meaning(site) for n, site in enumerate(self.sites)}
        arguments = body.node.args
        self.parameters = {a.arg for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}
        self.final = self.last_values()
        self.judged = {n for n in self.about if self.about[n] and self.is_settled(n) and not self.is_start(n)}
        self.constants, self.context, self.regularisers = constants, context, regularisers
        self.skip = skip  # statements of the forward pass
        self.runs, self.work = 0, 0
        self.given: dict[int, object] = {}
        runner.machine.globals.builtins[GIVEN] = causes_routine(self.given)
        self.others: tuple[Search, ...] = ()
        self.kept, self.names = body.kept(), frozenset(bound(body.node.body) | self.parameters)
        self.verdicts: dict[tuple, str] = {}
        self.trusted: dict[frozenset[str], frozenset[int]] = {}
        self.gradients = frozenset(
            [n for n in self.parameters if is_upstream(n)]
            + [s.key for s in self.sites if is_upstream(s.key) and s.sid not in skip]
        )
        read = set().union(*body.mentions)
        self.unused = frozenset(s.key for s in self.sites if s.key not in read and s.key.isidentifier())

    def meaning(self, site: Site) -> str | None:
        if site.sid in self.skip_set():
            return None
        known = [n for n in self.truth.named if n != site.key]
        return meant(site.key, known)

    def last_values(self) -> set[int]:
        """The sites that give a gradient that is handed back its last value."""
        handed = {
            ast.unparse(n)
            for r in ast.walk(self.body.node)
            if isinstance(r, ast.Return) and r.value
            for n in ast.walk(r.value)
            if isinstance(n, (ast.Name, ast.Attribute))
        }
        last = {site.key: number for number, site in enumerate(self.sites)}
        return {
            n
            for key, n in last.items()
            if {key, key.partition("[")[0]} & handed and self.about[n] in {p[-1] for p in self.leaves}
        }

    def skip_set(self) -> frozenset[int]:
        return getattr(self, "skip", frozenset())

    def is_settled(self, number: int) -> bool:
        """Whether a value is read by others before it is changed again."""
        site = self.sites[number]
        loop = self.body.loops[site.sid]
        for sid in range(site.sid + 1, len(self.body.statements)):
            if self.body.late(site) and self.body.loops[sid] == loop:
                if any(s.key == site.key for s in self.sites if s.sid == sid):
                    return False
                continue
            stmt = self.body.statements[sid]
            if hasattr(stmt, "body"):
                continue
            writes = any(s.key == site.key for s in self.sites if s.sid == sid)
            if writes:
                return False
            if site.key in self.body.mentions[sid]:
                return True
        return True

    def innocent(self, wrong: set[Path]) -> frozenset[int]:
        """The sites that a gradient comes from that is handed back right."""
        key = frozenset(p[-1] for p in self.wanted - wrong)
        if key not in self.trusted:
            lasts = [n for n in self.about if self.about[n] in key and self.is_last(n)]
            lines, keys = self.body.sources({self.sites[n].key for n in lasts}, len(self.body.statements))
            sites = enumerate(self.sites)
            self.trusted[key] = frozenset(n for n, s in sites if lasts and s.sid in lines and s.key in keys)
        return self.trusted[key]

    def is_start(self, number: int) -> bool:
        """Whether a value is the zeros that something is added to later."""
        value = getattr(self.body.statements[self.sites[number].sid], "value", None)
        text = ast.unparse(value) if isinstance(value, (ast.Call, ast.Constant)) else ""
        return text in ("0", "0.0") or text.startswith(("np.zeros", "np.empty")) and not self.is_last(number)

    # running

    def attempt(self, changed: dict[int, list[ast.stmt]], behind: dict[int, list[ast.stmt]]) -> Attempt:
        """One run of the pass with these changes."""
        self.runs += 1
        self.runner.fresh()
        self.runner.machine.reset()
        function = self.runner.quick(self.body.rebuilt(self.sites, changed, behind), self.kept, self.names)
        many = len(self.leaves)
        line = 0
        try:
            found = self.run(function)
        except (Raised, Refused, OutOfFuel) as error:
            found, line = {}, getattr(error, "line", 0) or self.runner.machine.line
        except Exception:  # what comes back is not what can be taken apart
            found, line = {}, self.runner.machine.line
        self.work += self.runner.machine.fuel - self.runner.machine.meter.left
        wrong = {p for p, t in self.leaves.items() if p in self.wanted and not self.alike(found.get(p), t)}
        sites, scaled = [], 0
        for number, value in self.runner.seen.values:
            if number in self.judged and number not in sites:
                verdict = self.verdict(number, value)
                scaled += verdict == "scaled"
                if verdict == "wrong" or verdict == "scaled":
                    sites.append(number)
        sites = sites if line else [n for n in sites if n not in self.innocent(wrong)]
        score = Score(many + 1 if line else len(wrong), len(sites), scaled)
        return Attempt(score, wrong, sites, self.runner.seen.values, line, frozenset(self.runner.machine.lines), found)

    def verdict(self, number: int, value) -> str:
        """What is to be said of the value at a site: see `Rightful.fits`."""
        if not isinstance(value, np.ndarray):
            return self.rightful.fits(self.about[number], value, number in self.final)
        key = number, value.shape, value.tobytes()
        if key not in self.verdicts:
            self.verdicts[key] = self.rightful.fits(self.about[number], value, number in self.final)
        return self.verdicts[key]

    wanted: frozenset[Path] = frozenset()
    solved = False

    def alike(self, value, truth: np.ndarray) -> bool:
        if value is None:
            return False
        try:
            value = as_float(value)
        except (TypeError, ValueError):
            return False
        good = close(value, truth) if value.shape == truth.shape else False
        return good or value.shape == truth.shape and is_nothing(self.rightful.floor, value, truth)

    # searching

    def mistakes(self, wanted: frozenset[Path]) -> list[Mistake]:
        """The wrong lines, in the order in which they are met; ``wanted`` are the gradients that came out wrong or not."""
        self.wanted = wanted
        changed: dict[int, list[ast.stmt]] = {}
        behind: dict[int, list[ast.stmt]] = {}
        found: list[tuple[int, Mistake]] = []
        now = self.attempt(changed, behind)
        while (now.score.finals or now.raised) and len(found) < MOST_MISTAKES:
            best = self.best_mend(now, changed, behind, turns=1)
            step = self.path_step(now, changed, behind) if best is None and not now.raised else None
            if best is None and step is None:
                best = self.best_mend(now, changed, behind)
            elif best is None:  # unless a small change does
                best = self.best_mend(now, changed, behind, turns=causes.SMALL)
            if best is not None:
                sid, mend, after = best
                changed[sid] = list(mend.statements)
                found.append((sid, self.mistake(sid, mend)))
                now = after
                continue
            if step is None and (both := self.best_pair(now, changed, behind)) is not None:
                pairs, now = both
                for sid, mend in pairs:
                    changed[sid] = list(mend.statements)
                    found.append((sid, self.mistake(sid, mend)))
                continue
            step = step or self.give(now, changed, behind)
            if step is None:
                break
            sid, mistake, after = step
            found.append((sid, mistake))
            if not after.score < now.score and after.sites == now.sites and after.raised == now.raised:
                break
            now = after
        self.solved = now.score.finals == 0 and all(m.cause != "unknown" for _, m in found)
        return [m for _, m in sorted(found, key=lambda f: f[0])]

    def mistake(self, sid: int, mend: Mend) -> Mistake:
        stmt = self.body.statements[sid]
        key = next((s.key for s in self.sites if s.sid == sid), "")
        text = mend.text.splitlines()[0] if mend.text else ""
        return Mistake(stmt.lineno, mend.cause, mend.detail, text, key)

    def best_mend(self, now: Attempt, changed: dict, behind: dict, turns: int | None = None):
        """(statement, mend, what comes of it) of the mend after which least is wrong: the first that leaves nothing wrong, or
        the best of those that are as likely.  ``turns``: only so many, and only what puts right what is handed back."""
        best: tuple | None = None
        spare: tuple | None = None  # what leaves gradients wrong that are handed back
        suspects = [sid for sid in self.suspects(now) if sid not in changed]
        parts = Parts(self, now, changed, behind)
        scopes = {sid: (self.body.statements[sid], self.scope(sid, now, parts)) for sid in suspects}
        limit, reached, right = self.runs + BUDGET, None, self.right_statements(now)
        for turn, sid, mend in causes.in_turn(scopes, self.near(now), set() if now.raised else right):
            if turns is not None and turn > turns:
                break
            if self.runs > limit or self.work > WORK or best is not None and turn != reached:
                break
            reached = turn
            after = self.attempt({**changed, sid: list(mend.statements)}, behind)
            idle = after.score.finals >= now.score.finals and not now.raised
            late = turns is None and after.score.finals > 0 and not now.raised
            if idle and turns is not None or turns == causes.SMALL and after.score.finals:
                continue
            rival = spare if late else best
            better = after.score < now.score and (rival is None or after.score < rival[2].score)
            if not better or not self.helps(sid, now, after):
                continue
            if self.holds(sid, mend, changed, behind, after):
                if late:
                    limit = min(limit, self.runs + PATIENCE) if spare is None else limit
                    spare = (sid, mend, after)
                    continue
                best = (sid, mend, after)
                if after.score.finals == 0 and after.score.sites == 0:
                    break
        return best or spare

    def best_pair(self, now: Attempt, changed: dict, behind: dict):
        """(two statements with a small mend each, what comes of it), where only both together leave nothing wrong."""
        near = [sid for sid in self.near(now) if sid not in changed and not hasattr(self.body.statements[sid], "body")]
        parts = Parts(self, now, changed, behind)
        small: dict[int, list[Mend]] = {}
        for sid in near[:MOST_PAIRED]:
            scope = {sid: (self.body.statements[sid], self.scope(sid, now, parts))}
            turns = itertools.takewhile(lambda t: t[0] <= causes.SMALL, causes.in_turn(scope, [sid], set()))
            small[sid] = [mend for _, _, mend in itertools.islice(turns, MOST_SMALL)]
        pairs = [
            (i + j, a, small[a][i], b, small[b][j])
            for a, b in itertools.combinations(small, 2)
            for i in range(len(small[a]))
            for j in range(len(small[b]))
        ]
        for _, a, one, b, other in sorted(pairs, key=lambda p: p[0])[:BUDGET]:
            if self.work > WORK:
                return None
            first = {**changed, a: list(one.statements)}
            after = self.attempt({**first, b: list(other.statements)}, behind)
            if after.score.finals == 0 and not after.raised and self.holds(b, other, first, behind, after):
                return [(a, one), (b, other)], after
        return None

    def helps(self, sid: int, now: Attempt, after: Attempt) -> bool:
        """Whether a mend of a statement puts right what it should, and does not merely shift things."""
        if now.raised:
            own = [n for n in self.judged if self.sites[n].sid == sid]
            ran = {n for n, _ in after.values}
            good = own and all(n in ran and n not in after.sites for n in own)
            return not after.raised and after.score.finals == 0 or bool(good) and after.raised != now.raised
        if after.score.finals < now.score.finals:
            return True
        own = {n: v for n, v in after.values if n in self.judged and self.sites[n].sid == sid}
        if any(self.is_last(n) and self.rightful.fits(self.about[n], v, True) != "right" for n, v in own.items()):
            return False  # only a part of what is due, and nothing is added later
        if not {n for n, _ in now.values} <= {n for n, _ in after.values}:
            return False  # lines that ran do not any more
        return not (now.sites and now.sites[0] in after.sites)

    def is_last(self, number: int) -> bool:
        """Whether no later line gives the same name a value."""
        return not any(s.key == self.sites[number].key for s in self.sites[number + 1 :])

    def holds(self, sid: int, mend: Mend, changed: dict, behind: dict, after: Attempt) -> bool:
        """Whether a mend is as good at another point: `others` are searches like this one."""
        for other in self.others:
            other.wanted = self.wanted
            one = other.attempt(changed, behind)
            two = other.attempt({**changed, sid: list(mend.statements)}, behind)
            if (not two.score < one.score and not one.raised) or (after.score.finals == 0 and two.score.finals > 0):
                return False
        return True

    def suspects(self, now: Attempt) -> list[int]:
        """Statements that may be wrong: those that feed what is wrong, or come before the line that raises."""
        simple = [s for s in range(len(self.body.statements)) if s not in self.skip and self.is_candidate(s)]
        if now.raised:
            return [s for s in reversed(simple) if self.body.statements[s].lineno <= now.raised]
        simple = [s for s in simple if self.body.statements[s].lineno in now.lines]
        feeding = self.feeding(now)
        return [*self.near(now), *[s for s in simple if s in feeding and s not in self.near(now)]]

    def near(self, now: Attempt) -> list[int]:
        """The statements that the first wrong value comes from, those of its own name first; the line that raises."""
        simple = [s for s in range(len(self.body.statements)) if s not in self.skip and self.is_candidate(s)]
        if now.raised:
            own = [s for s in simple if self.body.statements[s].lineno == now.raised]
            read = set().union(*(self.body.mentions[s] for s in own)) if own else set()
            makers = {s.sid for s in self.sites if s.key in read and s.line < now.raised}
            return [*own, *[s for s in reversed(simple) if s in makers and s not in own]]
        if not now.sites:
            return []
        first = self.sites[now.sites[0]]
        end = self.last_of(first)
        right = self.right_statements(now)
        early = [s for s in simple if s <= end and s in self.body.slice_of({first.key}, end) and s not in right]
        own = [s for s in early if any(x.key == first.key for x in self.sites if x.sid == s)]
        return list(dict.fromkeys([*own, *reversed(early)]))

    def last_of(self, site: Site) -> int:
        if self.body.late(site):
            loop = self.body.loops[site.sid]
            return max(s for s in range(len(self.body.statements)) if self.body.loops[s] == loop)
        return site.sid

    def is_candidate(self, sid: int) -> bool:
        stmt = self.body.statements[sid]
        if isinstance(stmt, (ast.If, ast.For, ast.While)):
            return True
        if (
            isinstance(stmt, ast.Assign)
            and isinstance(stmt.value, ast.Name)
            and stmt.value.id in self.parameters
            and not is_upstream(stmt.value.id)
        ):
            return False  # an unpacking
        return isinstance(stmt, (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Return, ast.Expr))

    def right_statements(self, now: Attempt) -> set[int]:
        """Statements after which a named gradient is right."""
        found = set()
        for number, value in now.values:
            if number in self.judged and number not in now.sites:
                if self.verdict(number, value) == "right":
                    found.add(self.sites[number].sid)
        return found

    def feeding(self, now: Attempt) -> set[int]:
        """Statements that feed a gradient that is wrong (all, when that cannot be told)."""
        keys = {s.key for n, s in enumerate(self.sites) if any(meant(s.key, [p[-1]]) for p in now.wrong)}
        if not keys:
            return set(range(len(self.body.statements)))
        returns = {s for s, x in enumerate(self.body.statements) if isinstance(x, ast.Return)}
        return self.body.slice_of(keys, len(self.body.statements)) | returns

    def scope(self, sid: int, now: Attempt, parts: Parts) -> Scope:
        """What may be read at a statement, with values."""
        values = dict(self.context)
        for number, value in now.values:
            site = self.sites[number]
            if site.sid < sid or (self.body.loops[site.sid] == self.body.loops[sid] is not None and site.sid != sid):
                values[site.key] = plain(value)
        begun = frozenset(s.key for s in self.sites if s.sid < sid)
        values |= self.turning(sid, values)
        containers = tuple(k for k, v in values.items() if isinstance(v, (dict, list, tuple)) and k.isidentifier())
        entries = self.entries(sid, values)
        values = {k: v for k, v in values.items() if isinstance(v, (int, float, np.ndarray, np.generic))} | entries
        stmt = self.body.statements[sid]
        order = sorted(values, key=lambda k: k not in self.body.mentions[sid])
        if isinstance(stmt, (ast.For, ast.While)):
            order = [k for k in order if type(values[k]) is int]
        values = {k: values[k] for k in order}
        known = (begun, self.unused, containers, self.gradients, lambda: parts.of(sid), lambda: parts.values)
        return Scope(values, self.constants, self.regularisers, *known)

    def turning(self, sid: int, values: dict[str, object]) -> dict[str, object]:
        """The variables of the loops around a statement that run over a known list, as in a first turn."""
        found = {}
        for target, run in self.body.counters(sid):
            while isinstance(run, ast.Call) and run.args:
                run = run.args[0]
            items = values.get(ast.unparse(run))
            if isinstance(items, (list, tuple, np.ndarray)) and np.size(items):
                found[target] = items[0]
        return found

    def entries(self, sid: int, values: dict[str, object]) -> dict[str, object]:
        """``x[i]``, ``x[:, i]`` for the variables of the loops around a statement, as in a first turn."""
        found: dict[str, object] = {}
        if self.body.loops[sid] is None:
            return found
        counters = [target for target, run in self.body.counters(sid) if "range" in ast.unparse(run)]
        for name, value in values.items():
            value = np.array(value) if is_row(value) else value
            if name.isidentifier() and isinstance(value, np.ndarray) and value.ndim and value.size < 1000:
                for counter in counters:
                    found[f"{name}[{counter}]"] = value[0]
                    if value.ndim > 1:
                        found[f"{name}[:, {counter}]"] = value[:, 0]
                if 1 < value.ndim <= len(counters):
                    found[f"{name}[{', '.join(counters[: value.ndim])}]"] = value.ravel()[0]
        return found

    # putting the truth in

    def give(self, now: Attempt, changed: dict, behind: dict) -> tuple[int, Mistake, Attempt] | None:
        """Blame the first wrong value, put the true one in its place, and go on."""
        if now.raised:
            return self.replaced(now, changed, behind)
        scaled = {n for n, v in now.values if n in now.sites and self.verdict(n, v) == "scaled"}
        for number in [n for n in now.sites if n not in self.given and n not in scaled]:
            site = self.sites[number]
            for choice in self.choices(number, now):
                self.given[number] = choice
                place = self.body.loops[site.sid] if self.body.late(site) else site.sid
                trial = {**behind, place: [*behind.get(place, []), given(number, site)]}
                after = self.attempt(changed, trial)
                if after.score < now.score or number not in after.sites:
                    behind.clear()
                    behind.update(trial)
                    return site.sid, self.unexplained(number, now), after
            self.given.pop(number, None)
            return site.sid, self.unexplained(number, now), now
        return self.missing(now)

    def replaced(self, now: Attempt, changed: dict, behind: dict) -> tuple[int, Mistake, Attempt] | None:
        """Put the true value in the place of a line that raises."""
        sids = [s for s, x in enumerate(self.body.statements) if x.lineno == now.raised]
        for sid in sids[:1]:
            own = [n for n, site in enumerate(self.sites) if site.sid == sid]
            mistake = Mistake(now.raised, "unknown", "", "", self.sites[own[0]].key if own else "")
            if len(own) == 1 and self.about[own[0]] in self.rightful.totals and sid not in changed:
                self.given[own[0]] = self.rightful.totals[self.about[own[0]]][0]
                changed[sid] = [given(own[0], self.sites[own[0]])]
                return sid, mistake, self.attempt(changed, behind)
            return sid, mistake, now
        return None

    def path_step(self, now: Attempt, changed: dict, behind: dict) -> tuple[int, Mistake, Attempt] | None:
        """A gradient that lacks just what some uses of its value contribute: the true one is put in its place."""
        last = {self.sites[n].key: n for n, _ in now.values if self.about[n] is not None}
        for key, number in last.items():
            value = [v for n, v in now.values if n == number][-1]
            if now.sites and number > now.sites[0]:
                continue  # inherited
            if number in self.given or self.rightful.fits(self.about[number], value, True) == "right":
                continue
            if not (detail := self.path_missing(self.about[number], value)):
                continue
            site = self.sites[number]
            self.given[number] = self.rightful.totals[self.about[number]][0].reshape(np.shape(value))
            place = self.body.loops[site.sid] if self.body.late(site) else site.sid
            trial = {**behind, place: [*behind.get(place, []), given(number, site)]}
            after = self.attempt(changed, trial)
            if after.score < now.score:
                behind.update(trial)
                return site.sid, Mistake(site.line, "path", detail, "", key), after
            self.given.pop(number)
        return None

    def unexplained(self, number: int, now: Attempt) -> Mistake:
        """A wrong value that no template mends: of several statements that make it up, the longest is blamed."""
        site = self.sites[number]
        group = [s for s in self.sites if s.key == site.key and s.sid <= site.sid and s.sid not in self.skip]
        begun = max((n for n, s in enumerate(group) if is_plain(self.body.statements[s.sid], s.key)), default=0)
        right = self.right_statements(now)
        group = [s for s in group[begun:] if s.sid not in right] or [site]
        blamed = max(group, key=lambda s: sum(1 for _ in ast.walk(self.body.statements[s.sid])))
        return self.without_cause(blamed, [v for n, v in now.values if n == number])

    def without_cause(self, site: Site, values: list) -> Mistake:
        """What no template explains; a gradient that stays zero is said to."""
        zero = bool(values) and isinstance(values[-1], (float, np.ndarray)) and not np.any(values[-1])
        detail = f"nothing is ever added to `{site.key}`"
        return Mistake(site.line, *(("path", detail) if zero else ("unknown", "")), "", site.key)

    def choices(self, number: int, now: Attempt) -> Iterator[np.ndarray]:
        """What a value could rightly be, in the shape that it has; the nearest first."""
        value = next(as_float(v) for n, v in now.values if n == number)
        found = [c for c in self.rightful.choices[self.about[number]] if c.size == value.size]
        found.sort(key=lambda c: float(np.sum(np.abs(c.reshape(value.shape) - value))))
        whole = [c for c in found[:]]
        yield from (c.reshape(value.shape).copy() for c in whole[:8])

    def path_missing(self, name: str, value) -> str:
        """Which uses of a value nobody follows back, when they explain what its gradient lacks."""
        try:
            held = as_float(value)
        except (TypeError, ValueError):
            return ""
        for row in self.truth.named.get(name, ()):
            total = np.nan_to_num(as_float(row.total))
            parts = [(n, p) for n, p in ((n, np.nan_to_num(as_float(p))) for n, p in row.parts) if np.any(p)]
            if held.size != total.size or len(parts) < 2:
                continue
            for count in range(1, min(len(parts), 4)):
                for some in itertools.combinations(parts[:8], count):
                    if close(held.reshape(total.shape) + sum(p for _, p in some), total, 1e-7):
                        lines = sorted({self.use(n)[0] for n, _ in some})
                        said = " and ".join(f"line {n}" for n in lines)
                        return f"`{name}` also reaches the output through {said}"
        return ""

    uses: list[tuple[int, str]] = []

    def use(self, number: int) -> tuple[int, str]:
        return self.uses[number] if number < len(self.uses) else (0, "")

    def missing(self, now: Attempt) -> tuple[int, Mistake, Attempt] | None:
        """A contribution that no line brings, or a value that is handed back wrongly: blamed on the last line that gives that
        gradient a value, or on the return."""
        ran = {n for n, _ in now.values}
        returns = [s for s, x in enumerate(self.body.statements) if isinstance(x, ast.Return) and x.lineno in now.lines]
        for path in sorted(now.wrong):
            sites = [n for n in sorted(ran) if self.about[n] == path[-1] and self.sites[n].sid not in self.skip]
            sites = [n for n in sites if n in self.final] or sites
            values = [v for n, v in now.values if n in sites]
            whole = values and self.alike(plain(values[-1]), self.leaves[path])
            if sites and not (whole and returns):
                site = self.sites[sites[-1]]
                return site.sid, self.without_cause(site, [v for n, v in now.values if n == sites[-1]]), now
            if returns:
                line = self.body.statements[returns[-1]].lineno
                return returns[-1], Mistake(line, "unknown", "", "", f"d{path[-1]}"), now
        return None


def is_row(value) -> bool:
    """Whether a value is a list of numbers, or of arrays of one shape."""
    some = isinstance(value, list) and value and all(isinstance(v, (float, np.ndarray)) for v in value)
    return bool(some) and len({np.shape(v) for v in value}) == 1


def given(number: int, site: Site) -> ast.stmt:
    """``dx = given!(number)``: the true value in the place of the student's."""
    call = ast.Call(ast.Name(GIVEN, ast.Load()), [ast.Constant(number)], [])
    target = ast.copy_location(causes._store(site.expr), site.expr)
    made = ast.Assign([target], call)
    made.lineno = site.line
    made.col_offset = 0
    for node in ast.walk(call):
        if isinstance(node, (ast.expr,)):
            node.lineno, node.col_offset = site.line, 0
    return made


def causes_routine(table: dict[int, object]):
    from gradgen.interpret.values import Routine

    def call(args: list, kwargs: dict):
        value = table[args[0]]
        return np.array(value) if np.ndim(value) else float(value)

    return Routine(GIVEN, call)

"""Runs of a student's backward pass with some of its statements changed, and how wrong each of them is.

A run is judged by the gradients that it hands back, and by every named gradient on the way: one whose value is none of what it could
rightly be (`truth.Rightful`) is wrong.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from gradgen.grade.edits import stored
from gradgen.grade.inputs import Path
from gradgen.grade.names import is_upstream, meant
from gradgen.grade.running import Runner
from gradgen.grade.truth import CLOSE, Rightful, Truth, as_float, close, is_nothing
from gradgen.grade.watch import Body, Site, is_plain
from gradgen.interpret import OutOfFuel, Raised, Refused
from gradgen.interpret.functions import bound
from gradgen.interpret.values import Routine

ZERO = np.zeros(())
GIVEN = "given!"  # no name of a text is spelled so
Changes = dict[int, list[ast.stmt]]  # statements by number, and what stands in their place
Given = dict[
    int, int
]  # numbers of sites whose value is put right, and by which of the values that it could rightly have


@dataclass(order=True)
class Score:
    """How wrong a run is: gradients handed back, then named gradients on the way."""

    finals: int
    sites: int
    scaled: int = 0


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


class Trials:
    """One backward pass at one point.

    ``run(function)`` gives the gradients by path when this function value stands in the pass's place; ``constants`` are those of the
    forward pass, ``context`` values that the lines may read, ``handed`` what the names that are handed back are gradients by, ``skip`` the statements of
    the forward pass.
    """

    solved = False
    tolerance = CLOSE
    haste = 1  # by how much less is tried than at first
    sound = False  # whether nothing is wrong at the point
    wanted: frozenset[Path] = frozenset()  # the gradients that came out wrong or not
    uses: list[tuple[int, str]] = []  # the numbered reads of the forward pass, as (line, name)

    def __init__(
        self,
        body: Body,
        forward: ast.FunctionDef,
        runner: Runner,
        run: Callable[[object], dict[Path, object]],
        truth: Truth,
        constants: tuple[float, ...],
        context: dict[str, object],
        handed: dict[str, str],
        regularisers: frozenset[str] = frozenset(),
        skip: frozenset[int] = frozenset(),
    ):
        self.body, self.forward, self.runner, self.run = body, forward, runner, run
        self.truth, self.rightful = truth, Rightful(truth)
        self.constants, self.context, self.regularisers, self.skip = constants, context, regularisers, skip
        self.leaves = {path: as_float(t) for path, t in truth.leaves.items() if t is not None}
        self.sites = body.sites
        self.handed = handed
        self.about = {n: self.meaning(site) for n, site in enumerate(self.sites)}
        arguments = body.node.args
        self.parameters = {a.arg for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}
        self.final = self.last_values()
        self.judged = {
            n
            for n in self.about
            if self.about[n] and self.is_settled(n) and not self.is_start(n) and not self.is_share(n)
        }
        self.runs, self.work = 0, 0
        self.given: Given = {}
        runner.machine.globals.builtins[GIVEN] = Routine(GIVEN, self.rightful_value)
        self.others: tuple[Trials, ...] = ()
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
        """Which value of the forward pass the gradient at a site is by; None for what is no gradient."""
        if site.sid in self.skip:
            return None
        return meant(site.key, [n for n in self.truth.named if n != site.key]) or self.handed.get(site.key)

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
        """The sites that a gradient comes from that is handed back right; one that is zero anyway shows nothing."""
        telling = [p for p in self.wanted - wrong if not is_nothing(self.rightful.floor, self.leaves.get(p, ZERO))]
        key = frozenset(p[-1] for p in telling)
        if key not in self.trusted:
            lasts = [n for n in self.about if self.about[n] in key and self.is_last(n)]
            lines, keys = self.body.sources({self.sites[n].key for n in lasts}, len(self.body.statements))
            sites = enumerate(self.sites)
            self.trusted[key] = frozenset(n for n, s in sites if lasts and s.sid in lines and s.key in keys)
        return self.trusted[key]

    def is_start(self, number: int) -> bool:
        """Whether a value is the zeros that something is added to later."""
        stmt = self.body.statements[self.sites[number].sid]
        value = getattr(stmt, "value", None) if is_plain(stmt, self.sites[number].key) else None
        text = ast.unparse(value) if isinstance(value, (ast.Call, ast.Constant)) else ""
        return text in ("0", "0.0") or text.startswith(("np.zeros", "np.empty")) and not self.is_last(number)

    def is_share(self, number: int) -> bool:
        """Whether a value is what one turn of a loop adds to a gradient of another name."""
        site, loop = self.sites[number], self.body.loops[self.sites[number].sid]
        if loop is None or self.body.late(site):
            return False
        others = [s for n, s in enumerate(self.sites) if self.about[n] == self.about[number] and s.key != site.key]
        return any(self.body.loops[s.sid] == loop and self.body.late(s) for s in others)

    def is_last(self, number: int) -> bool:
        """Whether no later line gives the same name a value."""
        return not any(s.key == self.sites[number].key for s in self.sites[number + 1 :])

    # running

    def attempt(self, changed: Changes, given: Given) -> Attempt:
        """One run of the pass with some statements changed, and some values put right."""
        self.runs += 1
        self.runner.fresh()
        self.runner.machine.reset()
        self.given = given
        behind: Changes = {}
        for number in given:
            behind.setdefault(self.settled_at(self.sites[number]), []).append(restored(number, self.sites[number]))
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

    def settled_at(self, site: Site) -> int:
        """The statement behind which a value is what it will be: of what a loop adds to, the loop."""
        return self.body.loops[site.sid] if self.body.late(site) else site.sid

    def rightful_value(self, args: list, kwargs: dict):
        """``given!(number)``, ``given!(number, the value that is there)``: what it could rightly be, in that value's shape."""
        number, *held = args
        choices = self.rightful.choices[self.about[number]]
        place = self.given.get(number, 0)
        value = choices[place if place < len(choices) else 0]
        if held and np.size(held[0]) == value.size:
            value = value.reshape(np.shape(held[0]))
        return np.array(value) if np.ndim(value) else float(value)

    def verdict(self, number: int, value) -> str:
        """What is to be said of the value at a site: see `Rightful.fits`; what is handed back has its shape, too."""
        if not isinstance(value, np.ndarray):
            return self.rightful.fits(self.about[number], value, number in self.final)
        key = number, value.shape, value.tobytes()
        if key not in self.verdicts:
            said = self.rightful.fits(self.about[number], value, number in self.final)
            due = [t.shape for p, t in self.leaves.items() if p[-1] == self.about[number] and number in self.final]
            self.verdicts[key] = "wrong" if said == "right" and due and value.shape not in due else said
        return self.verdicts[key]

    def alike(self, value, truth: np.ndarray) -> bool:
        if value is None:
            return False
        try:
            value = as_float(value)
        except (TypeError, ValueError):
            return False
        good = close(value, truth, self.tolerance) if value.shape == truth.shape else False
        return good or value.shape == truth.shape and is_nothing(self.rightful.floor, value, truth)


def restored(number: int, site: Site, in_place: bool = False) -> ast.stmt:
    """``dx = given!(number, dx)``: the true value in the place of the student's; ``in_place``: of a line that gives none."""
    held = [] if in_place else [site.expr]
    call = ast.Call(ast.Name(GIVEN, ast.Load()), [ast.Constant(number), *held], [])
    made = ast.Assign([ast.copy_location(stored(site.expr), site.expr)], call)
    for node in (made, call, call.func, call.args[0]):
        node.lineno, node.col_offset = site.line, 0
    return made

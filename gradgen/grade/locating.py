"""The wrong lines of a pair: the search runs at the points at which it is wrong."""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace

from gradgen.grade import passes
from gradgen.grade.halves import forward_part
from gradgen.grade.inputs import Path
from gradgen.grade.causes import Mistake
from gradgen.grade.lines import wrong_lines
from gradgen.grade.trials import Trials
from gradgen.grade.names import meant
from gradgen.grade.pairing import Pair, called
from gradgen.grade.passes import FAILURES, Run
from gradgen.grade.results import parameters
from gradgen.grade.running import Runner, plain
from gradgen.grade.truth import CLOSE, INEXACT, Truth
from gradgen.grade.verdicts import Point, Settings, compared, same
from gradgen.grade.watch import Body

REGULARISERS = ("reg", "lambd", "lambda_", "lamb", "l2", "weight_decay")
HASTE = 5
DEAR = 2  # how much more than at another point the passes may cost at the one that is searched first
PASSED_OVER = ("right", "unchecked", "missing")  # verdicts that no line is to blame for
Judged = tuple[Point, Run | Exception, Truth]


@dataclass
class Locator:
    """Searches one pair for its wrong lines; ``uses`` are the numbered reads of the forward pass, as (line, name)."""

    tree: ast.Module
    pair: Pair
    settings: Settings
    forward: Body
    backward: Body
    wanted: list[Path]
    uses: list[tuple[int, str]]

    def located(self, judged: list[Judged]) -> tuple[list[Mistake], bool]:
        """(wrong lines, whether the pass is right with all of them mended)."""
        chosen = [
            (point, known) for point, run, known in judged
            if isinstance(run, Exception) or any(compared(g, known, point).status not in PASSED_OVER for g in run.gradients)
        ]  # fmt: skip
        if not chosen:
            return [], False
        cheap = min(chosen, key=lambda c: c[0].work)[0].work
        chosen.sort(key=lambda c: c[0].work > DEAR * cheap)  # the search takes many runs
        paths = [
            g.path
            for _, run, _ in judged
            if not isinstance(run, Exception)
            for g in run.gradients
            if g.path and g.value is not None
        ]
        sound = [
            (point, known) for point, run, known in judged
            if isinstance(run, Run) and all(known is not other for _, other in chosen)
        ]  # fmt: skip
        raised = any(isinstance(run, Exception) for _, run, _ in judged)
        for tolerance in (CLOSE,) if raised else (CLOSE, INEXACT):  # in the end such as agree to some digits will do
            first, *others = [self.trials(*c) for c in (chosen[0], *chosen[1:][-1:], *sound[:1])]
            for other in others[len(chosen[1:][-1:]) :]:
                other.sound = True
            first.others, first.uses = tuple(others), self.uses
            for trials in (first, *others):
                trials.tolerance, trials.haste = tolerance, 1 if tolerance == CLOSE else HASTE
            mistakes = wrong_lines(first, frozenset(paths) or self.handed_back())
            if first.solved:
                break
            if tolerance == CLOSE:
                strict = mistakes
        else:
            mistakes = strict
        if not first.solved and (inside := self.in_helpers(chosen, frozenset(paths) or self.handed_back())):
            return inside, True
        if (len(mistakes) > 1 or not first.solved) and (swapped := self.swapped(judged, first.solved)):
            returns = {n.lineno for n in ast.walk(self.pair.backward_node) if isinstance(n, ast.Return)}
            lines = [m.line for m in mistakes if m.line in returns]
            return [replace(swapped, line=lines[0]) if lines else swapped], True
        return mistakes, first.solved

    def handed_back(self) -> frozenset[Path]:
        """The inputs that the returned names are about, where no run says it."""
        returns = [n for n in ast.walk(self.pair.backward_node) if isinstance(n, ast.Return) and n.value is not None]
        names = {n.id for r in returns for n in ast.walk(r.value) if isinstance(n, ast.Name)}
        names |= {s.key for s in self.backward.sites if s.key.partition("[")[0] in names or s.key.startswith("self.")}
        found = frozenset(p for p in self.wanted if any(meant(n, [p[-1]]) for n in names))
        own = frozenset(p for p in self.wanted if p[0] in {a.arg for a in self.pair.parameters})
        if self.pair.kind == "class" and not own & found:  # the return computes what it hands back
            found |= own
        return found or frozenset(self.wanted)

    def in_helpers(self, chosen: list[tuple[Point, Truth]], wanted: frozenset[Path]) -> list[Mistake]:
        """The wrong lines of a function that the backward pass alone calls, where the pass is right with them mended."""
        if self.pair.kind not in ("pair", "class"):
            return []
        known = {n.name: n for n in self.tree.body if isinstance(n, ast.FunctionDef)}
        own = called(self.backward.node, known) - called(self.forward.node, known)
        for name in sorted(own - {self.pair.forward, self.pair.backward}):
            trials = self.trials(*chosen[0], known[name])
            trials.haste = HASTE
            mistakes = wrong_lines(trials, wanted)
            if trials.solved:
                return mistakes
        return []

    def trials(self, point: Point, known: Truth, helper: ast.FunctionDef | None = None) -> Trials:
        """The pass at one point, over floats, ready to be run with its lines changed, or those of a function that it calls."""
        pair, runner = self.pair, Runner(self.tree)
        body = self.backward if pair.kind in ("pair", "class") else self.forward
        body = Body(helper) if helper else body
        held: list[Run] = []
        if pair.kind == "script":
            runner.install(body.rebuilt(body.sites))
        handed: dict[str, str] = {}
        try:
            done = passes.passed(
                runner,
                pair,
                point.inputs,
                self.wanted,
                point.seed,
                self.settings.scale,
                lambda r: held.append(passes.kept(r)),
            )
            handed = {g.label: g.path[-1] for g in done.gradients if g.label and g.path}
        except FAILURES:
            pass

        def run(function) -> dict[Path, object]:
            if helper is not None:
                runner.machine.globals.known[helper.name] = function
            elif pair.owner is not None:
                runner.machine.globals.value(pair.owner.name, 0).members[pair.backward] = function
            else:
                runner.machine.globals.known[pair.backward] = function
            if pair.kind in ("pair", "class"):
                return passes.replayed(runner, pair, held[0], self.wanted)
            done = passes.passed(runner, pair, point.inputs, self.wanted, point.seed, self.settings.scale)
            return {g.path: g.value for g in done.gradients if g.path is not None}

        numbers = [n.value for n in ast.walk(pair.forward_node) if isinstance(n, ast.Constant)]
        numbers = [n for n in numbers if type(n) in (int, float) and abs(n) < 1e4]
        context = self.context(held[0]) if held else {}
        regularisers = frozenset(n for n in context if n in REGULARISERS)
        skip = forward_part(pair, body) if body is self.forward else frozenset()
        numbers = tuple(dict.fromkeys(numbers))[:8]
        return Trials(body, pair.forward_node, runner, run, known, numbers, context, handed, regularisers, skip)

    def context(self, run: Run) -> dict[str, object]:
        """Values of the parameters that the lines in question may read."""
        names = (
            [p.arg for p in self.pair.parameters] if self.pair.kind == "loss" else parameters(self.pair.backward_node)
        )
        found = (
            {name: plain(arg) for name, arg in zip(names, run.args)} if self.pair.kind != "loss" else plain(run.inputs)
        )
        if run.instance is not None:
            found |= {f"self.{k}": plain(v) for k, v in run.instance.fields.items()}
        return found

    def swapped(self, judged: list[Judged], solved: bool) -> Mistake | None:
        """Gradients handed back in the wrong order."""
        found = False
        for point, run, known in judged:
            if isinstance(run, Exception):
                return None
            wrong = [g for g in run.gradients if compared(g, known, point).status != "right"]
            if solved and all(g.label and meant(g.label, [g.path[-1]]) for g in wrong if g.path):
                return None  # their names say what they should be
            for gradient in wrong:
                others = [g.path for g in wrong if g is not gradient and known.leaves.get(g.path) is not None]
                if not any(same(gradient.value, known.leaves[path]) for path in others):
                    return None
            found = found or bool(wrong)
        returns = [n for n in ast.walk(self.pair.backward_node) if isinstance(n, ast.Return)]
        return Mistake(returns[-1].lineno, "swapped", "", "", "") if returns and found else None

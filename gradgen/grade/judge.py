"""The verdict on one pair: both passes run at several points, and gradients are held against the truth."""

from __future__ import annotations

import ast
import random
from dataclasses import replace

import numpy as np

from gradgen.grade import passes, remarks
from gradgen.grade.halves import backward_lines, forward_part, output_key
from gradgen.grade.inputs import Leaf, Path, drawn, shape_of, sizes_of, text_of
from gradgen.grade.leaves import LABELS
from gradgen.grade.likelier import forward_forms
from gradgen.grade.causes import Mistake
from gradgen.grade.locating import Judged, Locator
from gradgen.grade.names import is_cache, is_upstream
from gradgen.grade.on_the_way import on_the_way
from gradgen.grade.pairing import LOSSES, Pair, found
from gradgen.grade.passes import FAILURES, Run
from gradgen.grade.planning import Planner
from gradgen.grade.results import Unrunnable, is_numeric, parameters, returned_names
from gradgen.grade.running import Runner, plain
from gradgen.grade.truth import Truth, as_float, truth
from gradgen.grade.verdicts import RANK, Graded, Point, Settings, Verdict, compared, is_between
from gradgen.grade.watch import Body, aliased
from gradgen.interpret import OutOfFuel, Raised, Refused

ROWS = ("onehot", "onehot0")
SPECIAL = ("zeroone", *ROWS, "unit")  # the most general first
AROUND, SHIFT = 8, 1e-25  # how often and how far to look beside a point


def graded(tree: ast.Module, pair: Pair, settings: Settings = Settings()) -> Graded:
    """The verdict on a pair of a text.  Never raises for what a student wrote."""
    report = Graded(pair.name, pair.kind, pair.line, pair.forward)
    try:
        Judge(tree, pair, settings, report).judge()
    except Unrunnable as why:
        report.unchecked = str(why)
    except Refused as why:
        report.unchecked, report.unchecked_line = why.why, why.line
    except Raised as why:
        report.unchecked, report.unchecked_line = f"`{pair.forward}` raises {why}", why.line
    except OutOfFuel as why:
        report.unchecked = str(why)
    except (RecursionError, MemoryError):
        report.unchecked = "it is nested too deeply"
    except Exception as error:  # ours: of a folder's files one must not end the run
        report.unchecked = internal(error)
    return report


def internal(error: Exception) -> str:
    """What is said of a failure of gradgen's own."""
    return f"an internal error of gradgen's, please report it ({type(error).__name__}: {error})"


class Judge:
    """One pair on its way to a verdict."""

    def __init__(self, tree: ast.Module, pair: Pair, settings: Settings, report: Graded):
        self.tree, self.pair, self.settings, self.report = tree, pair, settings, report
        self.floats = Runner(tree)
        self.forward = Body(pair.forward_node)
        self.backward = Body(pair.backward_node)
        self.planner = Planner(tree, pair, settings, self.floats, self.forward)
        self.skip = forward_part(pair, self.forward) if pair.kind in ("loss", "script") else frozenset()
        self.last_line = 0
        self.float_inputs: dict | None = None  # those that `float_values` are of
        self.special_judged: list[list[Judged]] = []  # at inputs of a special kind

    def judge(self) -> None:
        """Fill the report."""
        if self.pair.kind == "pair":
            self.needs_met()
        if self.pair.kind == "script":
            self.floats.install(self.forward.rebuilt(self.forward.sites))
        plan, points = self.planner.planned()
        self.wanted = [
            leaf.path for leaf in plan if leaf.kind in ("array", "number", "onehot", "onehot0", "zeroone", "unit")
        ]
        if self.settings.wrt:
            self.wanted = [
                p
                for p in self.wanted
                if p[0] in self.settings.wrt or text_of(p) in self.settings.wrt or p[-1] in self.settings.wrt
            ]
        if self.pair.owner is not None and self.pair.kind in ("loss", "class"):
            self.wanted += self.planner.fields(points[0])
        taped = Runner(self.tree, taped=True, fuel=6_000_000)
        judged: list[Judged] = []
        for point in points:
            judged.append((point, *self.at(taped, point)))
            if point.own:
                self.look_around(taped, *judged[-1])
            if isinstance(judged[-1][1], OutOfFuel):
                break
        idle = self.reach(taped, plan, judged)
        self.summarise(judged)
        report, gradients = self.report, [g for _, run, _ in judged if isinstance(run, Run) for g in run.gradients]
        body = self.backward if self.pair.kind in ("pair", "class") else self.forward
        report.verdicts = (
            [remarks.unreached(body, idle, gradients, v) for v in report.verdicts] if idle else report.verdicts
        )
        report.flags += remarks.flags(self.tree, self.pair, self.planner)
        report.notes += remarks.notes(self.pair, self.planner, self.wanted, judged, not self.settings.wrt)
        if any(v.status not in ("right", "unchecked") for v in report.verdicts):
            if self.special(taped, plan, points):
                return
            if self.settings.lines and not any(isinstance(run, (OutOfFuel, Unrunnable)) for _, run, _ in judged):
                try:
                    self.locate(judged)
                except Exception as error:  # ours: the verdicts stand without it
                    report.notes.append(f"its lines could not be looked through: {internal(error)}")
                wrong = any(v.status not in ("right", "unchecked", "inexact") for v in report.verdicts)
                if wrong and (blamed := forward_mistake(self.tree, self.pair, self.settings)):
                    report.mistakes = [blamed]
        given = parameters(self.pair.backward_node)
        runs = [(run, known) for _, run, known in judged if isinstance(run, Run)]
        report.verdicts = on_the_way(runs, report.verdicts, report.mistakes, given) + report.verdicts

    def reach(self, taped: Runner, plan: list[Leaf], judged: list[Judged]) -> list[int]:
        """Judge points at which lines of the backward pass run that did not yet; the lines that none reaches."""
        if self.pair.kind == "script" or any(isinstance(run, Exception) for _, run, _ in judged):
            return []
        lines = backward_lines(self.pair, self.backward)
        idle = lines - taped.machine.lines
        if idle and not self.settings.at:
            for point in self.planner.reaching(plan, idle):
                try:
                    judged.append((point, *self.at(taped, point)))
                except FAILURES:
                    continue
        return sorted(lines - taped.machine.lines)

    def needs_met(self) -> None:
        """Raise `Unrunnable` where nothing can give the backward pass what it asks for."""
        forward, names = self.pair.forward_node, parameters(self.pair.backward_node)
        returns = [n for n in ast.walk(forward) if isinstance(n, ast.Return) and n.value is not None]
        caches = [n for n in names if is_cache(n)]
        own = [n for n in returns if isinstance(n.value, ast.Tuple) or is_own_call(n.value)]
        if not caches or own:
            return
        if any(isinstance(n.value, ast.Name) and is_cache(n.value.id) for n in returns):
            return
        said = f"nothing builds `{caches[0]}`: `{self.pair.forward}` returns no cache"
        known = {*parameters(forward), *caches, *(n or "" for n in returned_names(forward))}
        strangers = [n for n in names if n not in known and not is_upstream(n)]
        losses = [n for n in self.tree.body if isinstance(n, ast.FunctionDef) and LOSSES.search(n.name)]
        if strangers and not losses:
            said += f", and no loss is in the file that says what `{strangers[0]}` is for"
        raise Unrunnable(said)

    def at(self, runner: Runner, point: Point) -> tuple[Run | Exception, Truth]:
        """Both passes on numbers of many digits; a failure of the backward pass stands in the run's place."""
        runner.fresh()
        pair, sites = self.pair, self.forward.sites
        changed, uses = aliased(self.forward.rebuilt(sites))
        self.uses = uses
        self.install_forward(runner, changed)
        if pair.kind == "pair":
            self.install(runner, self.backward.rebuilt(self.backward.sites))
        held: list[Truth] = []

        def after(run: Run) -> None:
            names = [p.arg for p in pair.parameters]
            held.append(truth(runner, run, self.wanted, sites, names))
            self.forward_seen = list(runner.seen.values)
            if pair.kind in ("pair", "class"):
                runner.seen.values.clear()

        try:
            run = passes.passed(runner, pair, point.inputs, self.wanted, point.seed, self.settings.scale, after)
        except FAILURES as error:
            if not held and isinstance(error, Raised) and pair.kind in ("loss", "script"):
                self.forward_alone(runner, point, after, error.line)
            if not held:
                raise
            self.last_line = runner.machine.line
            return error, held[0]
        point.work = runner.machine.fuel - runner.machine.meter.left
        sites = self.backward.sites if pair.kind in ("pair", "class") else sites
        run.named = {
            sites[n].key: (sites[n].line, plain(v)) for n, v in runner.seen.values if sites[n].sid not in self.skip
        }
        return run, held[0]

    def forward_alone(self, runner: Runner, point: Point, after, line: int) -> None:
        """The forward lines of a function that fails in a backward line: what follows that is left out."""
        body, part = self.forward, forward_part(self.pair, self.forward)
        left: dict[int, list[ast.stmt]] = {}
        for sid, stmt in enumerate(body.statements):
            if isinstance(stmt, ast.Return):
                result = ast.Return(
                    ast.Tuple([ast.Name(output_key(self.pair), ast.Load()), ast.Constant(None)], ast.Load())
                )
                left[sid] = [ast.fix_missing_locations(ast.copy_location(result, stmt))]
            elif sid not in part and not hasattr(stmt, "body") and stmt.lineno >= line:
                left[sid] = []
        runner.fresh()
        changed, self.uses = aliased(body.rebuilt(body.sites, left))
        runner.install(changed)
        try:
            passes.passed(runner, self.pair, point.inputs, self.wanted, point.seed, self.settings.scale, after)
        except FAILURES:
            pass

    def look_around(self, runner: Runner, point: Point, run: Run | Exception, known: Truth) -> None:
        """Where a gradient at chosen values is wrong: the gradients a little beside them, for ties and kinks."""
        if isinstance(run, Exception) or all(compared(g, known, point).status == "right" for g in run.gradients):
            return
        rng = random.Random(4)
        runner.shift = lambda: runner.numbers.real.make_value(rng.uniform(-1, 1)) * runner.numbers.real.make_value(
            SHIFT
        )
        for _ in range(AROUND):
            try:
                _, beside = self.at(runner, point)
            except FAILURES:
                continue
            for path, value in beside.leaves.items():
                known.around.setdefault(path, []).append(value)
        runner.shift = None

    def install_forward(self, runner: Runner, node: ast.FunctionDef) -> None:
        if self.pair.owner is not None:
            runner.install_method(self.pair.owner.name, node)
            if self.pair.kind == "class":
                runner.install_method(self.pair.owner.name, self.backward.rebuilt(self.backward.sites))
        else:
            runner.install(node)

    def install(self, runner: Runner, node: ast.FunctionDef) -> None:
        if self.pair.owner is not None:
            runner.install_method(self.pair.owner.name, node)
        else:
            runner.install(node)

    def summarise(self, judged: list[Judged]) -> None:
        """One verdict for each gradient: the weakest at any point."""
        report = self.report
        rows: dict[str, Verdict] = {}
        seen_at: dict[str, tuple[Point, Truth]] = {}  # where each verdict comes from
        for point, run, known in judged:
            if isinstance(run, Exception):
                self.failed(run, known)
                return
            report.flags = sorted({*report.flags, *run.flags})
            for gradient in run.gradients:
                verdict = compared(gradient, known, point)
                if verdict.status == "wrong" and is_between(gradient.value, known, gradient.path):
                    verdict = replace(verdict, status="right", why="a subgradient, at a tie")
                    report.notes = sorted(
                        {*report.notes, f"`{gradient.name}` is one of several right ones: the point is at a tie"}
                    )
                old = rows.get(verdict.name)
                if old is None or RANK.index(verdict.status) < RANK.index(old.status):
                    rows[verdict.name], seen_at[verdict.name] = verdict, (point, known)
        if self.settings.wrt:
            rows = {k: v for k, v in rows.items() if any(v.by in (text_of(p),) for p in self.wanted)}
        report.verdicts = [self.in_floats(v, *seen_at[v.name]) for v in rows.values()]
        report.verdicts += remarks.left_out(self.pair, judged)
        if not report.verdicts:
            raise Unrunnable("no gradient is handed back that can be told")
        report.how = f"its forward pass in 60-digit numbers, at {len(judged)} point{'s' if len(judged) > 1 else ''}"
        if judged[0][0].said:
            report.how += f" ({'; '.join(dict.fromkeys(p.said for p, _, _ in judged if p.said))})"

    def in_floats(self, verdict: Verdict, point: Point, known: Truth) -> Verdict:
        """The verdict with what a float64 run gives at the point: Karpathy's columns and cs231n's relative error."""
        if point.inputs is not self.float_inputs:
            self.float_inputs, self.float_values = point.inputs, {}
            self.floats.fresh()
            try:
                run = passes.passed(self.floats, self.pair, point.inputs, self.wanted, point.seed, self.settings.scale)
                self.float_values = {g.path: g.value for g in run.gradients}
                self.report.flags = sorted({*self.report.flags, *run.flags})
            except FAILURES:
                pass
        for path, value in self.float_values.items():
            if not is_numeric(value):
                continue
            truth = known.leaves.get(path) if path else None
            if path and text_of(path) == verdict.by and truth is not None and np.shape(value) == truth.shape:
                a, b = np.asarray(value, dtype=float), as_float(truth)
                gap = float(np.max(np.abs(a - b), initial=0.0))
                with np.errstate(all="ignore"):
                    error = float(np.max(np.abs(a - b) / np.maximum(1e-8, np.abs(a) + np.abs(b)), initial=0.0))
                return replace(verdict, floats=(bool(np.all(a == b)), bool(np.allclose(a, b)), gap, error))
        return verdict

    def failed(self, error: Exception, known: Truth) -> None:
        report = self.report
        if isinstance(error, (Raised, OutOfFuel)):
            line = getattr(error, "line", 0) or self.last_line or self.pair.line
            why = f"is stopped: {error}"
            if isinstance(error, Raised):
                why = f"{type(error.exception).__name__}: {error.exception}".removesuffix(": ")
            names = [f"d{p[-1]}" for p in self.wanted if known.leaves.get(p) is not None][:6]
            report.verdicts = [Verdict(n, n[1:], "raises", line, why=why) for n in names or ["the gradients"]]
            return
        if isinstance(error, Unrunnable) and str(error).endswith("returns None"):
            names = [f"d{p[-1]}" for p in self.wanted if known.leaves.get(p) is not None][:6]
            report.verdicts = [
                Verdict(n, n[1:], "missing", self.pair.backward_node.lineno, why=str(error)) for n in names
            ]
            return
        raise error

    def special(self, runner: Runner, plan: list[Leaf], points: list[Point]) -> bool:
        """Whether the pass is right for inputs of a special kind: one-hot rows, a mask, probabilities."""
        if self.pair.kind == "script" or self.settings.at:
            return False
        asked = {v.by for v in self.report.verdicts}
        places = [
            i
            for i, leaf in enumerate(plan)
            if (leaf.kind == "array" or leaf.kind == "ints" and len(leaf.dims or ()) == 2)
            and text_of(leaf.path) not in asked
            and (
                leaf.name in LABELS
                or leaf.name.lower().startswith(("mask", "y_", "target", "label", "onehot", "one_hot", "prob"))
            )
        ]
        for place in places[:2]:
            for kind in SPECIAL:
                if kind in ROWS and 1 in shape_of(plan[place], next(sizes_of(plan))):
                    continue  # a row of one class says nothing
                other = [*plan]
                other[place] = replace(plan[place], kind="array" if kind == "unit" else kind)
                style = "unit" if kind == "unit" else "real"
                for style in dict.fromkeys((style, "unit")):
                    if self.right_for(runner, other, style, plan[place].path):
                        said = {"zeroone": "holds zeros and ones", "unit": "and the others lie between 0 and 1"}.get(
                            kind, "holds one-hot rows"
                        )
                        self.report.notes.append(f"right where `{text_of(plan[place].path)}` {said}")
                        return True
        return False

    def right_for(self, runner: Runner, plan: list[Leaf], style: str, path: Path | None) -> bool:
        sizes = next(sizes_of(plan))
        judged = []
        kept = self.wanted
        self.wanted = [p for p in kept if p != path]
        fresh = Graded(self.report.name, self.report.kind, self.report.line, self.report.forward)
        self.report, held = fresh, self.report
        try:
            for seed in (5, 6):
                values = drawn(plan, sizes, seed, style)
                point = Point(values, seed, said=", ".join(f"{k}={v}" for k, v in sizes.items()))
                judged.append((point, *self.at(runner, point)))
            self.special_judged = [*self.special_judged, judged]
            self.summarise(judged)
        except FAILURES:
            self.report, self.wanted = held, kept
            return False
        found, self.report = self.report, held
        if all(v.status in ("right", "inexact") for v in found.verdicts if v.final):
            held.verdicts, held.flags, held.how = found.verdicts, found.flags, found.how
            return True
        self.wanted = kept
        return False

    def locate(self, judged: list[Judged]) -> None:
        """Find the wrong lines and their causes; at inputs of a special kind where that explains more."""
        locator = Locator(self.tree, self.pair, self.settings, self.forward, self.backward, self.wanted, self.uses)
        self.report.mistakes, solved = locator.located(judged)
        for other in [] if solved else self.special_judged:
            mistakes, solved = locator.located(other)
            if solved:
                self.report.mistakes = mistakes
                break
        if (
            self.report.mistakes
            and {m.cause for m in self.report.mistakes} == {"extra count"}
            and self.pair.kind == "pair"
        ):
            said = "right if what comes in belongs to each example's own loss, and the cost is their mean"
            self.report.notes.append(said)


def forward_mistake(tree: ast.Module, pair: Pair, settings: Settings) -> Mistake | None:
    """The line of the forward pass that is to blame: the backward pass is right for it in another, likelier form."""
    for line, changed, text, why in forward_forms(tree, pair):
        again = next((p for p in found(changed) if p.name == pair.name), None)
        if again is None:
            continue
        report = graded(changed, again, replace(settings, lines=False))
        if report.status in ("right", "inexact"):
            return Mistake(line, "forward", why, text, "")
    return None


def is_own_call(node: ast.expr) -> bool:
    """Whether an expression calls something that may return a tuple: anything but NumPy's and math's."""
    return isinstance(node, ast.Call) and ast.unparse(node.func).partition(".")[0] not in ("np", "numpy", "math")

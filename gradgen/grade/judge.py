"""The verdict on one pair: inputs are found, both passes run at several points, gradients are held against the truth."""

from __future__ import annotations

import ast
import copy
import itertools
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from gradgen.grade import inputs as making
from gradgen.grade import passes
from gradgen.grade.inputs import Leaf, Path, text_of
from gradgen.grade.lines import Mistake, Search
from gradgen.grade.names import is_cache, is_upstream, meant
from gradgen.grade.pairing import LOSSES, Pair, found, stores
from gradgen.grade.passes import Run, Unrunnable
from gradgen.grade.running import Runner, plain
from gradgen.grade.script import is_index, output_of, script_leaves
from gradgen.grade.truth import INEXACT, RIGHT, Truth, as_float, close, distance, exact, truth
from gradgen.grade.watch import Body, aliased
from gradgen.interpret import OutOfFuel, Raised, Refused

STYLES = ("real", "positive", "unit")
SPECIAL = ("onehot", "onehot0", "zeroone", "unit")
AROUND, SHIFT, SLACK = 8, 1e-25, 1e-15  # how often, how far and how exactly to look beside a point
BEHIND = 1e9  # a line behind all others
HARD = 4  # points at most
FAILURES = (Raised, Refused, OutOfFuel, Unrunnable)
REGULARISERS = ("reg", "lambd", "lambda_", "lamb", "l2", "weight_decay")
RANK = ("unchecked", "raises", "missing", "wrong", "shape", "inexact", "right")


@dataclass
class Verdict:
    """What is said of one gradient: ``status`` is right, shape, inexact, wrong, raises, missing or unchecked."""

    name: str
    by: str
    status: str
    line: int = 0
    error: float = 0.0
    maxdiff: float = 0.0
    example: tuple[float, float] | None = None  # the student's value and the true one, at the worst entry
    where: str = ""
    why: str = ""
    final: bool = True
    floats: tuple[bool, bool, float, float] | None = None  # exact, approximate, maxdiff, relative error in float64


@dataclass
class Graded:
    """What is said of one pair."""

    name: str
    kind: str
    line: int
    forward: str
    verdicts: list[Verdict] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)
    how: str = ""
    notes: list[str] = field(default_factory=list)
    unchecked: str = ""
    unchecked_line: int = 0

    @property
    def status(self) -> str:
        """The weakest of its gradients' verdicts."""
        finals = [v.status for v in self.verdicts if v.final]
        if self.unchecked or not finals:
            return "unchecked"
        return min(finals, key=RANK.index) if not set(finals) <= {"unchecked"} else "unchecked"


@dataclass(frozen=True)
class Settings:
    """What the user states: shapes, a point, what to judge by; ``scale`` of the gradients that come in."""

    shapes: Mapping[str, tuple] = field(default_factory=dict)
    at: Mapping[str, object] = field(default_factory=dict)
    wrt: tuple[str, ...] = ()
    scale: float = 1.0
    lines: bool = True


@dataclass
class Point:
    """Inputs, and how they were made."""

    inputs: dict[str, object]
    seed: int
    turn: int = 0
    said: str = ""
    own: bool = False  # values that somebody chose: they may be at a tie


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
    return report


class Judge:
    """One pair on its way to a verdict."""

    def __init__(self, tree: ast.Module, pair: Pair, settings: Settings, report: Graded):
        self.tree, self.pair, self.settings, self.report = tree, pair, settings, report
        self.floats = Runner(tree)
        self.forward = Body(pair.forward_node)
        self.backward = Body(pair.backward_node)

    def judge(self) -> None:
        """Fill the report."""
        if self.pair.kind == "pair":
            self.needs_met()
        if self.pair.kind == "script":
            self.floats.install(self.forward.rebuilt(self.forward.sites))
        plan, points = self.planned()
        self.wanted = [
            leaf.path for leaf in plan if leaf.kind in ("array", "number", "onehot", "onehot0", "zeroone", "unit")
        ]
        if self.settings.wrt:
            self.wanted = [
                p
                for p in self.wanted
                if p[0] in self.settings.wrt or text_of(p) in self.settings.wrt or p[-1] in self.settings.wrt
            ]
        if self.pair.kind == "loss" and self.pair.owner is not None:
            self.wanted += self.fields(points[0])
        taped = Runner(self.tree, taped=True, fuel=6_000_000)
        judged: list[tuple[Point, Run, Truth]] = []
        for point in points:
            judged.append((point, *self.at(taped, point)))
            if point.own:
                self.look_around(taped, *judged[-1])
            if isinstance(judged[-1][1], OutOfFuel):
                break
        self.summarise(judged)
        self.report.flags += [f"reads the global `{name}`" for name in self.globals_read()]
        bad = [v for v in self.report.verdicts if v.final and v.status not in ("right", "unchecked")]
        if bad:
            special = self.special(taped, plan, points)
            if special:
                return
        if bad and self.settings.lines and not any(isinstance(run, OutOfFuel) for _, run, _ in judged):
            self.locate(judged)
            if blamed := forward_mistake(self.tree, self.pair, self.settings):
                self.report.mistakes = [blamed]

    def globals_read(self) -> list[str]:
        """The variables of the file's top level that the backward pass reads."""
        if self.pair.kind == "script":
            return []
        made = {n for s in self.tree.body if isinstance(s, (ast.Assign, ast.AugAssign)) for n in stores(s)}
        inside = {n.id for n in ast.walk(self.pair.backward_node) if isinstance(n, ast.Name)}
        own = {
            n.id for n in ast.walk(self.pair.backward_node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
        }
        return sorted((made & inside) - own - set(passes.parameters(self.pair.backward_node)))

    def needs_met(self) -> None:
        """Raise `Unrunnable` where nothing can give the backward pass what it asks for."""
        forward, names = self.pair.forward_node, passes.parameters(self.pair.backward_node)
        returns = [n for n in ast.walk(forward) if isinstance(n, ast.Return) and n.value is not None]
        caches = [n for n in names if is_cache(n)]
        own = [n for n in returns if isinstance(n.value, ast.Tuple) or is_own_call(n.value)]
        if not caches or own:
            return
        if any(isinstance(n.value, ast.Name) and is_cache(n.value.id) for n in returns):
            return
        said = f"nothing builds `{caches[0]}`: `{self.pair.forward}` returns no cache"
        known = {*passes.parameters(forward), *caches, *(n or "" for n in passes.returned_names(forward))}
        strangers = [n for n in names if n not in known and not is_upstream(n)]
        losses = [n for n in self.tree.body if isinstance(n, ast.FunctionDef) and LOSSES.search(n.name)]
        if strangers and not losses:
            said += f", and no loss is in the file that says what `{strangers[0]}` is for"
        raise Unrunnable(said)

    # inputs

    def planned(self) -> tuple[list[Leaf], list[Point]]:
        """The leaves with their shapes, and points at which both passes run."""
        if self.pair.kind == "script":
            leaves = [
                leaf
                for leaf in script_leaves(self.pair.forward_node)
                if not is_index(leaf.name, self.pair.forward_node)
            ]
            return leaves, [Point({}, 1, said="the script's own values", own=True)]
        leaves = self.leaves()
        if self.settings.at:
            return leaves, [Point(self.stated(leaves), 1, said="the point that is given", own=True)]
        first_error: Exception | None = None
        partial = None
        for plan in itertools.chain(making.narrowed(leaves, self.first_read, self.fails_at), making.plans(leaves)):
            for style in STYLES:
                sizes = next(making.sizes_of(plan))
                try:
                    run = self.tried(plan, sizes, style)
                except FAILURES as error:
                    first_error = first_error or error
                    run = None
                    if isinstance(error, Refused):
                        raise
                if run is None or run == "unfit":
                    if run is None:
                        break
                    continue
                if run == "shapes":
                    if all(leaf.dims is not None or leaf.kind in ("fixed", "number") for leaf in leaves):
                        return plan, self.points(
                            plan, style
                        )  # all shapes are known: the backward pass does not fit them
                    partial = partial or (plan, style)
                    break
                return plan, self.points(plan, style)
        if partial:
            return partial[0], self.points(*partial)
        if isinstance(first_error, Raised):
            raise Unrunnable(
                f"no inputs are found that `{self.pair.forward}` takes; the first tried: {first_error}; "
                '`--shape "x: N D"` or `--at` says what they are'
            )
        raise first_error or Unrunnable(f"no inputs are found that `{self.pair.forward}` takes")

    def fields(self, point: Point) -> list[Path]:
        """The arrays that the constructor makes: the parameters of a network."""
        self.floats.fresh()
        held: list[Run] = []
        try:
            passes.passed(self.floats, self.pair, point.inputs, [], point.seed, 1.0, held.append)
        except FAILURES:
            pass
        return passes.fields_of(held[0].instance, held[0].inputs) if held else []

    def first_read(self, leaf: Leaf) -> float:
        """The line on which the forward pass first uses a leaf, other than to give it another name."""
        names, lines = {leaf.name} if len(leaf.path) == 1 else set(), []
        for stmt in self.forward.statements:
            found = [n for n in ast.walk(stmt) if self.is_leaf(n, leaf, names)]
            pairs = []
            for target in getattr(stmt, "targets", []):
                if isinstance(target, ast.Tuple) and isinstance(stmt.value, ast.Tuple):
                    pairs += zip(target.elts, stmt.value.elts)
                else:
                    pairs.append((target, stmt.value))
            renamed = [t.id for t, v in pairs if isinstance(t, ast.Name) and self.is_leaf(v, leaf, names)]
            names |= set(renamed)
            if found and not renamed:
                lines.append(stmt.lineno)
        return min(lines, default=BEHIND)

    @staticmethod
    def is_leaf(node: ast.AST, leaf: Leaf, names: set[str]) -> bool:
        if isinstance(node, ast.Name):
            return node.id in names and isinstance(node.ctx, ast.Load)
        return (
            len(leaf.path) == 2
            and isinstance(node, ast.Subscript)
            and isinstance(node.slice, ast.Constant)
            and node.slice.value == leaf.name
        )

    def fails_at(self, plan: list[Leaf]) -> float:
        """The line at which the forward pass fails with these shapes; infinity where it does not."""
        self.floats.fresh()
        reached: list[Run] = []
        try:
            values = making.drawn(plan, next(making.sizes_of(plan)), 1)
            passes.passed(self.floats, self.pair, values, [], 1, 1.0, reached.append)
        except Raised as error:
            inside = self.pair.forward_node.lineno <= error.line <= (self.pair.forward_node.end_lineno or 0)
            cost = self.pair.cost
            if cost is not None and cost.lineno <= error.line <= (cost.end_lineno or 0):
                return BEHIND
            return float("inf") if reached else error.line if inside else -1
        except FAILURES:
            pass
        return float("inf")

    def leaves(self) -> list[Leaf]:
        shapes, pair = dict(self.settings.shapes), self.pair
        tree = self.tree
        found = making.leaves(pair.forward_node, pair.parameters, tree, shapes)
        if pair.owner is not None:
            created = next(
                (m for m in pair.owner.body if isinstance(m, ast.FunctionDef) and m.name == "__init__"), None
            )
            if created is not None:
                found = making.leaves(created, created.args.args[1:], tree, shapes) + found
        return [self.labelled(leaf) for leaf in found]

    def labelled(self, leaf: Leaf) -> Leaf:
        """A leaf that the backward pass uses as an index holds labels."""
        if leaf.kind == "array" and len(leaf.path) == 1 and self.pair.kind == "pair":
            kind, bound = making._label_kind(leaf.name, self.pair.backward_node, None)
            if kind == "ints" and leaf.name in making.LABELS:
                return replace(
                    leaf, kind=kind, bound=bound, dims=leaf.dims if leaf.dims and len(leaf.dims) == 1 else None
                )
        return leaf

    def stated(self, leaves: list[Leaf]) -> dict[str, object]:
        """The point of ``--at``; settings that it leaves out are made."""
        values = making.drawn([leaf for leaf in leaves if leaf.kind == "fixed"], {}, 1)
        kinds = {leaf.path[0]: leaf.kind for leaf in leaves}

        def number(value, kind: str):
            if isinstance(value, dict):
                return {k: number(v, "array") for k, v in value.items()}
            if isinstance(value, list):
                return np.array(value) if kind in ("ints", "bools") else np.array(value, dtype=float)
            return float(value) if type(value) is int and kind in ("array", "number") else value

        for name, value in self.settings.at.items():
            values[name] = number(value, kinds.get(name, "array"))
        missing = [p.arg for p in self.pair.parameters if p.arg not in values]
        if missing:
            raise Unrunnable(f"the point gives no value for `{missing[0]}`")
        return values

    def tried(self, plan: list[Leaf], sizes: dict[str, int], style: str):
        """A float run: the run, "unfit" where numbers are not finite, "shapes" where only the backward pass does not fit."""
        values = making.drawn(plan, sizes, 1, style)
        wanted = [leaf.path for leaf in plan if leaf.kind in ("array", "number")]
        reached: list[Run] = []
        self.floats.fresh()
        try:
            run = passes.passed(self.floats, self.pair, values, wanted, 1, 1.0, reached.append)
        except FAILURES as error:
            if isinstance(error, Raised) and self.pair.kind == "loss" and self.is_backward(error.line):
                return "shapes"
            if not reached:
                raise
            run = None
        outs = reached[0].outs
        if not all(np.all(np.isfinite(np.asarray(o, dtype=float))) for o in outs):
            return "unfit"
        if run is None:
            return "shapes"
        given = {g.path: g.value for g in run.gradients}
        for path, value in passes.leaf_values(values, wanted).items():
            if path in given and given[path] is not None and np.shape(given[path]) != np.shape(value):
                return "shapes"
        return run

    def points(self, plan: list[Leaf], style: str) -> list[Point]:
        """Points in every mode; other sizes where they fit."""
        plan[:] = self.bounded(plan, style)
        turns = max([len(leaf.choices) for leaf in plan if leaf.kind == "fixed"], default=1)
        found: list[Point] = []
        for number, sizes in enumerate(making.sizes_of(plan)):
            for turn in range(min(turns, HARD)):
                if len(found) >= HARD:
                    break
                seed = 1 + len(found)
                values = making.drawn(plan, sizes, seed, style, turn)
                if self.runs_at(values):
                    said = ", ".join(f"{k}={v}" for k, v in sizes.items())
                    found.append(Point(values, seed, turn, said))
            if number and len(found) >= 2 * min(turns, 2):
                break
        return found or [Point(making.drawn(plan, next(making.sizes_of(plan)), 1, style), 1)]

    def runs_at(self, values: dict) -> bool:
        self.floats.fresh()
        reached: list[Run] = []
        try:
            passes.passed(self.floats, self.pair, values, [], 1, 1.0, reached.append)
        except FAILURES as error:
            if isinstance(error, Raised) and self.pair.kind == "loss" and self.is_backward(error.line):
                return True
        return bool(reached) and all(np.all(np.isfinite(np.asarray(o, dtype=float))) for o in reached[0].outs)

    def is_backward(self, line: int) -> bool:
        """Whether a line of a function with both passes belongs to the backward one."""
        forward = {self.forward.statements[s].lineno for s in self.forward_part()}
        return line not in forward and any(s.lineno == line for s in self.forward.statements)

    def bounded(self, plan: list[Leaf], style: str) -> list[Leaf]:
        """Labels with the widest range that the forward pass takes."""
        for place, leaf in enumerate(plan):
            if leaf.kind != "ints" or leaf.bound is not None:
                continue
            sizes = next(making.sizes_of(plan))
            for symbol in sorted(sizes, key=lambda s: -sizes[s]):
                if leaf.dims and symbol == leaf.dims[0]:
                    continue
                wide = [*plan[:place], replace(leaf, bound=symbol), *plan[place + 1 :]]
                values = making.drawn(wide, sizes, 1, style)
                value = values[leaf.path[0]]
                if isinstance(value, np.ndarray):
                    value[...] = sizes[symbol] - 1
                    if self.runs_at(values):
                        plan = wide
                        break
        return plan

    # judging

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
        return run, held[0]

    last_line = 0

    def forward_alone(self, runner: Runner, point: Point, after, line: int) -> None:
        """The forward lines of a function that fails in a backward line: what follows that is left out."""
        body, part = self.forward, self.forward_part()
        left: dict[int, list[ast.stmt]] = {}
        for sid, stmt in enumerate(body.statements):
            if isinstance(stmt, ast.Return):
                result = ast.Return(
                    ast.Tuple([ast.Name(self.output_key(), ast.Load()), ast.Constant(None)], ast.Load())
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
        if isinstance(run, Exception) or all(
            compared(g, known.leaves.get(g.path), point).status == "right" for g in run.gradients
        ):
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

    def summarise(self, judged: list[tuple[Point, Run | Exception, Truth]]) -> None:
        """One verdict for each gradient: the weakest at any point."""
        report = self.report
        rows: dict[str, Verdict] = {}
        for point, run, known in judged:
            if isinstance(run, Exception):
                self.failed(run, known)
                return
            report.flags = sorted({*report.flags, *run.flags})
            for gradient in run.gradients:
                verdict = compared(gradient, known.leaves.get(gradient.path), point)
                if verdict.status == "wrong" and is_between(gradient.value, known, gradient.path):
                    verdict = replace(verdict, status="right", why="a subgradient, at a tie")
                    report.notes = sorted(
                        {*report.notes, f"`{gradient.name}` is one of several right ones: the point is at a tie"}
                    )
                old = rows.get(verdict.name)
                if old is None or RANK.index(verdict.status) < RANK.index(old.status):
                    rows[verdict.name] = verdict
        if self.settings.wrt:
            rows = {k: v for k, v in rows.items() if any(v.by in (text_of(p),) for p in self.wanted)}
        report.verdicts = [self.in_floats(v, judged[0][0], judged[0][2]) for v in rows.values()]
        if not report.verdicts:
            raise Unrunnable("no gradient is handed back that can be told")
        digits = "numbers of 60 digits"
        report.how = f"the forward pass itself, in {digits} that remember how they were made, at {len(judged)} point{'s' if len(judged) > 1 else ''}"
        if judged[0][0].said:
            report.how += f" ({'; '.join(dict.fromkeys(p.said for p, _, _ in judged if p.said))})"

    def in_floats(self, verdict: Verdict, point: Point, known: Truth) -> Verdict:
        """The verdict with what a float64 run gives at the first point: Karpathy's columns and cs231n's relative error."""
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
            if not passes.is_numeric(value):
                continue
            truth = known.leaves.get(path) if path else None
            if path and text_of(path) == verdict.by and truth is not None and np.shape(value) == truth.shape:
                a, b = np.asarray(value, dtype=float), as_float(truth)
                gap = float(np.max(np.abs(a - b), initial=0.0))
                with np.errstate(all="ignore"):
                    error = float(np.max(np.abs(a - b) / np.maximum(1e-8, np.abs(a) + np.abs(b)), initial=0.0))
                return replace(verdict, floats=(bool(np.all(a == b)), bool(np.allclose(a, b)), gap, error))
        return verdict

    float_inputs: dict | None = None

    def failed(self, error: Exception, known: Truth) -> None:
        report = self.report
        if isinstance(error, (Raised, OutOfFuel)):
            line = getattr(error, "line", 0) or self.last_line or self.pair.line
            why = f"does not end: {error}"
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
            if leaf.kind == "array"
            and text_of(leaf.path) not in asked
            and (
                leaf.name in making.LABELS
                or leaf.name.lower().startswith(("mask", "y_", "target", "label", "onehot", "one_hot", "prob"))
            )
        ]
        for place in places[:2]:
            for kind in SPECIAL:
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
        sizes = next(making.sizes_of(plan))
        judged = []
        kept = self.wanted
        self.wanted = [p for p in kept if p != path]
        fresh = Graded(self.report.name, self.report.kind, self.report.line, self.report.forward)
        self.report, held = fresh, self.report
        try:
            for seed in (5, 6):
                values = making.drawn(plan, sizes, seed, style)
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

    # the line

    def locate(self, judged: list[tuple[Point, Run | Exception, Truth]]) -> None:
        """Find the wrong lines and their causes; at inputs of a special kind where that explains more."""
        self.report.mistakes, solved = self.located(judged)
        for other in [] if solved else self.special_judged:
            mistakes, solved = self.located(other)
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

    def located(self, judged: list[tuple[Point, Run | Exception, Truth]]) -> tuple[list[Mistake], bool]:
        """(wrong lines, whether the pass is right with all of them mended)."""
        chosen = [
            (point, known) for point, run, known in judged
            if isinstance(run, Exception) or any(compared(g, known.leaves.get(g.path), point).status not in ("right", "unchecked") for g in run.gradients)
        ]  # fmt: skip
        if not chosen:
            return [], False
        paths = [g.path for _, run, _ in judged if not isinstance(run, Exception) for g in run.gradients if g.path]
        first = self.search(*chosen[0])
        first.others = tuple(self.search(*c) for c in chosen[-1:] if c is not chosen[0])
        first.uses = self.uses
        mistakes = first.mistakes(frozenset(paths) or self.handed_back())
        if (len(mistakes) > 1 or not first.solved) and (swapped := self.swapped(judged)):
            return [swapped], True
        return mistakes, first.solved

    special_judged: list = []

    def handed_back(self) -> frozenset[Path]:
        """The inputs that the returned names are about, where no run says it."""
        returns = [n for n in ast.walk(self.pair.backward_node) if isinstance(n, ast.Return) and n.value is not None]
        names = {n.id for r in returns for n in ast.walk(r.value) if isinstance(n, ast.Name)}
        names |= {s.key for s in self.backward.sites if s.key.partition("[")[0] in names}
        found = frozenset(p for p in self.wanted if any(meant(n, [p[-1]]) for n in names))
        return found or frozenset(self.wanted)

    def search(self, point: Point, known: Truth) -> Search:
        """The search for wrong lines at one point, over floats."""
        pair, runner = self.pair, Runner(self.tree)
        body = self.backward if pair.kind in ("pair", "class") else self.forward
        held: list[Run] = []
        if pair.kind == "script":
            runner.install(body.rebuilt(body.sites))
        try:
            passes.passed(runner, pair, point.inputs, self.wanted, point.seed, self.settings.scale, held.append)
        except FAILURES:
            pass

        def run(function) -> dict[Path, object]:
            if pair.owner is not None:
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
        skip = self.forward_part() if body is self.forward else frozenset()
        return Search(body, runner, run, known, tuple(dict.fromkeys(numbers))[:8], context, regularisers, skip)

    def context(self, run: Run) -> dict[str, object]:
        """Values of the parameters that the lines in question may read."""
        names = (
            [p.arg for p in self.pair.parameters]
            if self.pair.kind == "loss"
            else passes.parameters(self.pair.backward_node)
        )
        found = (
            {name: plain(arg) for name, arg in zip(names, run.args)} if self.pair.kind != "loss" else plain(run.inputs)
        )
        if run.instance is not None:
            found |= {f"self.{k}": plain(v) for k, v in run.instance.fields.items()}
        return found

    def forward_part(self) -> frozenset[int]:
        """The statements of a function with both passes that belong to the forward one."""
        body = self.forward
        known = {s.key for s in body.sites} | {p.arg for p in self.pair.parameters}
        gradient = {s.sid for s in body.sites if meant(s.key, known - {s.key})}
        output = self.output_key()
        last = max((s.sid for s in body.sites if s.key == output), default=-1)
        probe = Search.__new__(Search)
        probe.body, probe.sites = body, body.sites
        feeding = probe.slice_of({output}, last) if output else set()
        return frozenset(s for s in feeding if s not in gradient and not self.holds_gradient(s, gradient))

    def holds_gradient(self, sid: int, gradient: set[int]) -> bool:
        stmt = self.forward.statements[sid]
        return hasattr(stmt, "body") and any(self.forward.ids.get(id(n)) in gradient for n in ast.walk(stmt))

    def output_key(self) -> str:
        if self.pair.kind == "script":
            return output_of(self.pair.forward_node)
        names = passes.returned_names(self.pair.forward_node)
        return (names[0] or "") if names else ""

    def swapped(self, judged) -> Mistake | None:
        """Gradients handed back in the wrong order."""
        for point, run, known in judged:
            if isinstance(run, Exception):
                return None
            wrong = [g for g in run.gradients if compared(g, known.leaves.get(g.path), point).status != "right"]
            if len(wrong) < 2:
                return None
            for gradient in wrong:
                others = [
                    known.leaves[g.path] for g in wrong if g is not gradient and known.leaves.get(g.path) is not None
                ]
                if not any(same(gradient.value, other) for other in others):
                    return None
        returns = [n for n in ast.walk(self.pair.backward_node) if isinstance(n, ast.Return)]
        return Mistake(returns[-1].lineno, "swapped", "", "", "") if returns else None


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


def forward_forms(tree: ast.Module, pair: Pair) -> Iterator[tuple[int, ast.Module, str, str]]:
    """The text with one expression of the forward pass (or of what it calls) in a likelier form."""
    known = {n.name: n for n in tree.body if isinstance(n, ast.FunctionDef)}
    wanted, queue = [pair.forward_node], [pair.forward_node]
    while queue:
        for n in ast.walk(queue.pop()):
            if isinstance(n, ast.Name) and n.id in known and known[n.id] not in wanted and n.id != pair.backward:
                wanted.append(known[n.id])
                queue.append(known[n.id])
    if pair.kind == "script" or pair.forward_node is pair.backward_node:
        return
    for node in [n for f in wanted for n in ast.walk(f)]:
        for new, why in likelier(node):
            changed = Put(node, new).visit(copy.deepcopy(tree, {id(node): node}))
            stmt = next(
                s
                for s in ast.walk(changed)
                if isinstance(s, ast.stmt) and not hasattr(s, "body") and any(x is new for x in ast.walk(s))
            )
            yield node.lineno, ast.fix_missing_locations(changed), ast.unparse(stmt), why


class Put(ast.NodeTransformer):
    """One node in the place of another."""

    def __init__(self, old: ast.AST, new: ast.AST):
        self.old, self.new = old, new

    def visit(self, node: ast.AST):
        return self.new if node is self.old else self.generic_visit(node)


def likelier(node: ast.AST) -> Iterator[tuple[ast.expr, str]]:
    """``a / (b + c)`` for ``a / b + c``; a sum over the last axis for one over everything."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        if isinstance(node.left, ast.BinOp) and isinstance(node.left.op, ast.Div):
            below = ast.BinOp(node.left.right, ast.Add(), node.right)
            made = ast.copy_location(ast.BinOp(node.left.left, ast.Div(), below), node)
            yield made, f"without parentheses `{ast.unparse(node)}` divides first"
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "np.sum" and len(node.args) == 1 and not node.keywords:
        axis = [ast.keyword("axis", ast.Constant(-1)), ast.keyword("keepdims", ast.Constant(True))]
        made = ast.copy_location(ast.Call(node.func, node.args, axis), node)
        yield made, f"`{ast.unparse(node)}` runs over the whole batch, not over each row"


def is_own_call(node: ast.expr) -> bool:
    """Whether an expression calls something that may return a tuple: anything but NumPy's and math's."""
    return isinstance(node, ast.Call) and ast.unparse(node.func).partition(".")[0] not in ("np", "numpy", "math")


def is_between(value, known: Truth, path: Path | None) -> bool:
    """Whether a gradient lies between those right beside a tie, entry by entry."""
    beside = [np.ravel(v) for v in known.around.get(path, ()) if v is not None]
    if not beside or not passes.is_numeric(value) or np.size(value) != beside[0].size:
        return False
    for k, x in enumerate(exact(value).ravel()):
        some = [b[k] for b in beside]
        slack = SLACK * max(1.0, *(abs(float(s)) for s in some))
        if not min(some) - slack <= x <= max(some) + slack:
            return False
    return True


def same(value, other) -> bool:
    if not passes.is_numeric(value):
        return False
    a, b = as_float(value), as_float(other)
    return a.shape == b.shape and close(a, b)


def compared(gradient: passes.Gradient, known: np.ndarray | None, point: Point) -> Verdict:
    """The verdict on one gradient at one point."""
    by = text_of(gradient.path) if gradient.path else ""
    verdict = Verdict(gradient.name, by, "right")
    if gradient.value is None:
        return replace(verdict, status="missing", why="it is None")
    if known is None:
        return replace(verdict, status="unchecked", why=f"the output does not depend on a number of `{by}`")
    if not passes.is_numeric(gradient.value):
        return replace(verdict, status="wrong", why=f"it is a {type(gradient.value).__name__}, no array of numbers")
    value = exact(gradient.value)
    if value.shape != known.shape:
        if value.size == known.size:
            error, gap = distance(value.reshape(known.shape), known)
            if error < INEXACT:
                return replace(
                    verdict,
                    status="shape",
                    error=error,
                    maxdiff=gap,
                    why=f"its shape is {value.shape}, `{by}` has {known.shape}",
                )
        return replace(
            verdict,
            status="wrong",
            error=float("inf"),
            maxdiff=float("nan"),
            why=f"its shape is {value.shape}, `{by}` has {known.shape}",
        )
    error, gap = distance(value, known)
    worst = max(range(value.size), key=lambda k: _gap(value.ravel()[k], known.ravel()[k]), default=None)
    if worst is not None:
        example = (float(value.ravel()[worst]), float(known.ravel()[worst]))
        at = np.unravel_index(worst, value.shape) if value.shape else ()
        where = "[" + ", ".join(str(int(i)) for i in at) + "]" if len(at) else ""
        verdict = replace(verdict, example=example, where=where)
    status = "right" if error < RIGHT else "inexact" if error < INEXACT else "wrong"
    return replace(verdict, status=status, error=error, maxdiff=gap)


def _gap(a, b) -> float:
    gap = abs(float(a - b))
    return gap if gap == gap else float("inf")

"""Points at which a pair is run: shapes that both passes take, values in every mode."""

from __future__ import annotations

import ast
import itertools
import string
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from gradgen.grade import passes
from gradgen.grade.halves import is_backward
from gradgen.grade.inputs import Leaf, Path, drawn, sizes_of, text_of
from gradgen.grade.leaves import LABELS, label_kind, leaves_of, numbered, unpacked
from gradgen.grade.module_inputs import entries_made, module_inputs, shapes_made
from gradgen.grade.pairing import Pair
from gradgen.grade.passes import FAILURES, Run
from gradgen.grade.plans import narrowed, plans, sizes_given, weights_left
from gradgen.grade.results import Unrunnable, is_numeric, parameters
from gradgen.grade.running import Runner
from gradgen.grade.script import script_leaves
from gradgen.grade.verdicts import Point, Settings
from gradgen.grade.watch import Body
from gradgen.interpret import Raised, Refused

LETTERS = string.ascii_letters + "_"
STYLES = ("real", "positive", "unit")
BEHIND = 1e9  # a line behind all others
HARD = 4  # points at most
MOST_OTHERS = 40  # shapes that are tried for a line that did not run


class Planner:
    """Finds points for one pair, by trial over floats."""

    def __init__(self, tree: ast.Module, pair: Pair, settings: Settings, floats: Runner, forward: Body):
        self.tree, self.pair, self.settings, self.floats, self.forward = tree, pair, settings, floats, forward
        self.scalars: list[str] = []  # inputs that have to be numbers for the backward pass, not for the forward one
        self.keeps_nothing = False  # whether the last forward pass handed None to the backward one
        self.uncached = 0  # points that are left out for that
        self.shaped: list[str] = []  # what is said of others whose shape the backward pass asks for

    def planned(self) -> tuple[list[Leaf], list[Point]]:
        """The leaves with their shapes, and points at which both passes run."""
        if self.pair.kind == "script":
            leaves = script_leaves(self.pair.forward_node)
            return leaves, [Point({}, 1, said="the script's own values", own=True)]
        leaves = self.leaves()
        if self.settings.at:
            return leaves, [Point(self.stated(leaves), 1, said="the point that is given", own=True)]
        stated = self.leaves(claims=False)
        settled = all(leaf.dims is not None or leaf.kind in ("fixed", "number") for leaf in stated)
        first_error: Exception | None = None
        partial = None
        for plan in self.shaped_plans(leaves, stated):
            for style in STYLES:
                sizes = next(sizes_of(plan))
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
                    if settled:  # all shapes are stated: the backward pass does not fit them
                        return plan, self.points(plan, style)
                    partial = partial or (plan, style)
                    break
                self.scalars, self.shaped = asked_by_backward(plan, partial[0] if partial else plan)
                return plan, self.points(plan, style)
        if partial:
            return partial[0], self.points(*partial)
        if isinstance(first_error, Raised):
            raise Unrunnable(
                f"no inputs are found that `{self.pair.forward}` takes; the first tried: {first_error}; "
                '`--shape "x: N D"` or `--at` says what they are'
            )
        raise first_error or Unrunnable(f"no inputs are found that `{self.pair.forward}` takes")

    def shaped_plans(self, leaves: list[Leaf], stated: list[Leaf]) -> Iterator[list[Leaf]]:
        """The leaves with shapes, the likeliest first; in the end without what is only inferred of the forward pass."""
        given = sizes_given(self.tree, self.pair.forward_node)
        columns = weights_left(self.tree)
        opened = [replace(l, dims=s.dims) if l.name in LABELS else l for l, s in zip(leaves, stated)]
        phases = [leaves, opened, stated] if len(leaves) == len(stated) else [leaves, stated]
        for some in [p for k, p in enumerate(phases) if p not in phases[:k]]:
            yield from narrowed(some, self.first_read, self.fails_at, given, columns)
            yield from plans(some, given, columns)

    def fields(self, point: Point) -> list[Path]:
        """The arrays that the constructor makes: the parameters of a network."""
        self.floats.fresh()
        run = Run(inputs=passes.lifted(self.floats, point.inputs, []))
        passes.construct(self.floats, self.pair, run)
        return passes.fields_of(run.instance, run.inputs)

    def first_read(self, leaf: Leaf) -> float:
        """The line on which the forward pass first uses a leaf, other than to give it another name."""
        names, lines = {leaf.name} if len(leaf.path) == 1 else set(), []
        for stmt in self.forward.statements:
            found = [n for n in ast.walk(stmt) if self.is_leaf(n, leaf, names)]
            pairs = []
            for target in stmt.targets if isinstance(stmt, ast.Assign) else ():
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
        if isinstance(node, ast.Attribute):  # a parameter of the constructor
            return ast.unparse(node) == f"self.{leaf.name}" and isinstance(node.ctx, ast.Load)
        return (
            len(leaf.path) == 2
            and isinstance(node, ast.Subscript)
            and leaf.name in (getattr(node.slice, "value", None), f"{numbered(node.slice)}{leaf.name.lstrip(LETTERS)}")
        )

    def fails_at(self, plan: list[Leaf]) -> float:
        """The line at which the forward pass fails with these shapes; infinity where it does not."""
        self.floats.fresh()
        reached: list[Run] = []
        try:
            values = drawn(plan, next(sizes_of(plan)), 1)
            passes.passed(self.floats, self.pair, values, [], 1, 1.0, reached.append)
        except Raised as error:
            return float("inf") if reached else self.called_at(error.line)
        except FAILURES:
            pass
        return float("inf")

    def called_at(self, line: int) -> float:
        """The last line of the forward pass from which a line of the text can be reached; behind all, of the loss."""
        functions = [n for n in self.tree.body if isinstance(n, ast.FunctionDef)]
        inside = next((n for n in functions if n.lineno <= line <= (n.end_lineno or 0)), None)
        forward = self.pair.forward_node
        if inside is None or inside is forward or forward.lineno <= line <= (forward.end_lineno or 0):
            return line
        reaching = {inside.name}
        for _ in functions:
            reaching |= {n.name for n in functions if n is not forward and reaching & names_called(n)}
        if self.pair.cost is not None and self.pair.cost.name in reaching:
            return BEHIND
        calls = [n.lineno for n in ast.walk(forward) if isinstance(n, ast.Call) and ast.unparse(n.func) in reaching]
        return max(calls, default=-1)

    def leaves(self, claims: bool = True) -> list[Leaf]:
        shapes, pair = dict(self.settings.shapes), self.pair
        tree = self.tree
        own = [p for p in pair.parameters if p.arg not in pair.shared]
        shapes = entries_made(tree, [p.arg for p in own]) | shapes_made(tree, [p.arg for p in own]) | shapes
        found = leaves_of(pair.forward_node, own, tree, shapes, claims)
        found += [leaf for leaf in module_inputs(tree, pair.passes) if leaf.name in pair.shared]
        if pair.owner is not None:
            created = next(
                (m for m in pair.owner.body if isinstance(m, ast.FunctionDef) and m.name == "__init__"), None
            )
            if created is not None:
                found = [self.unpacked(l) for l in leaves_of(created, created.args.args[1:], tree, shapes)] + found
        known = {d for leaf in found for d in leaf.dims or ()}
        found = [replace(leaf, bound=None) if leaf.bound not in (None, *known) else leaf for leaf in found]
        return [self.labelled(leaf) for leaf in found]

    def unpacked(self, leaf: Leaf) -> Leaf:
        """A constructor's parameter with the dimensions that a method takes its attribute apart into."""
        dims = unpacked(f"self.{leaf.name}", self.pair.owner) if leaf.kind == "array" and leaf.dims is None else None
        return replace(leaf, dims=dims or leaf.dims)

    def labelled(self, leaf: Leaf) -> Leaf:
        """A leaf that the backward pass, or a function that is called with it, uses as an index holds labels."""
        if leaf.kind == "array" and len(leaf.path) == 1 and leaf.name in LABELS:
            known = {n.name: n for n in self.tree.body if isinstance(n, ast.FunctionDef)}
            read = {n.id for n in ast.walk(self.pair.forward_node) if isinstance(n, ast.Name)}
            users = [known[name] for name in known if name in read and leaf.name in parameters(known[name])]
            for node in [*([self.pair.backward_node] if self.pair.kind == "pair" else []), *users]:
                kind, bound = label_kind(leaf.name, node, None)
                if kind == "ints":
                    dims = leaf.dims if leaf.dims and len(leaf.dims) == 1 else None
                    return replace(leaf, kind=kind, bound=bound, dims=dims)
        return leaf

    def stated(self, leaves: list[Leaf]) -> dict[str, object]:
        """The point of ``--at``; settings that it leaves out are made."""
        values = drawn([leaf for leaf in leaves if leaf.kind == "fixed"], {}, 1)
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
        values = drawn(plan, sizes, 1, style)
        wanted = [leaf.path for leaf in plan if leaf.kind in ("array", "number")]
        reached: list[Run] = []
        self.floats.fresh()
        try:
            run = passes.passed(self.floats, self.pair, values, wanted, 1, 1.0, reached.append)
        except FAILURES as error:
            if (
                isinstance(error, Raised)
                and self.pair.kind == "loss"
                and is_backward(self.pair, self.forward, error.line)
            ):
                return "shapes"
            if not reached:
                raise
            run = None
        outs = [np.asarray(o, dtype=float) for o in reached[0].outs]
        if not all(o.size and np.all(np.isfinite(o)) for o in outs):
            return "unfit"
        if run is None:
            return "shapes"
        given = {g.path: g.value for g in run.gradients if is_numeric(g.value)}
        for path, value in passes.leaf_values(values, wanted).items():
            if path in given and np.shape(given[path]) != np.shape(value):
                return "shapes"
        return run

    def points(self, plan: list[Leaf], style: str) -> list[Point]:
        """Points in every mode; other sizes where they fit."""
        plan[:] = self.bounded(plan, style)
        turns = max([len(leaf.choices) for leaf in plan if leaf.kind == "fixed"], default=1)
        found: list[Point] = []
        bare: list[Point] = []  # where the forward pass keeps nothing: None for a cache
        for number, sizes in enumerate(sizes_of(plan)):
            for turn in range(min(turns, HARD)):
                if len(found) >= HARD:
                    break
                seed = 1 + len(found) + len(bare)
                values = drawn(plan, sizes, seed, style, turn)
                if self.runs_at(values):
                    said = ", ".join(f"{k}={v}" for k, v in sizes.items())
                    (bare if self.keeps_nothing else found).append(Point(values, seed, turn, said))
            if number and len(found) >= 2 * min(turns, 2):
                break
        self.uncached = len(bare) if found else 0
        return found or bare or [Point(drawn(plan, next(sizes_of(plan)), 1, style), 1)]

    def reaching(self, plan: list[Leaf], lines: set[int]) -> Iterator[Point]:
        """Points at which some of these lines run that no other point reached: other values, then other shapes."""
        asked = {leaf.path for leaf in plan}
        others = [one_hot(p) for p in itertools.islice(plans(self.leaves(claims=False)), MOST_OTHERS)]
        tries = [(plan, seed, style) for style in STYLES for seed in (5, 6, 7, 8)]
        others = [*flattened(plan, self.pair.owner or self.pair.forward_node), *others]
        far = 2 * max(numbers_compared(self.pair.passes), default=0)
        tries += [(other, 1, style) for other in others for style in ("real", "unit")]
        for (other, seed, style), by in [*((t, 1) for t in tries), *((t, far) for t in tries[:4] if far > 2)]:
            if not lines:
                return
            sizes = next(sizes_of(other))
            values = scaled(drawn(other, sizes, seed, style), by)
            self.floats.machine.reset()
            if {leaf.path for leaf in other} == asked and self.runs_at(values):
                if reached := lines & self.floats.machine.lines:
                    lines = lines - reached
                    yield Point(values, seed, 0, ", ".join(f"{k}={v}" for k, v in sizes.items()))

    def runs_at(self, values: dict) -> bool:
        self.floats.fresh()
        reached: list[Run] = []
        nothing = False
        try:
            passes.passed(self.floats, self.pair, values, [], 1, 1.0, reached.append)
        except FAILURES as error:
            if (
                isinstance(error, Raised)
                and self.pair.kind == "loss"
                and is_backward(self.pair, self.forward, error.line)
            ):
                return True
            nothing = bool(reached) and isinstance(error, Raised) and self.unset(reached[0], error.line)
        self.keeps_nothing = bool(reached) and (nothing or any(arg is None for arg in reached[0].args))
        return bool(reached) and all(np.all(np.isfinite(np.asarray(o, dtype=float))) for o in reached[0].outs)

    def unset(self, run: Run, line: int) -> bool:
        """Whether a line of a class reads an attribute that the forward pass gave no value."""
        if self.pair.owner is None:
            return False
        lines = [s for s in ast.walk(self.pair.owner) if isinstance(s, ast.stmt) and s.lineno == line]
        read = [
            n for s in lines for n in ast.walk(s) if isinstance(n, ast.Attribute) and ast.unparse(n.value) == "self"
        ]
        return any(run.instance.fields.get(n.attr) is None for n in read)

    def bounded(self, plan: list[Leaf], style: str) -> list[Leaf]:
        """Labels with the widest range that the forward pass takes."""
        for place, leaf in enumerate(plan):
            if leaf.kind != "ints" or leaf.bound is not None:
                continue
            sizes = next(sizes_of(plan))
            for symbol in sorted(sizes, key=lambda s: -sizes[s]):
                if leaf.dims and symbol == leaf.dims[0]:
                    continue
                wide = [*plan[:place], replace(leaf, bound=symbol), *plan[place + 1 :]]
                values = drawn(wide, sizes, 1, style)
                value = values[leaf.path[0]]
                if isinstance(value, np.ndarray):
                    value[...] = sizes[symbol] - 1
                    if self.runs_at(values):
                        plan = wide
                        break
        return plan


def flattened(plan: list[Leaf], node: ast.AST) -> list[list[Leaf]]:
    """A plan with images for rows, where a pass takes both: ``if x.ndim != 2: N, C, H, W = x.shape``."""
    found = []
    for leaf in plan:
        dims = unpacked(leaf.name, node, cases=True)
        if dims and leaf.dims and len(leaf.dims) == 2 and len(dims) > 2:
            row = dict(zip(leaf.dims, (dims[0], "*".join(map(str, dims[1:])))))
            rest = [replace(x, dims=x.dims and tuple(row.get(d, d) for d in x.dims)) for x in plan]
            found.append([replace(x, dims=dims) if x.path == leaf.path else x for x in rest])
    return found


def one_hot(plan: list[Leaf]) -> list[Leaf]:
    """A plan in which labels with two dimensions are one-hot rows."""
    pairs = [(leaf, leaf.kind == "ints" and leaf.name in LABELS and len(leaf.dims or ()) == 2) for leaf in plan]
    return [replace(leaf, kind="onehot") if rows else leaf for leaf, rows in pairs]


def counted(many: int) -> str:
    return f"{many} dimension{'s' if many > 1 else ''}"


def names_called(node: ast.FunctionDef) -> set[str]:
    """The names that a function calls."""
    return {n.func.id for n in ast.walk(node) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)}


def numbers_compared(nodes: list[ast.FunctionDef]) -> list[float]:
    """The sizes of the numbers that functions compare something with."""
    tests = [n for node in nodes for n in ast.walk(node) if isinstance(n, ast.Compare)]
    numbers = [n.value for test in tests for n in ast.walk(test) if isinstance(n, ast.Constant)]
    return [abs(n) for n in numbers if type(n) in (int, float)]


def scaled(values: dict, by: float) -> dict:
    """Inputs with all real ones multiplied."""

    def one(value):
        real = isinstance(value, float) or isinstance(value, np.ndarray) and value.dtype.kind == "f"
        return value * by if real and by != 1 else value

    return {
        name: {k: one(v) for k, v in value.items()} if isinstance(value, dict) else one(value)
        for name, value in values.items()
    }


def asked_by_backward(plan: list[Leaf], other: list[Leaf]) -> tuple[list[str], list[str]]:
    """(the inputs that are numbers in a plan, and arrays in another that the forward pass takes as well; what is said of those
    that have another number of dimensions)."""
    shapes = {leaf.path: leaf.dims for leaf in other}
    changed = [leaf for leaf in plan if leaf.kind == "array" and leaf.dims is not None and shapes.get(leaf.path)]
    changed = [leaf for leaf in changed if len(leaf.dims) != len(shapes[leaf.path])]
    arrays = [f"`{text_of(leaf.path)}` with {counted(len(leaf.dims))}" for leaf in changed if leaf.dims]
    return [text_of(leaf.path) for leaf in changed if not leaf.dims], arrays

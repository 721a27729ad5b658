"""How well mistakes are caught, located and explained: `python -m tests.benchmarks.bench_grading [--count N] [--seed S] [--double N] [--rewrites N]`.

The corpus holds right backward passes; `mutate` makes mistakes in them.  Whether a mutant really changes a gradient is
found out by running both texts with Python and NumPy, without gradgen.
"""

from __future__ import annotations

import argparse
import ast
import copy
import random
import time
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gradgen.grade.halves import forward_part
from gradgen.grade import causes
from gradgen.grade.judge import graded
from gradgen.grade.pairing import Pair, found
from gradgen.grade.passes import constructor
from gradgen.grade.planning import Planner
from gradgen.grade.results import bound, parameters, split_result
from gradgen.grade.running import Runner
from gradgen.grade.verdicts import Graded, Settings
from gradgen.grade.watch import Body
from tests.grading.mutate import Mutant, mutants
from tests.grading.operators import CAUSES
from tests.grading.rewrites import rewrites

CORPUS = Path(__file__).parent.parent / "grading" / "corpus"


@dataclass
class Case:
    """One right pass of the corpus, and points to run it at."""

    path: Path
    tree: ast.Module
    pair: Pair
    points: list[dict]
    lines: set[int] | None

    @property
    def node(self) -> ast.FunctionDef:
        return self.pair.backward_node


def cases() -> list[Case]:
    """Every pair of the corpus."""
    result = []
    for path in sorted(CORPUS.glob("*.py")):
        tree = ast.parse(path.read_text())
        for pair in found(tree):
            body = Body(pair.forward_node)
            _, points = Planner(tree, pair, Settings(), Runner(tree), body).planned()
            lines = None
            if pair.kind == "loss":
                skip = {body.statements[s].lineno for s in forward_part(pair, body)}
                lines = {s.lineno for s in body.statements} - skip
                lines -= {s.lineno for s in body.statements if reads_loss(s) or hasattr(s, "body")}
            result.append(Case(path, tree, pair, [p.inputs for p in points], lines))
    return result


def reads_loss(stmt: ast.stmt) -> bool:
    """Whether a statement of a loss function is about the loss itself, or only reads shapes and parameters."""
    text = ast.unparse(stmt)
    return (
        text.startswith(("loss", "return", "grads = {}")) or ".shape" in text.partition("=")[2] and "zeros" not in text
    )


def with_function(case: Case, node: ast.FunctionDef) -> ast.Module:
    """The text with the backward pass replaced; lines keep their numbers."""
    body = []
    for stmt in case.tree.body:
        if stmt is case.node:
            stmt = node
        elif stmt is case.pair.owner:
            stmt = copy.copy(stmt)
            stmt.body = [node if m is case.node else m for m in stmt.body]
        body.append(stmt)
    return ast.Module(body, [])


def outcome(case: Case, tree: ast.Module) -> list | None:
    """What Python gives for every gradient at every point; None where it raises."""
    space: dict = {}
    exec(compile(tree, "<corpus>", "exec"), space)
    found_, pair = [], case.pair
    for inputs in case.points:
        inputs = copy.deepcopy(inputs)
        try:
            with np.errstate(all="ignore"):
                found_.append(gradients(space, pair, inputs))
        except Exception:
            return None
    return found_


def gradients(space: dict, pair: Pair, inputs: dict):
    args = [inputs[p.arg] for p in pair.parameters]
    if pair.kind == "loss":
        return space[pair.forward](*args)[1:]
    if pair.kind == "class":
        layer = space[pair.owner.name](*[inputs[n] for n in constructor(pair.owner)])
        out = layer.forward(*args)
        back = (
            layer.backward(dout(out))
            if parameters(pair.backward_node)[0] == "dout" and np.ndim(out)
            else layer.backward()
        )
        return back, getattr(layer, "dW", None), getattr(layer, "db", None)
    own = len(pair.forward_node.args.args)  # the others are the loss's
    outs, cache = split_result(space[pair.forward](*args[:own]), pair)
    given, _ = bound(pair, inputs, outs, cache, [] if pair.cost else [dout(o) for o in outs])
    return space[pair.backward](*given)


def dout(out):
    rng = np.random.default_rng(3)
    return rng.normal(size=np.shape(out)) if np.ndim(out) else float(rng.normal())


def alike(a, b) -> bool:
    if a is None or b is None:
        return a is b
    if isinstance(a, dict):
        return isinstance(b, dict) and a.keys() == b.keys() and all(alike(a[k], b[k]) for k in a)
    if isinstance(a, (list, tuple)):
        return isinstance(b, (list, tuple)) and len(a) == len(b) and all(map(alike, a, b))
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    return a.shape == b.shape and bool(np.allclose(a, b, rtol=1e-9, atol=1e-11, equal_nan=True))


@dataclass
class Tally:
    """What became of the mutants that change a gradient."""

    mutants: int = 0
    caught: int = 0
    line: int = 0
    cause: int = 0
    unchecked: int = 0
    seconds: float = 0.0

    def __str__(self) -> str:
        n = max(1, self.mutants)
        return (
            f"{self.mutants} mutants: caught {self.caught} ({self.caught / n:.1%}), exact line {self.line} ({self.line / n:.1%}), "
            f"right cause {self.cause} ({self.cause / n:.1%}), unchecked {self.unchecked} ({self.unchecked / n:.1%}); "
            f"{self.seconds / n:.2f} s each"
        )


def judged(case: Case, mutant: Mutant, scale: float = 1.0) -> tuple[Graded, float]:
    tree = with_function(case, mutant.body)
    pair = next(p for p in found(tree) if p.name == case.pair.name)
    start = time.perf_counter()
    report = graded(tree, pair, Settings(scale=scale))
    assert not any("internal error" in said for said in (*report.notes, report.unchecked)), report
    return report, time.perf_counter() - start


def count(tally: Tally, report: Graded, mutant: Mutant, seconds: float) -> tuple[bool, bool]:
    """Add one report to a tally; (whether the first line is right, whether the cause is)."""
    tally.mutants += 1
    tally.seconds += seconds
    tally.unchecked += report.status == "unchecked"
    tally.caught += report.status not in ("right", "unchecked")
    first = report.mistakes[0] if report.mistakes else None
    line = first.line if first else next((v.line for v in report.verdicts if v.line), 0)
    right = line == mutant.line
    codes = {causes.CAUSES[first.cause].code} if first else set()
    codes |= {"GG416"} if any(v.status == "shape" for v in report.verdicts) else set()
    cause = right and bool(codes & CAUSES[mutant.operator])
    tally.line += right
    tally.cause += cause
    return right, cause


def changing(case: Case, right: list, mutant: Mutant) -> bool:
    """Whether a mutant changes a gradient that Python computes."""
    try:
        other = outcome(case, with_function(case, mutant.body))
    except (SyntaxError, ValueError):
        return False
    return other is None or not all(map(alike, right, other))


def pool_of(all_cases: list[Case], seed: int, only: str = "") -> list[tuple[Case, Mutant]]:
    """Every single mistake in the corpus, in an order by chance in which all operators come in turn."""
    rng, kinds = random.Random(seed), defaultdict(list)
    for case in all_cases:
        if only in case.pair.name:
            for mutant in mutants(case.node, case.lines):
                kinds[mutant.operator].append((case, mutant))
    for some in kinds.values():
        rng.shuffle(some)
    turns = [(place, kind) for kind, some in kinds.items() for place in range(len(some))]
    return [kinds[kind][place] for place, kind in sorted(turns)]


def singles(
    pool: list[tuple[Case, Mutant]], sample: int, scale: float = 1.0, verbose: bool = False
) -> dict[str, Tally]:
    """Single mistakes that change a gradient: a tally for all and one for each operator."""
    tallies: dict[str, Tally] = defaultdict(Tally)
    right = {}
    for case, mutant in pool:
        if tallies["all"].mutants >= sample:
            break
        key = case.pair.name, case.path
        if key not in right:
            right[key] = outcome(case, case.tree)
        if not changing(case, right[key], mutant):
            continue
        report, seconds = judged(case, mutant, scale)
        count(tallies["all"], report, mutant, seconds)
        good = count(tallies[mutant.operator], report, mutant, seconds)
        if verbose and not all(good):
            said = ", ".join(f"{m.line}:{m.cause} {m.detail}" for m in report.mistakes) + report.unchecked
            print(
                f"{case.pair.name} line {mutant.line} [{mutant.operator}] {report.status}: {said}  | {mutant}",
                flush=True,
            )
    return tallies


def doubles(all_cases: list[Case], sample: int, seed: int, verbose: bool = False) -> tuple[int, int]:
    """(pairs of mistakes on two lines, those of which both lines are named)."""
    rng, tried, both = random.Random(seed), 0, 0
    singly = {id(c): list(mutants(c.node, c.lines)) for c in all_cases}
    candidates = [c for c in all_cases if len({m.line for m in singly[id(c)]}) > 2]
    while tried < sample:
        case = rng.choice(candidates)
        right = outcome(case, case.tree)
        one = rng.choice(singly[id(case)])
        if not changing(case, right, one):
            continue
        others = [m for m in mutants(one.body, case.lines) if m.line != one.line]
        if not others:
            continue
        two = rng.choice(others)
        half = outcome(case, with_function(case, one.body))
        if half is None or not changing(case, half, two):
            continue
        twin = next((m for m in singly[id(case)] if (m.line, str(m)) == (two.line, str(two))), None)
        alone = twin and outcome(case, with_function(case, twin.body))
        if alone is None or all(map(alike, right, alone)):  # it is none without the other
            continue
        report, _ = judged(case, two)
        tried += 1
        found_both = {one.line, two.line} <= {m.line for m in report.mistakes}
        both += found_both
        if verbose and not found_both:
            said = ", ".join(f"{m.line}:{m.cause} {m.detail}" for m in report.mistakes) + report.unchecked
            made = "\n  ".join(f"line {m.line} [{m.operator}] {m}" for m in (one, two))
            print(f"{case.pair.name}\n  {made}\n  {report.status}: {said}", flush=True)
    return tried, both


def rewritten(all_cases: list[Case], sample: int, seed: int) -> Counter:
    """What is said of right rewrites of the right passes."""
    pool = [(case, made) for case in all_cases for _, made in rewrites(case.node, case.lines)]
    random.Random(seed).shuffle(pool)
    said: Counter = Counter()
    for case, made in pool[:sample]:
        tree = with_function(case, made)
        pair = next(p for p in found(tree) if p.name == case.pair.name)
        said[graded(tree, pair).status] += 1
    return said


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--double", type=int, default=0)
    parser.add_argument("--rewrites", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--only", default="")
    parser.add_argument("-v", "--verbose", action="store_true")
    asked = parser.parse_args()
    all_cases = cases()
    passes = Counter(graded(c.tree, c.pair).status for c in all_cases)
    print(f"right passes: {len(all_cases)}, " + ", ".join(f"{k} {v}" for k, v in passes.items()))
    pool = pool_of(all_cases, asked.seed, asked.only)
    print(f"pool: {len(pool)} mutants by {len({m.operator for _, m in pool})} operators")
    tallies = singles(pool, asked.count, asked.scale, asked.verbose)
    print(tallies.pop("all"))
    for operator, tally in sorted(tallies.items()):
        print(f"  {operator:20} {tally}")
    if asked.rewrites:
        print(f"right rewrites: {dict(rewritten(all_cases, asked.rewrites, asked.seed))}")
    if asked.double:
        tried, both = doubles(all_cases, asked.double, asked.seed, asked.verbose)
        print(f"two mistakes at once: {tried}, both found {both} ({both / max(1, tried):.1%})")


if __name__ == "__main__":
    main()

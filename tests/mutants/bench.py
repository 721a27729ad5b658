"""The mutation bench: ``python -m tests.mutants.bench --count 5000 --seed 0 --jobs 2``.

Emitted texts of the examples and of random programs are corrupted on purpose.  The referee
(`gradgen.checks.report.check`, which sees the texts only) must call every unmutated text PROVED or
IDENTITY-TESTED, no mutant that changes a value or a gradient, and should refute those at the guilty line.
"""

from __future__ import annotations

import argparse
import ast
import math
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from functools import partial
from itertools import zip_longest
from multiprocessing import Pool
from pathlib import Path

from tests.mutants.operators import KINDS, Mutant, mutants
from tests.programs import oracle
from tests.programs.generator import Param, Program, program
from tests.programs.invariants import Emission
from tests.programs.survey import OutOfTime, time_limit

EXAMPLES = Path(__file__).parents[2] / "generated_examples"
RIGHT = ("PROVED", "IDENTITY-TESTED")
SECONDS = 30  # for one check
CHANGED = 1e-9  # relative difference of a value or a gradient that makes a mutant a wrong one


@dataclass(frozen=True, slots=True)
class Subject:
    """A source text, its emission in one style, the claim about it, and arguments to run both on."""

    where: str
    source: str
    emission: Emission
    claim: object
    params: tuple[Param, ...]
    points: tuple[tuple, ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """What the referee said of one text: ``kind`` of fault ("none": unmutated), the outcome, and the story."""

    kind: str
    outcome: str
    story: str = ""


@dataclass
class Score:
    """Outcomes by kind, and a story for each that should not be."""

    counts: Counter = field(default_factory=Counter)
    stories: list[tuple[str, str, str]] = field(default_factory=list)

    def add(self, one: Judged) -> None:
        self.counts[one.kind, one.outcome] += 1
        if one.story:
            self.stories.append((one.kind, one.outcome, one.story))

    def of(self, *outcomes: str) -> int:
        """How many mutants had one of these outcomes."""
        return sum(n for (kind, o), n in self.counts.items() if o in outcomes and kind != "none")

    @property
    def judged(self) -> int:
        return self.of("right line", "elsewhere", "INCONCLUSIVE", "escaped", "weak", "crash")

    @property
    def right_line_share(self) -> float:
        return self.of("right line") / max(1, self.judged)

    @property
    def misjudged(self) -> int:
        """Unmutated texts that were not called right."""
        return sum(n for (kind, o), n in self.counts.items() if kind == "none" and o != "right")

    def table(self, kinds: tuple[str, ...] = KINDS) -> str:
        columns = ("right line", "elsewhere", "INCONCLUSIVE", "escaped", "weak", "crash")
        lines = [f"{'':12}" + "".join(f"{c:>14}" for c in columns)]
        for kind in kinds:
            lines.append(f"{kind:12}" + "".join(f"{self.counts[kind, c]:>14}" for c in columns))
        lines.append(f"{'all':12}" + "".join(f"{self.of(c):>14}" for c in columns))
        total = max(1, self.judged)
        lines.append(f"{'':12}" + "".join(f"{self.of(c) / total:>14.2%}" for c in columns))
        unmutated = {o: n for (k, o), n in self.counts.items() if k == "none"}
        lines.append(f"unmutated texts: {unmutated}; mutants that change nothing seen: {self.of('unchanged')}")
        return "\n".join(lines)


# ---------------------------------------------------------------- running a text


def outcomes(found: Subject, text: str) -> list[list | str]:
    """Value and gradients at every point, or the name of what was raised."""
    namespace = oracle.load(text)
    caller = Program(0, "", found.claim.name, found.params)
    return [_outcome(found, namespace, caller, point) for point in found.points]


def _outcome(found: Subject, namespace: dict, caller: Program, point: tuple) -> list | str:
    emission, args = found.emission, deepcopy(point)
    try:
        functions = [namespace[e] for e in emission.entries]
        if emission.style == "joint":
            return _numbers(caller.call(functions[0], args))
        value, cache = caller.call(functions[0], args)
        dout = 0.7 if emission.outputs == 1 else tuple(0.7 + 0.4 * i for i in range(emission.outputs))
        return _numbers((value, functions[1](dout, cache)))
    except OutOfTime:
        raise
    except Exception as error:
        return type(error).__name__


def _numbers(value) -> list:
    """The numbers of a result, with its structure marked."""
    if isinstance(value, (list, tuple)):
        return ["(", *(n for v in value for n in _numbers(v)), ")"]
    return [value]


def differs(before: list, after: list) -> bool:
    """Whether some point that the original can be run at gives something else."""
    return any(_other(a, b) for a, b in zip(before, after, strict=True) if isinstance(a, list))


def _other(a: list, b: list | str) -> bool:
    return isinstance(b, str) or len(a) != len(b) or any(map(_unlike, a, b))


def _unlike(a, b) -> bool:
    if not (isinstance(a, (int, float)) and isinstance(b, (int, float))):
        return a != b
    if math.isnan(a) or math.isnan(b) or math.isinf(a) or math.isinf(b):
        return repr(float(a)) != repr(float(b))
    rounding = 1e-15 if 0 in (a, b) else 1e-300  # what is 0 by cancelling comes out as 1e-17
    return abs(a - b) > CHANGED * max(abs(a), abs(b)) and abs(a - b) > rounding


# ---------------------------------------------------------------- judging


def judge(found: Subject, mutant: Mutant | None) -> Judged:
    """The referee's word on a mutant (or on the text itself), held against what it should be."""
    from gradgen.checks.report import check

    kind = mutant.kind if mutant else "none"
    text = mutant.text if mutant else found.emission.text
    try:
        with time_limit(SECONDS):
            report = check(found.claim, found.source, text)
    except Exception as error:
        return Judged(kind, "crash", _story(found, mutant, f"{type(error).__name__}: {error}"))
    verdict = report.verdict.split(" ")[0]
    if mutant is None:
        outcome = "right" if verdict in RIGHT else verdict
        return Judged(kind, outcome, "" if outcome == "right" else _story(found, None, str(report)))
    if verdict in RIGHT:
        outcome = "escaped"
    elif verdict == "REFUTED":
        outcome = "right line" if report.line in mutant.lines else "elsewhere"
    else:
        outcome = "INCONCLUSIVE" if verdict == "INCONCLUSIVE" else "weak"
    return Judged(kind, outcome, "" if outcome == "right line" else _story(found, mutant, str(report)))


def _story(found: Subject, mutant: Mutant | None, said: str) -> str:
    text = mutant.text if mutant else found.emission.text
    marked = [
        f"{'>' if mutant and i in mutant.lines else ' '}{i:4} {line}" for i, line in enumerate(text.split("\n"), 1)
    ]
    return "\n".join([found.where, said, *marked, "--- source", found.source])


def judged(found: Subject, rng: random.Random, per_kind: int) -> Iterator[Judged]:
    """The text itself, then its mutants that change something."""
    own = judge(found, None)
    yield own
    if own.outcome != "right":
        return
    before = outcomes(found, found.emission.text)
    for mutant in mutants(found.emission.text, rng, per_kind):
        try:
            with time_limit(5):
                changed = differs(before, outcomes(found, mutant.text))
        except OutOfTime:
            continue
        yield judge(found, mutant) if changed else Judged(mutant.kind, "unchanged")


# ---------------------------------------------------------------- where texts come from


def of_program(seed: int) -> list[Subject]:
    """The subjects of one random program (none if it is refused): one style, by turns."""
    from gradgen import GradgenError, generate

    base = program(seed)
    try:
        result = generate(base.text, base.name, verify=False)
    except GradgenError:
        return []
    points = tuple(base.args(random.Random(seed), 9))
    return [_subject(f"program {seed}", base.text, result, base.params, points, seed % 2 == 0)]


def _subject(where, source, result, params, points, joint: bool) -> Subject:
    style = "joint" if joint and result.claim("split").outputs == 1 else "split"
    claim = result.claim(style)
    text = result.text_of(style)
    emission = Emission(style, text, claim.entries, claim.wrt, claim.outputs, claim.has_aux)
    return Subject(f"{where} ({style})", source, emission, claim, params, points)


def examples() -> list[Path]:
    """The example inputs (what gradgen generated itself is left out)."""
    files = sorted(EXAMPLES.rglob("*.py"))
    return [f for f in files if "enerated by gradgen" not in f.read_text()[:400]]


def of_example(path: Path) -> list[Subject]:
    """Both styles of every differentiable function of an example."""
    from gradgen import GradgenError, generate

    source, found = path.read_text(), []
    for node in ast.parse(source).body:
        if not isinstance(node, ast.FunctionDef):
            continue
        try:
            result = generate(source, node.name, verify=False)
        except GradgenError:
            continue
        if result.function.arrays:
            continue  # tests.mutants.arrays has those
        keyword_only = {a.arg for a in node.args.kwonlyargs}
        params = tuple(_param(name, spec, name in keyword_only) for name, spec in result.claim("split").inputs)
        points = tuple(_points(params, random.Random(node.name)))
        for joint in (True, False):
            found.append(_subject(f"{path.name} {node.name}", source, result, params, points, joint))
    return found


def _param(name: str, spec, keyword_only: bool) -> Param:
    kind = spec if isinstance(spec, str) else spec[0]
    if kind == "opaque":
        return Param(name, "flag", 0, 1, keyword_only=keyword_only)
    length = 0 if kind in ("number", "count") else len(spec[1])
    keys = tuple(key for key, _ in spec[1]) if kind == "dict" else ()
    return Param(name, kind, -3.0, 3.0, length, keyword_only=keyword_only, keys=keys)


def _points(params: tuple[Param, ...], rng: random.Random) -> Iterator[tuple]:
    for i in range(9):
        yield tuple(p.value(rng, i % 3 == 2) for p in params)


# ---------------------------------------------------------------- the command


def of_origin(origin: Path | int, per_kind: int) -> list[Judged]:
    """Everything judged of an example file or a program's seed."""
    subjects = of_program(origin) if isinstance(origin, int) else of_example(origin)
    rng = random.Random(f"mutants-{origin if isinstance(origin, int) else origin.name}")
    return [one for found in subjects for one in judged(found, rng, per_kind)]


def bench(count: int, seed: int, jobs: int, per_kind: int = 3) -> Score:
    """Judge mutants until ``count`` of them changed something; no kind gets more than a fifth."""
    pairs = zip_longest(examples(), range(seed, seed + count))
    score, origins = Score(), [origin for pair in pairs for origin in pair if origin is not None]
    work = partial(of_origin, per_kind=per_kind)
    if jobs <= 1:
        _collect(score, map(work, origins), count)
        return score
    with Pool(jobs) as pool:
        _collect(score, pool.imap(work, origins), count)
        pool.terminate()
    return score


def _collect(score: Score, batches, count: int) -> None:
    seen: Counter = Counter()
    for batch in batches:
        for one in batch:
            if one.kind != "none" and one.outcome != "unchanged":
                if seen[one.kind] >= count / 5:
                    continue
                seen[one.kind] += 1
            score.add(one)
        if score.judged >= count:
            return


def show(score: Score, limit: int) -> None:
    """The first stories of each outcome and kind."""
    shown: Counter = Counter()
    for kind, outcome, story in score.stories:
        shown[kind, outcome] += 1
        if shown[kind, outcome] <= limit:
            print(f"\n=== {outcome} · {kind} · {story}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--count", type=int, default=5_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--per-kind", type=int, default=3, help="mutants of a kind from one text")
    parser.add_argument("--show", type=int, default=2, help="stories of each outcome and kind to print")
    options, start = parser.parse_args(), time.monotonic()
    score = bench(options.count, options.seed, options.jobs, options.per_kind)
    show(score, options.show)
    print(f"\n{score.table()}\n{time.monotonic() - start:.0f} s")
    return 1 if score.misjudged or score.of("escaped", "crash") else 0


if __name__ == "__main__":
    sys.exit(main())

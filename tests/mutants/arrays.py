"""The mutation bench for arrays: ``python -m tests.mutants.arrays --count 1000 --seed 0``.

Emitted texts of the corpus (tests/arrays/corpus) are corrupted as hands corrupt array code: a sum left out, a transpose lost, the
factors of a product swapped, another axis, ``=`` for ``+=``, a buffer under two names, a `.copy()` left out, another index, and what
`operators` does to any text.  What a mutant changes is seen by running it on floats at the recipe's points.
"""

from __future__ import annotations

import argparse
import ast
import copy
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from multiprocessing import Pool

import numpy as np

import gradgen
from tests.arrays.functions import Entry, entries
from tests.arrays.measure import execute, generate, styles_of
from tests.arrays.numeric import arrays, leaves, overlap_among, overlaps
from tests.arrays.recipes import draw
from tests.mutants.bench import CHANGED, RIGHT, Judged, Score, show
from tests.mutants.operators import Emitted, Mutant, Site, _nodes, _some, mutants
from tests.programs.survey import OutOfTime, time_limit

SECONDS = 60  # for one check
POINTS = 3
REDUCTIONS = ("sum", "mean")
PRODUCTS = ("dot", "matmul", "outer")
OTHERS = ("sign", "arithmetic", "constant", "name", "comparison", "assignment", "dropped")


@dataclass(frozen=True, slots=True)
class Subject:
    """An emitted text of the corpus in one style, and the claim about it."""

    entry: Entry
    style: str
    text: str
    claim: object


# ---------------------------------------------------------------- operators


def reduction(text: Emitted, site: Site, rng) -> Iterator[Mutant]:
    """A sum left out."""
    for node in _nodes(site, ast.Call):
        if isinstance(node.func, ast.Attribute) and node.func.attr in REDUCTIONS:
            what = node.args[0] if _is_numpy(node.func.value) and node.args else node.func.value
            if not _is_numpy(what):
                yield Mutant("reduction", site.lines, text.edit((*text.span(node), f"({text.segment(what)})")))


def transpose(text: Emitted, site: Site, rng) -> Iterator[Mutant]:
    """A ``.T`` lost."""
    for node in _nodes(site, ast.Attribute):
        if node.attr == "T":
            yield Mutant("transpose", site.lines, text.edit((*text.span(node), text.segment(node.value))))


def factors(text: Emitted, site: Site, rng) -> Iterator[Mutant]:
    """The factors of a matrix product swapped."""
    for node in _nodes(site, (ast.BinOp, ast.Call)):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
            pair = node.left, node.right
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") in PRODUCTS and len(node.args) == 2:
            pair = tuple(node.args)
        else:
            continue
        left, right = f"({text.segment(pair[0])})", f"({text.segment(pair[1])})"
        yield Mutant("factors", site.lines, text.edit((*text.span(pair[0]), right), (*text.span(pair[1]), left)))


def axis(text: Emitted, site: Site, rng) -> Iterator[Mutant]:
    """Another axis, or no kept dimensions."""
    for node in _nodes(site, ast.keyword):
        if node.arg == "axis" and isinstance(node.value, (ast.Constant, ast.UnaryOp)):
            new = "1" if text.segment(node.value) == "0" else "0"
            yield Mutant("axis", site.lines, text.edit((*text.span(node.value), new)))
        if node.arg == "keepdims":
            yield Mutant("axis", site.lines, text.edit((*text.span(node.value), "False")))


def alias(text: Emitted, site: Site, rng) -> Iterator[Mutant]:
    """A copy left out, zeros that are another array, a sum into the array itself."""
    for node in _nodes(site, ast.Call):
        attribute = getattr(node.func, "attr", "")
        if attribute == "copy" and not _is_numpy(node.func.value):
            yield Mutant("alias", site.lines, text.edit((*text.span(node), text.segment(node.func.value))))
        if attribute in ("array", "copy", "zeros_like") and _is_numpy(node.func.value) and node.args:
            yield Mutant("alias", site.lines, text.edit((*text.span(node), text.segment(node.args[0]))))
    node = site.statement
    if (
        isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.BinOp)
        and isinstance(node.value.op, ast.Add)
    ):
        left = node.value.left
        if isinstance(left, ast.Name) and left.id == node.targets[0].id:
            changed = f"{left.id} += {text.segment(node.value.right)}"
            yield Mutant("alias", site.lines | _given(site, left.id), text.edit((*text.span(node), changed)))


def _given(site: Site, name: str) -> frozenset[int]:
    """The last line above that gives a name its value: together with a store into it, that makes the alias."""
    stores = [
        n for n in ast.walk(site.function) if isinstance(n, ast.Assign) and getattr(n.targets[0], "id", "") == name
    ]
    above = [n.lineno for n in stores if n.lineno < site.statement.lineno]
    return frozenset(above[-1:])


def index(text: Emitted, site: Site, rng) -> Iterator[Mutant]:
    """Another index, or another end of a slice."""
    targets = getattr(site.statement, "targets", [getattr(site.statement, "target", None)])
    roots = [*site.expressions, *(t for t in targets if t is not None)]
    for node in (n for root in roots for n in ast.walk(root) if isinstance(n, ast.Subscript)):
        for inner in ast.walk(node.slice):
            if isinstance(inner, ast.Constant) and type(inner.value) is int:
                yield Mutant(
                    "index", site.lines, text.edit((*text.span(inner), str(inner.value + rng.choice((1, -1)))))
                )
        if isinstance(node.slice, ast.Tuple) and len(node.slice.elts) == 2:
            a, b = node.slice.elts
            yield Mutant(
                "index", site.lines, text.edit((*text.span(a), text.segment(b)), (*text.span(b), text.segment(a)))
            )


def _is_numpy(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id in ("np", "numpy")


OPERATORS: tuple[Callable, ...] = (reduction, transpose, factors, axis, alias, index)
KINDS = (*(f.__name__ for f in OPERATORS), *OTHERS)


def corrupted(text: str, entries_: tuple[str, ...], rng: random.Random, per_kind: int) -> list[Mutant]:
    """The mutants of a text, at most so many of a kind, in random order.

    Helpers are left alone, and asserts: these say what the text is for, so that no other one is wrong.
    """
    emitted = Emitted(text)
    helpers = {n.name for n in emitted.tree.body if isinstance(n, ast.FunctionDef)} - set(entries_)
    asserted = {
        line
        for s in emitted.sites
        if isinstance(s.statement, ast.Assert) or s.function.name in helpers
        for line in s.lines
    }
    every = [m for m in mutants(text, rng, None) if m.kind in OTHERS and not asserted & m.lines]
    sites = [s for s in emitted.sites if not asserted & s.lines]
    chosen = [m for kind in OTHERS for m in [m for m in every if m.kind == kind][:per_kind]]
    for operator in OPERATORS:
        chosen += _some((m for s in sites for m in operator(emitted, s, rng)), rng, per_kind)
    rng.shuffle(chosen)
    return chosen


# ---------------------------------------------------------------- what a text does


def outcomes(found: Subject, text: str) -> list:
    """What a text gives and does at every point, or the name of what was raised."""
    try:
        names = execute(text)
    except Exception as error:
        return [type(error).__name__] * POINTS
    return [_outcome(found, names, i) for i in range(POINTS)]


def _outcome(found: Subject, names: dict, point: int) -> list | str:
    args = draw(f"{found.entry.id}{point or ''}", found.entry.recipe)
    try:
        with np.errstate(all="ignore"):
            return _joint(found, names, args) if found.style == "joint" else _split(found, names, args)
    except OutOfTime:
        raise
    except Exception as error:
        return type(error).__name__


def _joint(found: Subject, names: dict, args: dict) -> list:
    value, grads = names[found.claim.entries[0]](**args)
    value = value[0] if found.claim.has_aux and isinstance(value, tuple) else value
    return [
        _plain(value),
        _plain(grads),
        _plain(args),
        overlaps(arrays(grads), arrays(args)),
        overlap_among(arrays(grads)),
    ]


def _split(found: Subject, names: dict, args: dict) -> list:
    forward, backward = (names[e] for e in found.claim.entries)
    returned = forward(**args)
    value, cache_ = returned if len(returned) == 2 else (returned[:-1], returned[-1])
    value = value[0] if found.claim.has_aux and not found.claim.adopted and isinstance(value, tuple) else value
    rng = np.random.default_rng(7)
    outs = value if isinstance(value, tuple) and found.claim.outputs > 1 else (value,)
    douts = tuple(rng.standard_normal(np.shape(o)) if np.ndim(o) else float(rng.standard_normal()) for o in outs)
    dout = douts if found.claim.outputs > 1 else douts[0]
    before = _plain((dout, cache_, args))
    grads = backward(dout, cache_)
    seen = [_plain(value), _plain(grads), _plain(args)]
    kept = not _unlike(before, _plain((dout, cache_, args)))
    shares = overlaps(arrays(grads), arrays((dout, cache_, args)))
    return [*seen, kept, shares, overlap_among(arrays(grads)), _plain(backward(dout, cache_))]


def _plain(value) -> list:
    """(path, shape, numbers) of everything in a value; a copy."""
    return [(path, np.shape(x), copy.deepcopy(x)) for path, x in leaves(value)]


def differs(before: list, after: list) -> bool:
    """Whether some point that the original can be run at gives or does something else."""
    return any(
        not isinstance(a, str) and (isinstance(b, str) or any(map(_unlike, a, b)))
        for a, b in zip(before, after, strict=True)
    )


def _unlike(a, b) -> bool:
    if not isinstance(a, list):
        return a != b
    if [(p, s) for p, s, _ in a] != [(p, s) for p, s, _ in b]:
        return True
    return any(_far(x, y) for (_, _, x), (_, _, y) in zip(a, b, strict=True))


def _far(x, y) -> bool:
    try:
        x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    except (TypeError, ValueError):
        return repr(x) != repr(y)
    size = np.maximum(np.abs(x), np.abs(y))
    close = np.abs(x - y) <= CHANGED * np.max(size[np.isfinite(size)], initial=0.0) + 1e-300
    return not np.all(close | (x == y) | np.isnan(x) & np.isnan(y))


# ---------------------------------------------------------------- judging


def judge(found: Subject, mutant: Mutant | None) -> Judged:
    """The referee's word on a mutant (or on the text itself), held against what it should be."""
    from gradgen.checks.report import check

    kind, text = (mutant.kind, mutant.text) if mutant else ("none", found.text)
    try:
        with time_limit(SECONDS):
            report = check(found.claim, found.entry.text, text)
    except Exception as error:
        return Judged(kind, "crash", _story(found, mutant, f"{type(error).__name__}: {error}"))
    verdict = report.verdict
    if mutant is None:
        return Judged(kind, "right" if verdict in RIGHT else verdict)
    outcome = {"REFUTED": "elsewhere", "INCONCLUSIVE": "INCONCLUSIVE"}.get(
        verdict, "escaped" if verdict in RIGHT else "weak"
    )
    if outcome == "elsewhere" and report.line in mutant.lines:
        outcome = "right line"
    return Judged(kind, outcome, "" if outcome == "right line" else _story(found, mutant, str(report)))


def _story(found: Subject, mutant: Mutant | None, said: str) -> str:
    text = mutant.text if mutant else found.text
    marked = [
        f"{'>' if mutant and i in mutant.lines else ' '}{i:4} {line}" for i, line in enumerate(text.split("\n"), 1)
    ]
    return "\n".join([f"{found.entry.id} [{found.style}]", said, *marked])


@cache
def subjects() -> tuple[tuple[Entry, str], ...]:
    """Every function of the corpus in every style, in an order that does not change."""
    every = [(entry, style) for entry in entries() for style in styles_of(entry, None)]
    random.Random(1).shuffle(every)
    return tuple(every)


def of_place(place: int, seed: int, per_kind: int) -> list[Judged]:
    """Everything judged of one subject; a text that is not called right is only counted."""
    entry, style = subjects()[place % len(subjects())]
    try:
        result = generate(entry, style, shapes=True, verify=False)
    except gradgen.GradgenError:
        return []
    found = Subject(entry, style, result.text_of(style), result.claim(style))
    if not found.claim.is_about_arrays():
        return []
    own = judge(found, None)
    rng = random.Random(f"{seed}-{place}")
    return [own, *(_judged(found, own, rng, per_kind) if own.outcome == "right" else ())]


def _judged(found: Subject, own: Judged, rng: random.Random, per_kind: int) -> Iterator[Judged]:
    before = outcomes(found, found.text)
    for mutant in corrupted(found.text, found.claim.entries, rng, per_kind):
        try:
            with time_limit(10):
                changed = differs(before, outcomes(found, mutant.text))
        except OutOfTime:
            continue
        yield judge(found, mutant) if changed else Judged(mutant.kind, "unchanged")


def bench(count: int, seed: int = 0, jobs: int = 1, per_kind: int = 1) -> Score:
    """Judge mutants until ``count`` of them changed something; no kind gets more than a fifth."""
    places = range(seed * 17, seed * 17 + len(subjects()))
    work, score = partial(of_place, seed=seed, per_kind=per_kind), Score()
    if jobs <= 1:
        _collect(score, map(work, places), count)
        return score
    with Pool(jobs) as pool:
        _collect(score, pool.imap(work, places), count)
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


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--count", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--per-kind", type=int, default=1, help="mutants of a kind from one text")
    parser.add_argument("--show", type=int, default=2, help="stories of each outcome and kind to print")
    options, start = parser.parse_args(), time.monotonic()
    score = bench(options.count, options.seed, options.jobs, options.per_kind)
    show(score, options.show)
    print(f"\n{score.table(KINDS)}\n{time.monotonic() - start:.0f} s")
    return 1 if score.of("escaped", "crash") else 0


if __name__ == "__main__":
    sys.exit(main())

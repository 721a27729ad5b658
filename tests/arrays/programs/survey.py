"""Puts one random array program through gradgen and every check, and adds up many.

Shared by the test suite (a seeded few hundred) and by ``python -m tests.arrays.programs.run`` (any number).
"""

from __future__ import annotations

import ast
import builtins
import copy
import keyword
import random
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, replace

import numpy as np

import gradgen
from gradgen.errors import InternalError, Refuted
from tests.arrays.measure import Outcome, entry_names, execute, findings, value_and_cache
from tests.arrays.numeric import is_number, leaves
from tests.arrays.programs.generator import inject, program
from tests.arrays.programs.oracle import Bad, Kink, Point, point, variants
from tests.arrays.programs.program import Program
from tests.programs.invariants import _own_names, _rename_tokens, shape_of
from tests.programs.survey import Tally, _last_frames, time_limit, total, unlaid

__all__ = ["Depth", "Tally", "examine", "examine_injected", "examine_program", "total"]

SECONDS = 30
ATTEMPTS = 3  # points that are tried where differences cannot be trusted
SUPPOSED = ("GG107", "GG111", "GG121", "GG202", "GG203")  # refusals where shapes are not stated
KINDS = (  # what a finding says -> the invariant it breaks
    ("another value", "I1"), ("another aux", "I1"), ("has shape", "I2"), ("has dtype", "I2"), ("modifies", "I3"),
    ("shares memory", "I4"), ("share memory", "I4"), ("stretched", "I4"), ("twice", "I5"), ("dout of zero", "I6"), ("linear", "I6"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Depth:
    """How thoroughly a program is looked at."""

    verify: bool = False  # prove the gradient
    float32: bool = False  # at float32 arguments too
    text: bool = False  # generate again, and under black
    rename: bool = False  # generate for renamed variables


class Finding(Exception):
    """Something is wrong with an emission: the kind and what was seen."""


def examine(seed: int, depth: Depth) -> Tally:
    """One program, generated and checked."""
    tally = Tally(Counter(programs=1))
    examine_program(program(seed), depth, tally)
    return tally


def examine_program(base: Program, depth: Depth, tally: Tally) -> None:
    """Generate and check this program; what came of it is added to the tally."""
    sure = not base.unsure and not base.is_open
    tally.counts["sure programs"] += sure
    try:
        with time_limit(SECONDS), nullcontext() if depth.text else unlaid():
            texts = generated(base, depth, tally)
            if texts:
                check(base, texts, depth, tally)
    except Exception as error:
        tally.fail("crash", base.seed, f"{type(error).__name__}: {error}\n{_last_frames(error)}")


def generated(base: Program, depth: Depth, tally: Tally) -> dict[str, object]:
    """gradgen's results by style, none where it refuses; a refusal is counted by its code."""
    try:
        found = {"split": emitted(base, "split", depth.verify)}
        if base.form != "none" and is_loss(base):
            found["joint"] = emitted(base, "joint", depth.verify)
    except (InternalError, Refuted) as error:
        kind = "internal" if isinstance(error, InternalError) else "refuted"
        tally.fail(kind, base.seed, f"{error}\n{_last_frames(error)}")
        return {}
    except gradgen.GradgenError as error:
        code = error.diagnostics[0].code
        sure = code not in base.unsure and not (base.is_open and code in SUPPOSED)
        tally.counts[f"refused {code}{'' if sure else ' (as it may)'}"] += 1
        if sure:
            tally.failures.append((f"refused {code}", base.seed, str(error)))
        return {}
    tally.counts["accepted"] += 1
    if base.is_open or base.form == "docstring":
        found = {
            style: (result, text) for style, (result, text) in found.items() if result.function.arrays
        }  # else: for numbers
    tally.counts["sure accepted"] += not base.unsure and not base.is_open
    return found


def emitted(base: Program, style: str, verify: bool):
    """The result for a style, with its text."""
    result = gradgen.generate(base.text, base.name, style=style, verify=verify, shape=base.told)
    text = result.text if verify else result.draft(style)
    return result, text


def is_loss(base: Program) -> bool:
    """Whether the function's first result is a number and the only one that is differentiated."""
    try:
        found = point(base, 0)
    except Bad:
        return False
    return found.is_loss


def check(base: Program, texts: dict[str, object], depth: Depth, tally: Tally) -> None:
    """The emitted texts at points of the program."""
    rng = random.Random(base.seed)
    for variant in variants(base, rng):
        check_at_a_point(variant, texts, tally, float32=False)
    if depth.float32:
        check_at_a_point(base, texts, tally, float32=True)
    if depth.verify:
        for style, (result, text) in texts.items():
            tally.counts["verified"] += 1
            tally.counts[f"verdict {result.report.verdict}"] += 1
            if result.report.verdict == "REFUTED":
                tally.fail("refuted", base.seed, f"{result.report.summary} ({style})\n{text}")
    if depth.text:
        again_the_same(base, texts, depth, tally)
    if depth.rename and base.form != "docstring":
        renamed_the_same(base, texts, tally)


def check_at_a_point(base: Program, texts: dict[str, object], tally: Tally, *, float32: bool) -> None:
    """The first point at which the oracle can be trusted."""
    for attempt in range(ATTEMPTS):
        try:
            found = point(base, attempt, float32=float32)
            if base.form == "none" and any(takes_for_several(found, result) for result, _ in texts.values()):
                tally.counts["supposes an array first"] += 1
                return
            wrong = [(style, f) for style, (result, text) in texts.items() for f in faults(found, result, text, style)]
        except Bad as bad:
            tally.counts[f"bad point{' at float32' if float32 else ''}"] += 1
            if not float32:
                tally.failures.append(("bad point", base.seed, str(bad)))
            continue
        except Kink:
            tally.counts["kink"] += 1
            continue
        break
    else:
        tally.counts["no point"] += 1
        return
    for style, finding in wrong:
        if base.is_open and ("AssertionError" in finding or re.search("the gradient by .* is list", finding)):
            tally.counts["supposes other shapes" if "Assertion" in finding else "supposes a list"] += 1
            continue
        where = (
            f" (float32, {style})"
            if float32
            else f" ({style}, sizes of 1: {base.recipe['where']})" if "where" in base.recipe else f" ({style})"
        )
        tally.fail(kind_of(finding), base.seed, finding + where + f"\n{texts[style][1]}")


def takes_for_several(case: Point, result) -> bool:
    """Whether a text that knows no shapes takes a first result for an array, and so all results for outputs, where it is a loss here."""
    return len(result.function.results) > len(case.outs)


def kind_of(finding: str) -> str:
    if "emitted text raises" in finding:
        return "I8"
    return next((kind for words, kind in KINDS if words in finding), "wrong")


def faults(case: Point, result, text: str, style: str) -> list[str]:
    """What is wrong with an emitted text at a point."""
    dout = 1.0 if style == "joint" else case.dout
    at_dout = replace(case, dout=dout, known={} if style == "joint" else case.known)
    outcome = Outcome(case.entry, style)
    try:
        names = execute(text)
        with np.errstate(all="ignore"):
            found = [f for f in findings(at_dout, result, style, names, outcome) if not is_unread(at_dout, f)]
            if style == "split" and not found:
                found += nonlinear(at_dout, names)
    except Kink:
        raise
    except Exception as error:
        return [f"the emitted text raises {type(error).__name__}: {error}"]
    return found


def is_unread(case: Point, finding: str) -> bool:
    """Whether a finding misses the gradient by an entry of a dict or tuple that the function never reads: gradgen cannot know of it."""
    missed = re.fullmatch(r"(?:on the author's own cache, )?no gradient by (\w+)\[(.*)\]", finding)
    return bool(missed) and not case.gradient((missed[1], ast.literal_eval(missed[2]))).any()


def nonlinear(case: Point, names: dict) -> Iterator[str]:
    """I6: twice the upstream gradient, twice the gradient."""
    forward, backward = (names[n] for n in entry_names(case.entry.name, "split"))
    _, cache = value_and_cache(forward(**copy.deepcopy(case.point)))
    once, twice = (numbers(backward(scaled(case.dout, k), cache)) for k in (1.0, 2.0))
    for a, b in zip(once, twice, strict=True):
        if not np.allclose(2 * np.asarray(a), b, rtol=1e-4 if np.asarray(a).dtype == np.float32 else 1e-9, atol=1e-12):
            yield "backward is not linear in dout"
            return


def scaled(dout: object, factor: float) -> object:
    return (
        tuple(scaled(d, factor) for d in dout)
        if isinstance(dout, tuple)
        else dout * np.asarray(dout).dtype.type(factor)
    )


def numbers(value: object) -> list:
    return [v for _, v in leaves(value) if is_number(v)]


# -- the text as a whole -----------------------------------------------------------------------------------------------


def again_the_same(base: Program, texts: dict[str, object], depth: Depth, tally: Tally) -> None:
    """I9: generated a second time, the same bytes; and black leaves them alone."""
    import black

    for style, (_, text) in texts.items():
        if emitted(base, style, depth.verify)[1] != text:
            tally.fail("I9", base.seed, f"{style} differs the second time")
        if black.format_str(text, mode=black.Mode()) != text:
            tally.fail("I9", base.seed, f"{style} is not stable under black\n{text}")


def renamed(base: Program) -> Program:
    """I10: the program with every parameter and local renamed, the shapes stated under the new names.

    The new names are as long as the old (where a line ends decides what is nested into it), their digits stay.
    """
    tree = ast.parse(base.text)
    keywords = {k.arg for n in ast.walk(tree) if isinstance(n, ast.Call) for k in n.keywords}
    names = _own_names(tree) - keywords - {"cache", "dout", "unbroadcast"}  # which mean something
    taken = {n for n in re.findall(r"\w+", base.text)} | set(keyword.kwlist) | set(dir(builtins))
    new: dict[str, str] = {}
    for name in sorted(names):
        new[name] = _another(name, taken)
        taken.add(new[name])
    told = tuple(f"{new.get(name, name)}:{dims}" for name, _, dims in (t.partition(":") for t in base.told))
    recipe = {new.get(n, n): k for n, k in base.recipe.items()}
    return replace(base, text=_rename_tokens(base.text, new), told=told, recipe=recipe)


def _another(name: str, taken: set[str]) -> str:
    """A name that is not taken, with other letters at the places of these."""
    places = [i for i, c in enumerate(name) if c.isalpha()]
    rng = random.Random(name)
    for _ in range(500):
        letters = list(name)
        for i in places:
            letters[i] = rng.choice("abcefghjkmopqrstuvwxyz")
        if (found := "".join(letters)) not in taken:
            return found
    return name


def renamed_the_same(base: Program, texts: dict[str, object], tally: Tally) -> None:
    """I10: another program in names only gives another text in names only."""
    other = renamed(base)
    for style, (_, text) in texts.items():
        try:
            twin = emitted(other, style, False)[1]
        except gradgen.GradgenError as error:
            tally.fail("I10", base.seed, f"refused after renaming: {error}\n{other.text}")
            return
        if shape_of(text) != shape_of(twin):
            tally.fail("I10", base.seed, f"{style} changes with the names:\n{text}\n--- renamed\n{twin}")


# -- programs that must be refused -------------------------------------------------------------------------------------


def examine_injected(seed: int, kind: str | None = None) -> Tally:
    """One program with a forbidden construct: a refusal, with a diagnostic at its line."""
    tally = Tally(Counter(injected=1))
    injected = inject(program(seed), random.Random(f"inject-{seed}"), kind)
    if injected is None:
        tally.counts["no place for it"] += 1
        return tally
    try:
        with time_limit(SECONDS), unlaid():
            gradgen.generate(
                injected.program.text, injected.program.name, verify=False, shape=injected.program.told
            ).draft("split")
    except InternalError as error:
        tally.fail("internal", seed, f"{injected.kind}: {error}")
    except gradgen.GradgenError as error:
        at = {d.place.line for d in error.diagnostics if d.place}
        tally.counts[f"injected-refused {error.diagnostics[0].code}"] += 1
        if not at & injected.lines and accepted(program(seed)):
            message = f"{injected.kind} at {sorted(injected.lines)}, diagnosed at {sorted(at)}\n{error}\n{injected.program.text}"
            tally.fail("elsewhere", seed, message)
    except Exception as error:
        tally.fail(
            "crash",
            seed,
            f"{injected.kind}: {type(error).__name__}: {error}\n{_last_frames(error)}\n{injected.program.text}",
        )
    else:
        tally.fail("accepted", seed, f"{injected.kind} at {sorted(injected.lines)}\n{injected.program.text}")
    return tally


def accepted(base: Program) -> bool:
    """Whether the program is accepted as it is."""
    try:
        gradgen.generate(base.text, base.name, verify=False, shape=base.told)
    except gradgen.GradgenError:
        return False
    return True

"""Puts one random program through gradgen and every check, and adds up many.

Shared by the test suite (a seeded few thousand) and by ``python -m tests.programs.run`` (any number).
"""

from __future__ import annotations

import random
import signal
import traceback
from collections import Counter
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field

from tests.programs import invariants
from tests.programs.generator import Injected, Program, inject, program

SECONDS = 60  # for one program, proof included


@dataclass(frozen=True, slots=True)
class Depth:
    """How thoroughly a program is looked at."""

    verify: bool = False  # prove the gradient
    text: bool = False  # the layout too: generate again, and under black
    rename: bool = False  # generate for renamed variables


@dataclass
class Tally:
    """Counts by what happened, and the failures with their programs."""

    counts: Counter = field(default_factory=Counter)
    failures: list[tuple[str, int, str]] = field(default_factory=list)  # kind, seed, message

    def add(self, other: Tally) -> None:
        self.counts += other.counts
        self.failures += other.failures

    def fail(self, kind: str, seed: int, message: str) -> None:
        self.counts[f"failure {kind}"] += 1
        self.failures.append((kind, seed, message))

    @property
    def accepted_share(self) -> float:
        return self.counts["accepted"] / max(1, self.counts["programs"])

    @property
    def proved_share(self) -> float:
        return self.counts["verdict PROVED"] / max(1, self.counts["verified"])

    def summary(self) -> str:
        """The counts, one a line, largest first within a kind."""
        rows = sorted(self.counts.items(), key=lambda row: (row[0].split()[0], -row[1]))
        lines = [f"{count:>8}  {name}" for name, count in rows]
        lines.append(f"{self.accepted_share:>8.2%}  of the programs accepted")
        if self.counts["verified"]:
            lines.append(f"{self.proved_share:>8.2%}  of the verified ones PROVED")
        return "\n".join(lines)


@contextmanager
def unlaid():
    """Emitted texts come without black's layout, which takes most of the time and changes no meaning."""
    from gradgen.render import module

    before, module.layout = module.layout, lambda text: text
    try:
        yield
    finally:
        module.layout = before


class OutOfTime(Exception):
    """The program took longer than `SECONDS`."""


@contextmanager
def time_limit(seconds: float):
    """Raises `OutOfTime` inside the block when it takes more of the processor's time: other work beside it does not count."""

    def stop(*_):
        raise OutOfTime(f"took over {seconds} s")

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def examine(seed: int, depth: Depth) -> Tally:
    """One program, generated and checked."""
    tally = Tally(Counter(programs=1))
    examine_program(program(seed), depth, tally)
    return tally


def examine_program(base: Program, depth: Depth, tally: Tally) -> None:
    """Generate and check this program; what came of it is added to the tally."""
    try:
        with time_limit(SECONDS), nullcontext() if depth.text else unlaid():
            _examine(base, depth, tally)
    except Exception as error:
        tally.fail("crash", base.seed, f"{type(error).__name__}: {error}\n{_last_frames(error)}")


def _examine(base: Program, depth: Depth, tally: Tally) -> None:
    from gradgen import GradgenError, generate
    from gradgen.errors import InternalError, Refuted

    try:
        result = generate(base.text, base.name, verify=depth.verify)
    except (InternalError, Refuted) as error:
        kind = "internal" if isinstance(error, InternalError) else "refuted"
        tally.fail(kind, base.seed, f"{error}\n{_last_frames(error)}")
        return
    except GradgenError as error:
        for diagnostic in error.diagnostics:
            tally.counts[f"refused {diagnostic.code}"] += 1
        tally.failures.append((f"refused {error.diagnostics[0].code}", base.seed, str(error)))
        return
    tally.counts["accepted"] += 1
    if depth.verify:
        _verdict(base, result, tally)
    found = invariants.subject(base, result)
    failures = invariants.check(found, random.Random(base.seed))
    if depth.text:
        failures += _text_failures(base, found, depth.verify)
    if depth.rename:
        failures += _renaming_failures(base, found)
    for failure in failures:
        tally.fail(failure.invariant, base.seed, failure.message)


def _verdict(base: Program, result, tally: Tally) -> None:
    report = result.report
    tally.counts["verified"] += 1
    tally.counts[f"verdict {report.verdict}"] += 1
    if report.verdict != "PROVED":
        tally.failures.append(("verdict", base.seed, str(report)))


def _text_failures(base: Program, found: invariants.Subject, verify: bool) -> list[invariants.Failure]:
    """Generated a second time, the same bytes; and black leaves them alone."""
    from gradgen import generate

    again = generate(base.text, base.name, verify=verify)
    failures = [f for emission in found.emissions for f in invariants.black_stable(emission)]
    for emission in found.emissions:
        if again.text_of(emission.style) != emission.text:
            failures.append(invariants.Failure("I9", f"{emission.style} differs the second time"))
    return failures


def _renaming_failures(base: Program, found: invariants.Subject) -> list[invariants.Failure]:
    from gradgen import GradgenError, generate

    other = invariants.renamed(base)
    if other is None:
        return []
    try:
        twin = invariants.subject(other, generate(other.text, other.name, verify=False))
    except GradgenError as error:
        return [invariants.Failure("I10", f"refused after renaming: {error}\n{other.text}")]
    pairs = zip(found.emissions, twin.emissions, strict=True)
    return [f for a, b in pairs for f in invariants.same_under_renaming(a, b)]


def _last_frames(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    return "\n".join(f"  {f.filename}:{f.lineno} in {f.name}" for f in frames)


# ---------------------------------------------------------------- programs that must be refused


def examine_injected(seed: int, kind: str | None = None) -> Tally:
    """One program with a forbidden construct: a refusal, with a diagnostic at its line."""
    tally = Tally(Counter(injected=1))
    rng = random.Random(f"inject-{seed}")
    injected = inject(program(seed), rng, kind)
    try:
        with time_limit(SECONDS), unlaid():
            _examine_injected(injected, tally)
    except Exception as error:
        message = f"{type(error).__name__}: {error}\n{_last_frames(error)}\n{injected.program.text}"
        tally.fail(f"crash on {injected.kind}", seed, message)
    return tally


def _examine_injected(injected: Injected, tally: Tally) -> None:
    from gradgen import GradgenError, generate
    from gradgen.errors import InternalError

    base = injected.program
    try:
        generate(base.text, base.name, verify=False)
    except InternalError:
        raise
    except GradgenError as error:
        at = {d.place.line for d in error.diagnostics if d.place}
        for diagnostic in error.diagnostics:
            tally.counts[f"injected-refused {diagnostic.code}"] += 1
        if not at & injected.lines and _accepted(program(base.seed)):
            message = f"{injected.kind} at {sorted(injected.lines)}, diagnosed at {sorted(at)}\n{error}"
            tally.fail("elsewhere", base.seed, f"{message}\n{base.text}")
        return
    message = f"{injected.kind} at {sorted(injected.lines)} accepted\n{base.text}"
    tally.fail("accepted", base.seed, message)


def _accepted(base: Program) -> bool:
    """Whether the program is accepted without the forbidden construct."""
    from gradgen import GradgenError, generate

    try:
        generate(base.text, base.name, verify=False)
    except GradgenError:
        return False
    return True


def total(tallies) -> Tally:
    """The sum of many."""
    result = Tally()
    for tally in tallies:
        result.add(tally)
    return result

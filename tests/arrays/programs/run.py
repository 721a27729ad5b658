"""The long run: ``python -m tests.arrays.programs.run --count 5000 --seed 0 --jobs 2 [--verify]``.

Prints what was accepted, refused by code, verdicts, and every broken invariant with its program made small.
Exits 1 when anything failed.
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from collections.abc import Iterator
from functools import partial
from multiprocessing import Pool

from tests.arrays.programs.generator import program
from tests.arrays.programs.oracle import Bad, point
from tests.arrays.programs.program import Program
from tests.arrays.programs.shrink import shrink
from tests.arrays.programs.survey import Depth, Tally, examine, examine_injected, examine_program


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--count", type=int, default=5_000)
    parser.add_argument("--seed", type=int, default=0, help="the first program's seed")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--verify", action="store_true", help="prove every gradient")
    parser.add_argument("--float32", action="store_true", help="at float32 arguments too")
    parser.add_argument("--thorough", action="store_true", help="also black, a second time, renamed")
    parser.add_argument("--injected", action="store_true", help="programs with a forbidden construct")
    parser.add_argument("--show", type=int, default=3, help="failures of each kind to print")
    parser.add_argument("--whole", action="store_true", help="do not make failing programs small")
    return parser.parse_args()


def _tallies(options: argparse.Namespace) -> Iterator[Tally]:
    depth = Depth(options.verify, options.float32, options.thorough, options.thorough)
    work = examine_injected if options.injected else partial(examine, depth=depth)
    seeds = range(options.seed, options.seed + options.count)
    if options.jobs <= 1:
        yield from map(work, seeds)
        return
    with Pool(options.jobs) as pool:
        yield from pool.imap(work, seeds, chunksize=8)


def failing_as(kind: str, depth: Depth):
    """Whether a program fails in this way (``wrong``, ``I4``, ``crash``, ``refused GG114`` ...)."""

    def fails(base: Program) -> bool:
        try:
            point(base, 0)
        except Bad:
            return False
        tally = Tally()
        examine_program(base, depth, tally)
        return kind in {k for k, _, _ in tally.failures} and not tally.counts["bad point"]

    return fails


def show(tally: Tally, options: argparse.Namespace) -> None:
    """The first failures of each kind, with their programs made small."""
    shown: dict[str, int] = {}
    first = {(kind, seed): message for kind, seed, message in reversed(tally.failures)}
    for (kind, seed), message in reversed(first.items()):
        shown[kind] = shown.get(kind, 0) + 1
        if shown[kind] > options.show:
            continue
        if options.injected:
            print(f"\n=== {kind} · seed {seed}\n{message}", flush=True)
            continue
        base, depth = program(seed), Depth(options.verify, options.float32, options.thorough, options.thorough)
        if not options.whole and failing_as(kind, depth)(base):
            base = shrink(base, failing_as(kind, depth))
            again = Tally()
            examine_program(base, depth, again)
            message = next(m for k, _, m in again.failures if k == kind)
        print(
            f"\n=== {kind} · seed {seed} · {base.form}\n{message}\n--- program, {base.recipe}, told {base.told}\n{base.text}",
            flush=True,
        )


def main() -> int:
    options, start, tally = _arguments(), time.monotonic(), Tally()
    warnings.simplefilter("ignore")  # of what shrinking makes on the way
    for one in _tallies(options):
        tally.add(one)
    show(tally, options)
    sure = tally.counts["sure accepted"] / max(1, tally.counts["sure programs"])
    print(
        f"\n{tally.summary()}\n{sure:>8.2%}  of the programs that must be accepted\n{time.monotonic() - start:>7.0f}s  seeds {options.seed}.."
    )
    return 1 if any(name.startswith("failure") for name in tally.counts) else 0


if __name__ == "__main__":
    sys.exit(main())

"""The long run: ``python -m tests.programs.run --count 200000 --seed 0 --jobs 2 [--verify]``.

Prints what was accepted, refused by code, verdicts, and every broken invariant with its program.
Exits 1 when anything failed.
"""

from __future__ import annotations

import argparse
import gc
import sys
import time
from collections.abc import Iterator
from functools import partial
from multiprocessing import Pool

import gradgen  # noqa: F401: before anything is frozen
from tests.programs.generator import program
from tests.programs.survey import Depth, Tally, examine, examine_injected


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--count", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=0, help="the first program's seed")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--verify", action="store_true", help="prove every gradient")
    parser.add_argument("--thorough", action="store_true", help="also black, a second time, renamed")
    parser.add_argument("--injected", action="store_true", help="programs with a forbidden construct")
    parser.add_argument("--show", type=int, default=5, help="failures of each kind to print in full")
    return parser.parse_args()


def _tallies(options: argparse.Namespace) -> Iterator[Tally]:
    depth = Depth(options.verify, options.thorough, options.thorough)
    work = examine_injected if options.injected else partial(examine, depth=depth)
    seeds = range(options.seed, options.seed + options.count)
    if options.jobs <= 1:
        yield from map(work, seeds)
        return
    with Pool(options.jobs) as pool:
        yield from pool.imap(work, seeds, chunksize=8)


def show(tally: Tally, limit: int, with_program: bool) -> None:
    """The first failures of each kind, with their programs."""
    shown: dict[str, int] = {}
    for kind, seed, message in tally.failures:
        shown[kind] = shown.get(kind, 0) + 1
        if shown[kind] <= limit:
            text = f"\n--- program\n{program(seed).text}" if with_program else ""
            print(f"\n=== {kind} · seed {seed}\n{message}{text}")


def main() -> int:
    gc.freeze()  # what is imported stays: collecting it again and again takes a tenth of the time
    gc.set_threshold(50_000)
    options, start, tally = _arguments(), time.monotonic(), Tally()
    for done, one in enumerate(_tallies(options), 1):
        tally.add(one)
        if sys.stderr.isatty() and done % 100 == 0:
            print(f"\r{done} programs, {len(tally.failures)} findings", end="", file=sys.stderr)
    show(tally, options.show, not options.injected)
    print(f"\n{tally.summary()}\n{time.monotonic() - start:>7.0f}s  seeds {options.seed}..")
    return 1 if any(name.startswith("failure") for name in tally.counts) else 0


if __name__ == "__main__":
    sys.exit(main())

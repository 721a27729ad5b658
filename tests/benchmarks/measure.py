"""What the benchmarks share: the machine in a line, times of calls, tables."""

from __future__ import annotations

import math
import os
import platform
import statistics
import time
from collections.abc import Callable, Sequence


def machine() -> str:
    """What the numbers were measured on."""
    return f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores"


def seconds(work: Callable[[], object]) -> float:
    """How much of the processor's time one call takes."""
    start = time.process_time()
    work()
    return time.process_time() - start


def batch(work: Callable[[float, float], object], calls: int) -> float:
    """Seconds per call of a function of two numbers, over many calls at changing points."""
    points = [(3 + 0.001 * i, -4 + 0.001 * i) for i in range(100)]
    start = time.perf_counter()
    for _ in range(calls // 100):
        for x, y in points:
            work(x, y)
    return (time.perf_counter() - start) / (calls // 100 * 100)


def pairwise(one: Callable, other: Callable, rounds: int, calls: int) -> tuple[float, float, float]:
    """(least seconds per call of one, of the other, median of their ratios), in turns that swap places."""
    firsts, others, ratios = [], [], []
    for turn in range(rounds):
        if turn % 2:
            b, a = batch(other, calls), batch(one, calls)
        else:
            a, b = batch(one, calls), batch(other, calls)
        firsts.append(a), others.append(b), ratios.append(a / b)
    return min(firsts), min(others), statistics.median(ratios)


def slope(sizes: Sequence[int], times: Sequence[float]) -> float:
    """The exponent that leads from the first size to the last: 1 is linear, 2 quadratic."""
    return math.log(times[-1] / times[0]) / math.log(sizes[-1] / sizes[0])


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Cells as a Markdown table, numbers to the right."""
    lines = ["| " + " | ".join(head) + " |", "|---|" + "--:|" * (len(head) - 1)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])

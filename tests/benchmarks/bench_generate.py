"""How fast gradgen generates and proves: one expression, then programs of many stages; black is timed apart.

Times are of the processor, so that a busy machine shows little in them; whole runs are by the clock.

``python -m tests.benchmarks.bench_generate [SIZE ...]``; the slope is log-log between the first and the last size.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import contextmanager
from pathlib import Path

import gradgen
from gradgen.render import layout, module
from tests.benchmarks.measure import machine, seconds, slope, table

EXAMPLES = Path(__file__).resolve().parents[2] / "generated_examples"
EXPRESSION = """\
import math

def sigmoid(x):
    return 1.0 / (1 + math.exp(-x))

def f(x, y):
    return (x + sigmoid(y)) / (sigmoid(x) + (x + y) ** 2)
"""
STEPS = (  # what stage i does with the two values before it
    "v{i} = v{a} * x + v{b}",
    "v{i} = math.tanh(v{a})",
    "v{i} = v{a} * v{b}",
    "v{i} = v{a} / (2.0 + v{b}**2)",
    "v{i} = y - v{a}",
)


def program(stages: int) -> str:
    """A function of two numbers in so many statements."""
    lines = ["v0 = x + y", "v1 = x * y"]
    lines += [STEPS[i % 5].format(i=i, a=i - 1, b=i - 2) for i in range(2, stages)]
    body = "\n    ".join([*lines, f"return v{stages - 1}"])
    return f"import math\n\ndef f(x, y):\n    {body}\n"


@contextmanager
def black_timed():
    """A list that receives the seconds of each call of black."""
    spent: list[float] = []

    def timed(text: str) -> str:
        result = []
        spent.append(seconds(lambda: result.append(layout.layout(text))))
        return result[0]

    module.layout, plain = timed, module.layout
    try:
        yield spent
    finally:
        module.layout = plain


def generation(text: str, function: str = "f") -> tuple[float, float]:
    """(seconds without proof and without black, seconds of black)"""
    layout.layout.cache_clear()
    with black_timed() as spent:
        total = seconds(lambda: gradgen.generate(text, function, verify=False).text)
    return total - sum(spent), sum(spent)


def proof(text: str) -> tuple[float, str]:
    """(seconds of the check alone, its verdict)"""
    result = gradgen.generate(text, "f")
    result.draft("joint")
    return seconds(lambda: result.report), result.report.verdict


def one_expression(rounds: int = 30) -> str:
    """The medians for the notes' function as a one-liner, after a first run that imports everything."""
    generation(EXPRESSION)
    proof(EXPRESSION)
    bare, black = map(statistics.median, zip(*(generation(EXPRESSION) for _ in range(rounds)), strict=True))
    proved = statistics.median(proof(EXPRESSION)[0] for _ in range(5))
    row = ("the one-liner, 7 stages", *(f"{t * 1e3:.1f} ms" for t in (bare, black, proved)))
    return table(("one expression", "generated", "black", "proved"), [row])


def gpt_block(rounds: int = 15) -> str:
    """The medians for the largest example of array code, nine functions that call one another."""
    text = (EXAMPLES / "gpt.py").read_text(encoding="utf-8")
    bare, black = map(statistics.median, zip(*(generation(text, "gpt_loss") for _ in range(rounds)), strict=True))
    row = ("a GPT block and its loss, 9 functions", *(f"{t * 1e3:.1f} ms" for t in (bare, black)))
    return table(("array code", "generated", "black"), [row])


def many_stages(sizes: Sequence[int]) -> str:
    """A row per size, and the slopes."""
    rows, times = [], []
    for size in sizes:
        text = program(size)
        bare, black = generation(text)
        proved, verdict = proof(text)
        times.append((bare, black, proved))
        rows.append((f"{size:,}", *(f"{t:.2f} s" for t in times[-1]), verdict))
    if len(sizes) > 1:
        slopes = [slope(sizes, column) for column in zip(*times, strict=True)]
        rows.append(("slope", *(f"{s:.2f}" for s in slopes), ""))
    return table(("stages", "generated", "black", "proved", "verdict"), rows)


def starts(rounds: int = 7) -> str:
    """The least time of whole runs of the command, each in a process of its own."""
    example = str(EXAMPLES / "staged.py")
    rows = []
    for words in (["--version"], [example]):
        command = [sys.executable, "-m", "gradgen", *words]
        times = []
        for _ in range(rounds):
            start = time.perf_counter()
            subprocess.run(command, capture_output=True, check=True)
            times.append(time.perf_counter() - start)
        rows.append((f"gradgen {Path(words[0]).name}", f"{min(times) * 1e3:.0f} ms"))
    return table(("whole runs", "time"), rows)


def main(arguments: Sequence[str]) -> None:
    """Print the tables."""
    print(machine())
    print(starts(), end="\n\n", flush=True)
    print(one_expression(), end="\n\n", flush=True)
    print(gpt_block(), end="\n\n", flush=True)
    print(many_stages([int(a) for a in arguments] or [1_000, 10_000]))


if __name__ == "__main__":
    main(sys.argv[1:])

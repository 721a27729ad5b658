"""How fast the generated text is: against the notes' own text, and through the decorator.

``python -m tests.benchmarks.bench_result_speed``.  Functions are called directly, in turns within one run.
"""

from __future__ import annotations

import importlib.util

from tests.benchmarks.measure import machine, pairwise, table
from tests.examples import by_hand
from tests.examples.examples import EXAMPLES
from tests.support import execute

ROUNDS, CALLS = 61, 20_000


def generated(file: str):
    """The committed generated function of an example."""
    example = next(e for e in EXAMPLES if e.file == file)
    return execute(example.generated)[example.entry]


def decorated():
    """`f.value_and_grad` of the notes' function under the decorator; None where there is no decorator."""
    if importlib.util.find_spec("gradgen.api.decorator") is None:
        return None
    from gradgen import gradgen
    from tests.benchmarks import staged

    f = gradgen(staged.f)
    f.value_and_grad(3.0, -4.0)  # the proof runs once, here
    return f.value_and_grad


def main() -> None:
    """Print the table."""
    staged = generated("staged")
    rows = [
        ("staged, against the notes' text", staged, by_hand.staged),
        ("one_liner, against the notes' text", generated("one_liner"), by_hand.staged),
        ("the notes' text, against itself (noise)", by_hand.staged, execute(notes())["staged"]),
    ]
    if through := decorated():
        rows.append(("f.value_and_grad of the decorator, against staged", through, staged))
    cells = []
    for what, one, other in rows:
        a, b, ratio = pairwise(one, other, ROUNDS, CALLS)
        cells.append((what, f"{a * 1e9:.0f} ns", f"{b * 1e9:.0f} ns", f"{ratio:.3f}"))
    print(machine())
    print(table(("called directly, per call", "this", "that", "ratio (median)"), cells))


def notes() -> str:
    """The text of the hand-written versions."""
    from tests.examples.length import BY_HAND

    return BY_HAND


if __name__ == "__main__":
    main()

"""How long a backward pass is: its assignments, counted in the generated text and in the hand-written one.

``python -m tests.examples.length`` prints the table that generated_examples/README.md holds.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

from tests.examples import by_hand
from tests.examples.examples import EXAMPLES, Example

BY_HAND = Path(by_hand.__file__).read_text(encoding="utf-8")
BEGINS = re.compile(r"\s*#.*\bback(prop|ward)\b")  # the comment that opens a backward pass


def backward_length(text: str, function: str) -> int:
    """The number of assignments from the first comment that announces the backward pass to the function's end."""
    node = next(n for n in ast.parse(text).body if getattr(n, "name", "") == function)
    lines = text.splitlines()
    start = next(n for n in range(node.lineno, node.end_lineno + 1) if BEGINS.match(lines[n - 1]))
    kinds = (ast.Assign, ast.AugAssign, ast.AnnAssign)
    return sum(isinstance(n, kinds) and n.lineno > start for n in ast.walk(node))


def lengths(example: Example) -> tuple[int, int]:
    """(generated, by hand)"""
    hand = "staged" if example.by_hand == "one_liner" else example.by_hand
    return backward_length(example.generated, example.entry), backward_length(BY_HAND, hand)


def table() -> str:
    """The comparison as a Markdown table."""
    rows = ["| example | generated | by hand | the hand-written version |", "|---|--:|--:|---|"]
    for e in EXAMPLES:
        generated, hand = lengths(e)
        origin = (
            "the notes' code" if e.by_hand in by_hand.PUBLISHED else "written out for this table"
        )
        rows.append(f"| {e.file}.py `{e.function}` | {generated} | {hand} | {origin} |")
    total = [sum(column) for column in zip(*map(lengths, EXAMPLES))]
    return "\n".join([*rows, f"| together | {total[0]} | {total[1]} | |"])


if __name__ == "__main__":
    print(table())

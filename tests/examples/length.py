"""How long a backward pass is: its statements, counted in the generated text and in the hand-written one.

``python -m tests.examples.length`` prints the tables that generated_examples/README.md holds.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

from tests.arrays.hands import hand_length
from tests.arrays.length import backward_length as statements
from tests.arrays.length import joint_length
from tests.benchmarks import by_hand_arrays
from tests.examples import by_hand
from tests.examples.arrays import ARRAY_EXAMPLES, ArrayExample
from tests.examples.examples import EXAMPLES, FOLDER, Example

BY_HAND = Path(by_hand.__file__).read_text(encoding="utf-8")
FIRSTS = tuple({e.id: e for e in reversed(ARRAY_EXAMPLES) if e.hand}.values())[::-1]  # each once
HAND_ARRAYS = Path(by_hand_arrays.__file__).read_text(encoding="utf-8")
BENCHED = tuple(
    e for e in ARRAY_EXAMPLES if e.file in ("gpt", "gaussian_mixture", "reprojection")
)  # by bench_arrays' hand
REASONS: dict[str, str] = {  # functions more than one statement longer than by hand -> why
    "three_layer_net.three_layer_net": "it keeps the author's layers, each with its backward function, which are counted along with the six calls; the version by hand has all in one place",
    "softmax_with_loss.softmax_with_loss": "its two helpers are pairs of functions, called one after the other (2), and keep both of their branches, for one example and for a batch (4 and 5): no gate reaches across their calls; the version by hand is for a batch with one-hot labels",
    "convolution.conv_naive": "the sum and the bias of a window are two lines of the forward pass, and the two bounds of a window are worked out for each; the published version has more",
    "recurrent.rnn": "the step is a function of its own, as its author wrote it, whose five gradients are added up by five lines; the published version does the same",
    "naive_losses.svm_loss_naive": "the margins that decide are worked out once more; the published version has its gradient's lines in the loops of the forward pass, where they are at hand",
    "norms.spatial_batchnorm_forward": "batch norm is a function of its own, as its author wrote it, whose last factor is multiplied in place; the published version has more",
    "norms.layernorm_forward": "batch norm is a function of its own, as its author wrote it; the version by hand has all in one place",
    "gpt.gpt_loss": "its block calls functions of the author's own, each with its backward function, which are counted along with the calls",
    "reprojection.reprojection_error": "the author's four functions have a backward function each, one line for each step; the version by hand has all in one place and several steps in a line",
}
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
        origin = "the notes' code" if e.by_hand in by_hand.PUBLISHED else "written out for this table"
        rows.append(f"| {e.file}.py `{e.function}` | {generated} | {hand} | {origin} |")
    total = [sum(column) for column in zip(*map(lengths, EXAMPLES))]
    return "\n".join([*rows, f"| together | {total[0]} | {total[1]} | |"])


def called(text: str, function: str, ending: str = "_backward") -> list[str]:
    """The backward functions that a function calls, directly or not."""
    nodes = {n.name: n for n in ast.parse(text).body if isinstance(n, ast.FunctionDef)}
    found: list[str] = []
    new = [nodes[function]]
    while new:
        inside = [n.id for n in ast.walk(new.pop()) if isinstance(n, ast.Name)]
        names = [n for n in dict.fromkeys(inside) if n in nodes and n.endswith(ending) and n not in found]
        found += names
        new += [nodes[n] for n in names]
    return found


def array_lengths(example: ArrayExample) -> tuple[int, int]:
    """(generated, by hand); helpers that the example calls have backward functions of their own, each counted once."""
    text, last = example.generated, example.entries[-1]
    own = (joint_length if example.style == "joint" else statements)(text, last).work
    others = {f for e in FIRSTS if e.file == example.file for f in e.entries if f != last}
    helpers = [h for h in called(text, last) if h not in others]
    return own + sum(statements(text, h).work for h in helpers), written_length(example)


def written_length(example: ArrayExample) -> int:
    """The statements of the backward pass by hand, those of its helpers once."""
    if example not in BENCHED:
        return hand_length(example.written).work
    helpers = called(HAND_ARRAYS, example.name, "_back")
    return joint_length(HAND_ARRAYS, example.name).work + sum(statements(HAND_ARRAYS, h).work for h in helpers)


def array_table() -> str:
    """The comparison of the array examples as a Markdown table."""
    rows = ["| example | generated | by hand | published | the published version |", "|---|--:|--:|--:|---|"]
    for e in (*FIRSTS, *BENCHED):
        generated, hand = array_lengths(e)
        published = "" if e in BENCHED or e.written.published is None else e.written.published
        source = "" if e in BENCHED else e.written.source
        rows.append(f"| {e.file}.py `{e.name}` | {generated} | {hand} | {published} | {source} |")
    total = [sum(column) for column in zip(*map(array_lengths, (*FIRSTS, *BENCHED)))]
    why = [f"- `{name.partition('.')[2]}`: {reason}" for name, reason in REASONS.items()]
    return "\n".join([*rows, f"| together | {total[0]} | {total[1]} | | |", *(["", *why] if why else [])])


TABLES = {"lengths": table, "lengths of arrays": array_table}


def write_tables() -> None:
    """Put both tables into generated_examples/README.md, between their marks."""
    path = FOLDER / "README.md"
    text = path.read_text(encoding="utf-8")
    for name, make in TABLES.items():
        mark = re.escape(f"<!-- {name} -->")
        text = re.sub(f"({mark}\n).*?(\n{mark})", lambda m: m[1] + make() + m[2], text, flags=re.DOTALL)
    path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    print(table(), array_table(), sep="\n\n")

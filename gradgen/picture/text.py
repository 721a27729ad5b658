"""The lesson as plain text, for the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap

from gradgen.picture.checker import Check, cost
from gradgen.picture.lesson import Back, Card, Lesson
from gradgen.picture.lines import emitted_lines, kept
from gradgen.rules.gates import GATES
from gradgen.rules.rule import Rule
from gradgen.picture.scaling import Scaled
from gradgen.picture.wording import brief, case_text, is_array, is_number, shown, six

WIDTH = 108
LABELS = 10


def explained(lesson: Lesson, point: str, verdict: str, told: bool, checked: Check | None, rows: list[Scaled]) -> str:
    """The whole lesson: the run, if ``told`` with its values as the notes comment it, then a card for each gate, forward order."""
    lines = [f"{lesson.result.name} at {point}", verdict, ""]
    lines += ["forward", *forward(lesson, told), "", "backward", *backward(lesson, told), ""]
    for before, c in zip([None, *lesson.cards], lesson.cards):
        if c.inside and (before is None or before.inside != c.inside):
            lines += [c.inside, "-" * len(c.inside)]
        lines += [*card(c), ""]
    if found := kept(lesson.result, emitted_lines(lesson.result, lesson.result.text)):
        lines += [
            "kept from the forward pass: " + ", ".join(f"{n} (for {', '.join(map(str, s))})" for n, s in found),
            "",
        ]
    return "\n".join([*lines, *(differences(checked) if checked else []), *scales(rows)]).rstrip() + "\n"


def forward(lesson: Lesson, told: bool) -> list[str]:
    """``q = x + y  # q becomes 3``; if not ``told``, ``q = x + y  # (1)``"""
    return aligned([(c.line, becomes(c) if told else f"# ({c.stage})" if c.stage else "") for c in lesson.cards])


def becomes(c: Card) -> str:
    """``# q becomes 3``"""
    return f"# {shown(c.node.outputs[0][0])} becomes {brief(c.value)}" if c.node.outputs else ""


def backward(lesson: Lesson, told: bool) -> list[str]:
    """``dx = dq  # gradient on x becomes -4``; if not ``told``, ``dx = dq  # (1)``"""
    return aligned([(b.line, gets(b) if told else f"# ({c.stage})") for c in reversed(lesson.own) for b in c.backs])


def gets(b: Back) -> str:
    """``# gradient on x becomes -4``"""
    if not is_number(b.result) and not is_array(b.result):
        return ""
    return f"# gradient on {shown(b.name)} {'gains' if b.added else 'becomes'} {brief(b.result)}"


def aligned(rows: list[tuple[str, str]]) -> list[str]:
    """Two columns, indented."""
    width = min(60, max((len(left) for left, _ in rows), default=0))
    return [f"    {left.ljust(width)}  {right}".rstrip() for left, right in rows]


def card(c: Card) -> list[str]:
    """One gate: its numbers, its pattern, what it hands back, its rule."""
    head = f"({c.stage}) {c.line}" if c.stage else c.line
    return [head, *(line for label, text in _parts(c) for line in _labelled(label, text))]


def _parts(c: Card) -> Iterator[tuple[str, str]]:
    if c.numbers:
        yield "forward", c.numbers
    if c.pattern:
        yield "gate", (f"{c.gate}: it {c.pattern}" if c.gate else c.pattern) + (f"; {c.effect}" if c.effect else "")
    for effect in c.tried:
        yield "tried", effect
    for b in c.backs:
        yield "backward", b.line + (f": {b.told}" if b.told else "")
        if b.entry:
            yield "", b.entry
        if b.case:
            yield "", case_text(b.case)
    if c.passed:
        yield "backward", c.passed
    if c.rule:
        yield "rule", ruled(c.rule)
    if c.why:
        yield "why", c.why
    if c.whole:
        yield "as one", f"with those before it, it is one gate: {ruled(c.whole)}"
        yield "why", c.whole.why
    for other in c.within:
        yield "in it", f"{other.form}: {other.gate}, it {GATES[other.gate]}"
    for what, by in c.cached:
        yield "kept", f"{what}, because `{by}` reads it"


def ruled(row: Rule) -> str:
    """A rule in one line."""
    texts = row.adjoint_texts | (row.array_texts if row.shape else {})
    adjoints = "".join(f", {name} = {text}" for name, text in texts.items())
    return row.form.replace("gate.", "") + adjoints + (f", where {row.domain}" if row.domain else "")


def _labelled(label: str, text: str) -> list[str]:
    lines = wrap(text, WIDTH - LABELS - 4)
    return [f"    {(label if i == 0 else '').ljust(LABELS)}{line}" for i, line in enumerate(lines)]


def differences(checked: Check) -> list[str]:
    """The gradient checker's lesson in a few lines."""
    lines = [f"the gradient on {checked.name} is {six(checked.gradient)}; by differences"]
    for r in checked.rows[::2]:
        forward = f"forward {six(r.forward):>12} (error {r.forward_error:.0e})"
        central = f"central {six(r.central):>12} (error {r.central_error:.0e})"
        lines.append(f"    h = {r.h:.0e}  {forward}  {central}")
    return [*lines, f"    {cost(checked)}"]


def scales(rows: list[Scaled]) -> list[str]:
    """What becomes of the gradients with one input a thousand times as large, a line for each input."""
    head = ["", "the size of each gradient with one input a thousand times as large:"] if rows else []
    return head + [f"    {r.name}: " + (r.fails or ", ".join(f"{g.name} {g.factor}" for g in r.gains)) for r in rows]

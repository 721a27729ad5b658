"""``gradgen explain``: what a message code means; or a file's gradient, as a page or as text."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence

from gradgen import output
from gradgen.cli import draw, reference, subject
from gradgen.cli.options import wrong
from gradgen.cli.terminal import Terminal
from gradgen.errors import Diagnostic, Refuted
from gradgen.source import printable

DESCRIPTION = """\
Explain one function's gradient: each stage forward and backward with its numbers, the pattern of its gate, its rule with the
proof, what is cached and why, and the gradient by differences. With -o OUT.html a page in which forward lines, backward
lines and gates light up together, with a slider through the run and a mode in which you write the backward pass yourself;
without -o as text. Without --at a point is drawn; with it each line of that text has its value behind it. Given a code,
GG104, say what that message means."""
EXAMPLE = 'for example: gradgen explain staged.py --at "x=3, y=-4" -o staged.html; gradgen explain staged.py --stage 7'


def run(arguments: Sequence[str], terminal: Terminal) -> int:
    """Explain a code, print the lesson, or write the page."""
    words = [a for a in arguments if not a.startswith("-")]
    if len(arguments) == 1 and words and is_code(words[0]):
        return reference.explain(words[0], terminal)
    parser = subject.parser("explain", DESCRIPTION, EXAMPLE)
    parser.add_argument("-o", "--output", metavar="OUT.html", help="write the page to this file")
    parser.add_argument("--stage", metavar="N", help="only the gates of this stage, as text")
    request, own = subject.asked(parser, arguments, ("stage",))
    stage = own.get("stage")
    if stage is not None and (not str(stage).isdigit() or request.out):
        raise wrong(
            "--stage takes the number of a stage and prints text; it goes without -o",
            "gradgen explain staged.py --stage 7",
        )
    result, source = subject.subject(request)
    at = subject.values_at(request, result, source)
    with terminal.progress(f"gradgen explain {printable(request.name)}"):
        result, at, made = subject.point_of(result, at, even=False)
        if result.report.verdict == "REFUTED":  # nobody learns from a wrong gradient
            raise Refuted(Diagnostic("GG301", f"the gradient of `{result.name}` is {result.report.summary}"))
        if request.out:
            from gradgen.picture.page import page

            text = page(result, at, made, draw.header(request))
        else:
            text = as_text(result, at, made, None if stage is None else int(stage), told="at" in request.settings)
    if not request.out:
        terminal.print(text)
        return 0
    changed = output.write(request.out, text, request.inputs, request.force)
    terminal.say(f"{printable(request.out)}: {'written' if changed else 'unchanged'}")
    return 0


def is_code(word: str) -> bool:
    """Whether a word asks for a message code and not for a file."""
    return word != "-" and not os.path.lexists(word) and not re.search(r"[./\\]", word)


def as_text(result, at: dict[str, object], made, stage: int | None, told: bool) -> str:
    """The lesson, or the cards of one stage; if ``told``, with the values as comments behind the lines."""
    from gradgen.picture.checker import check
    from gradgen.picture.lesson import lesson
    from gradgen.picture.page import point
    from gradgen.picture.scaling import scaled
    from gradgen.picture.trace import first_bad
    from gradgen.picture.text import card, explained

    lessons = lesson(result, made)
    if stage is not None:
        cards = [c for c in lessons.cards if c.node.key == str(stage)]
        if not cards:
            known = sorted({c.stage for c in lessons.cards if c.node.key == str(c.stage)})
            raise wrong(f"--stage: `{result.name}` has no stage {stage}", f"there are {', '.join(map(str, known))}")
        return "\n\n".join("\n".join(card(c)) for c in cards) + "\n"
    bad = first_bad(made, result)
    verdict = str(result.report).partition("\n")[0] + (f"\n{bad}" if bad else "")
    return explained(lessons, point(result, made), verdict, told, check(result, made, at), scaled(result, made, at))

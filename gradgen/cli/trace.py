"""``gradgen trace FILE -f NAME --at ...``: the whole run as a table, and where a number stops being finite."""

from __future__ import annotations

from collections.abc import Sequence

from gradgen.cli import subject
from gradgen.cli.options import wrong
from gradgen.cli.terminal import Terminal
from gradgen.source import printable

DESCRIPTION = """\
Run one function forward and backward at a point, by gradgen's own interpreter: the file is never executed. Prints every
stage with its value and the gradient on it, and names the first stage whose value or gradient is not finite, with the
numbers that made it."""
EXITS = (
    "exit codes: 0 all finite; 1 a value or a gradient is not finite, or a stage raises; 2 usage; 3 not differentiable."
)


def run(arguments: Sequence[str], terminal: Terminal) -> int:
    """Print the table; 1 where something is not finite."""
    request, _ = subject.asked(subject.parser("trace", DESCRIPTION, EXITS), arguments, ())
    result, source = subject.subject(request)
    at = subject.values_at(request, result, source)
    if at is None:
        raise wrong("trace needs a point: --at gives every parameter a value", 'for example --at "x=3, y=-4"')
    with terminal.progress(f"gradgen trace {printable(request.name)}"):
        from gradgen.picture import point, trace

        result, made = point.ran(result, at)
        bad = trace.first_bad(made, result)
        text = trace.table(result, made)
    terminal.print(text + "\n")
    terminal.flush()
    if bad is not None:
        terminal.say(str(bad))
    return int(bad is not None)

"""``gradgen draw FILE``: the circuit of one function, with the values and gradients of a point where one is given."""

from __future__ import annotations

import os
import shlex
from collections.abc import Sequence

from gradgen import output
from gradgen.cli import subject
from gradgen.cli.options import wrong
from gradgen.cli.request import Request
from gradgen.cli.terminal import Terminal
from gradgen.config import meant
from gradgen.source import printable

FORMATS = ("svg", "dot", "mermaid")
DESCRIPTION = """\
Draw one function as the course notes draw a circuit: gates as circles, the value of a wire in green above it, the gradient
on it in red below. Without --at wires carry names and shapes. A loop or a call of another function is a box; its inside is
drawn below. --stages all takes every expression apart. The file is read, never executed."""
EXAMPLE = 'for example: gradgen draw neuron.py --stages all --at "w=[2, -3, -3], x=[-1, -2]" -o neuron.svg'


def run(arguments: Sequence[str], terminal: Terminal) -> int:
    """Print the drawing or write it, the same bytes either way."""
    parser = subject.parser("draw", DESCRIPTION, EXAMPLE)
    parser.add_argument("-o", "--output", metavar="OUT", help="write to this file")
    parser.add_argument("--format", dest="kind", metavar="|".join(FORMATS), help="svg, or text for Graphviz or Mermaid")
    request, own = subject.asked(parser, arguments, ("kind",))
    kind = own.get("kind") or kind_of(request.out)
    if kind not in FORMATS:
        raise wrong(f"--format: {kind!r} is none of {', '.join(FORMATS)}{meant(str(kind), FORMATS)}")
    result, source = subject.subject(request)
    at = subject.values_at(request, result, source)
    with terminal.progress(f"gradgen draw {printable(request.name)}"):
        text = drawing(result, at, kind, header(request))
    if request.out is None:
        terminal.print(text)
    else:
        changed = output.write(request.out, text, request.inputs, request.force)
        terminal.say(f"{printable(request.out)}: {'written' if changed else 'unchanged'}")
    return 0


def kind_of(out: str | None) -> str:
    """The format that a file's name asks for.  Raises GG004 for one that is not written here."""
    ending = os.path.splitext(out or "")[1].lower()
    if ending in (".png", ".jpg", ".jpeg", ".gif", ".pdf", ".eps"):
        raise wrong(
            f"-o: no {ending[1:]} is written, but {', '.join(FORMATS)}",
            "a browser prints an SVG file as PDF or takes a picture of it",
        )
    return {".dot": "dot", ".gv": "dot", ".mmd": "mermaid", ".mermaid": "mermaid"}.get(ending, "svg")


def drawing(result, at: dict[str, object] | None, kind: str, said: str) -> str:
    """The circuit's text in a format."""
    from gradgen.picture.circuit import circuit
    from gradgen.picture.dot import dot
    from gradgen.picture.mermaid import mermaid
    from gradgen.picture.svg import draw

    result, _, run = (result, at, None) if at is None else subject.point_of(result, at)
    made = circuit(result, run)
    if kind == "svg":
        return draw(made, header=said)
    return {"dot": dot, "mermaid": mermaid}[kind](made, said)


def header(request: Request, verb: str = "draw") -> str:
    """What the first line says of where the drawing comes from; the same for a file and standard output."""
    name = os.path.basename(subject.name_of(request))
    at = ["--at", str(request.settings["at"])] if "at" in request.settings else []
    command = printable(shlex.join(["gradgen", verb, name, *request.stated, *at]))
    return f" from {name}; do not edit, run: {command}"

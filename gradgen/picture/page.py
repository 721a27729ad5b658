"""The explained page: one HTML file with everything in it."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from html import escape
from itertools import groupby

from gradgen.checks.small import Case
from gradgen.ir.nodes import Expr
from gradgen.ir.read import read
from gradgen.picture import mathml
from gradgen.picture.checker import NUDGES, Check, Nudge, check, cost
from gradgen.picture.circuit import opened
from gradgen.picture.lesson import Card, Known, Lesson, lesson
from gradgen.picture.lines import Line, emitted_lines, kept, source_lines
from gradgen.picture.plot import plot
from gradgen.picture.point import best, is_thin, points, running, telling
from gradgen.picture.steps import appears, steps
from gradgen.picture.svg import draw
from gradgen.picture.template import fill, template_text
from gradgen.picture.text import ruled
from gradgen.picture.trace import arguments, first_bad
from gradgen.picture.turn import Blank, blanks, modules, sent
from gradgen.picture.record import Run
from gradgen.picture.scaling import scaled
from gradgen.picture.wording import brief, case_parts, is_array, line, shown, six
from gradgen.pipeline import Result
from gradgen.rules.gates import GATES
from gradgen.version import __version__

BRANCH = re.compile(r"(el)?if .*:$")
POINTS = (4, 2)  # at which an answer is tried, the page's own first: of numbers, of arrays
ROOM = 16  # trips of a nest of loops that can be looked into
SCRIPTS = ("page.js", "arrays.js", "functions.js", "formula.js", "turn.js")


def page(result: Result, values: Mapping[str, object], made: Run, header: str = "") -> str:
    """The page of a result at a point where it was run."""
    told = lesson(result, made, ROOM)
    run_steps = steps(told)
    lines = emitted_lines(result, result.text)
    fields, histories, calls = blanks(result, lines, [values, *others(result, values)])
    checked = check(result, made, values)
    data = {"steps": [asdict(s) for s in run_steps], **sent(fields, histories, calls), "modules": modules(lines)}
    return fill(
        "page.html.jinja",
        name=result.name,
        verdict=result.report.summary,
        bad=first_bad(made, result),
        point=point(result, made),
        outcome=outcome(told),
        steps=run_steps,
        loops=loops(told),
        circuit=draw(told.circuit, steps=appears(run_steps), live=True),
        codes=codes(result, lines, fields),
        cards=told.cards,
        proofs=proofs,
        ruled=ruled,
        case_html=case_html,
        gates=GATES,
        kept=kept(result, lines),
        check=checked,
        plot=plot(checked) if checked else "",
        nudges=by_number(checked) if checked else [],
        scaled=scaled(result, made, values),
        several=is_several(made),
        widths=NUDGES,
        cost=cost(checked) if checked else "",
        six=six,
        css=template_text("page.css"),
        js="\n".join(map(template_text, SCRIPTS)),
        data=script_json(data),
        version=__version__,
        header=header.replace("--", "- -") if "-->" in header else header,
    )


def loops(told: Lesson) -> list[tuple[int, str, list[int]]]:
    """The loops whose trips can be chosen: number, line, the numbers of the trips, outermost loops first."""
    found: dict[int, tuple[str, set[int]]] = {}
    for place in opened(told.circuit):
        for node in place.circuit.nodes:
            if len(node.trips) > 1:
                found.setdefault(node.loop, (line(node.stmt), set()))[1].update(node.trips)
    return [(loop, text, sorted(numbers)) for loop, (text, numbers) in found.items()]


def by_number(checked: Check) -> list[tuple[str, list[Nudge]]]:
    """The nudges of each number, one for each width."""
    return [(name, list(group)) for name, group in groupby(checked.nudges, key=lambda n: n.name)]


def is_several(made: Run) -> bool:
    """Whether the result, or what it is differentiated by, is more than numbers."""
    return len(made.outputs) > 1 or any(map(is_array, [*made.outputs, *made.gradients().values()]))


def script_json(data: object) -> str:
    """Data for a script element, which nothing in it can end; numbers that JSON does not know are None."""

    def plain(value):
        if isinstance(value, Mapping):
            return {k: plain(v) for k, v in value.items()}
        if isinstance(value, (list, tuple)):
            return [plain(v) for v in value]
        return None if isinstance(value, float) and not math.isfinite(value) else value

    return json.dumps(plain(data), ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def others(result: Result, values: Mapping[str, object]) -> list[dict[str, object]]:
    """More points, so that no wrong answer is right by chance."""
    opaque = {p.name: values[p.name] for p in result.function.params if p.opaque}
    found = ({**at, **opaque} for at in points(result) if repr(at) != repr(values) and not is_thin(at))
    return [at for at, made in best(running(result, found), POINTS[bool(result.function.arrays)] - 1) if telling(made)]


def point(result: Result, made: Run) -> str:
    """The arguments in words, of a list or dict its entries that are read; and the way through branches outside of loops."""
    given = ", ".join(f"{shown(n)} {shortly(made.env[n])}" for n in arguments(made.function) if n in made.env)
    holds: dict[int, bool] = {}
    for (_, at, trips), held in made.tests.items():
        if not trips:  # of several on a line, as early returns make them, the author's own comes first
            holds.setdefault(at, held)
    lines = ((result.source.lines[at - 1].strip(), held) for at, held in holds.items())
    arms = [f"{text} {'yes' if held else 'no'}" for text, held in lines if BRANCH.match(text)]
    return given + (f" ({', '.join(arms)})" if arms else "")


def outcome(told: Lesson) -> tuple[str, str]:
    """The value, and the gradients, in words."""
    names = [shown(n) for n in told.circuit.results] or ["the result"]
    values = ", ".join(f"{n} {shortly(v)}" for n, v in zip(names, told.run.outputs))
    grads = ", ".join(f"{shown('~' + n)} {shortly(g)}" for n, g in told.run.gradients().items())
    whole = len(told.run.outputs) > 1 or any(map(is_array, told.run.outputs))
    return values, grads + (f" (of the sum of all {', '.join(names)} times dout)" if whole else "")


def shortly(value: object) -> str:
    """``= 3`` for a number, the shape of an array."""
    return str(value.shape) if is_array(value) else f"= {brief(value)}"


def codes(result: Result, lines: Sequence[Line], fields: Sequence[Blank]) -> list[tuple[str, list[dict]]]:
    """The three columns: the source, the forward, the backward, with the blanks in it."""
    source = source_lines(result)
    if result.layer:  # its methods, without their indentation
        lines, source = (
            [replace(line, text=line.text.removeprefix(" " * 4)) for line in part] for part in (lines, source)
        )
    first = {b.number: (i, b) for i, b in enumerate(fields)}
    more = {n for b in fields for n in range(b.number + 1, b.last + 1)}

    def row(line: Line) -> dict:
        number, b = first.get(line.number, (None, None))
        before = "" if b is None else line.text[: len(line.text) - len(line.text.lstrip())] + f"{b.target} {b.op} "
        return {
            "text": line.text,
            "stages": line.stages,
            "blank": number,
            "before": before,
            "more": line.number in more,
        }

    def column(*parts: str) -> list[dict]:
        return [row(line) for line in trimmed([line for line in lines if line.part in parts])]

    made = [
        ("Your function", [row(replace(line, number=0)) for line in source]),
        ("Forward", column("head", "forward")),
        ("Backward", column("backward")),
    ]
    helpers = column("helper head", "helper forward", "helper backward")
    return [*made, *([("Functions that it calls", helpers)] if any("def " in h["text"] for h in helpers) else [])]


def trimmed(lines: list[Line]) -> list[Line]:
    """Without blank lines at either end."""
    while lines and not lines[0].text.strip():
        lines = lines[1:]
    while lines and not lines[-1].text.strip():
        lines = lines[:-1]
    return lines


# -- mathematics -----------------------------------------------------------------------------------------------------------


def proofs(card: Card) -> list[str]:
    """The rule of a gate as mathematics: what SymPy makes of the value, and that the rule says the same."""
    return [text for known in card.slopes if (text := proof(card, known))]


def proof(card: Card, known: Known) -> str:
    row = card.rule
    if known.slope is None or known.local is None:
        return ""
    value = mathml.math(mathml.mi(row.out), mathml.mo("="), mathml.of(_value(card)))
    slope = mathml.math(mathml.partial(row.out, known.hole), mathml.mo("="), mathml.of(known.slope))
    if not known.same:
        return ""
    if known.slope == known.local or mathml.of(known.slope) == mathml.of(known.local):
        return f"Proof: from {value} SymPy finds {slope}, which is the rule."
    less = (mathml.mo("−"), mathml.mo("("), mathml.of(known.local), mathml.mo(")"), mathml.mo("="), "<mn>0</mn>")
    rest, rule = mathml.math(mathml.of(known.slope), *less), mathml.math(mathml.of(known.local))
    return f"Proof: from {value} SymPy finds {slope}; the rule says {rule}, and {rest} for every {known.hole}."


def case_html(case: Case) -> str:
    """A small case, its formulas as mathematics."""

    def formula(part: Expr | tuple[Expr, Expr]) -> str:
        sides = part if isinstance(part, tuple) else (part,)
        return mathml.math(mathml.mo("=").join(map(mathml.of, sides)))

    return "".join(escape(part) if isinstance(part, str) else formula(part) for part in case_parts(case))


def _value(card: Card) -> Expr:
    """The rule's own form of the value."""
    return read(card.rule.form.partition("=")[2])

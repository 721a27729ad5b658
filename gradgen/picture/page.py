"""The explained page: one HTML file with everything in it."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence

from gradgen.ir.nodes import Expr
from gradgen.ir.read import read
from gradgen.picture import mathml
from gradgen.picture.checker import Check, check
from gradgen.picture.lesson import Card, Known, Lesson, appears, lesson, steps
from gradgen.picture.lines import Blank, Line, blanks, emitted_lines, kept, source_lines
from gradgen.picture.point import drawn
from gradgen.picture.svg import draw
from gradgen.picture.template import fill, template_text
from gradgen.picture.trace import first_bad
from gradgen.picture.values import Run, run
from gradgen.picture.wording import brief, is_array, shown, six
from gradgen.pipeline import Result
from gradgen.version import __version__

POINTS = 4  # at which an answer is tried, the page's own first


def page(result: Result, values: Mapping[str, object], made: Run, header: str = "") -> str:
    """The page of a result at a point where it was run."""
    told = lesson(result, made)
    run_steps = steps(told)
    text = result.text
    lines = emitted_lines(result, text)
    fields, points = blanks(result, lines, [values, *others(result, values)])
    checked = check(result, made, values)
    cards = [{**{f: getattr(c, f) for f in c.__dataclass_fields__}, "proofs": proofs(c)} for c in told.cards]
    data = {
        "steps": [{"kind": s.kind, "node": s.node, "stage": s.stage, "text": s.text} for s in run_steps],
        "blanks": [{"answer": b.answer, "wants": b.wants, "over": b.over} for b in fields],
        "points": points,
    }
    return fill(
        "page.html.jinja", version=__version__, header=header.replace("--", "- -") if "-->" in header else header, name=result.name, css=template_text("page.css"),
        js=template_text("page.js"), data=script_json(data), point=", ".join(f"{k} {shortly(v)}" for k, v in flat_point(made)),
        outcome=outcome(told), verdict=result.report.summary, steps=run_steps, circuit=draw(told.circuit, steps=appears(run_steps), live=True),
        codes=codes(result, lines, fields), evaluated=bool(fields) and all(b.wants for b in fields), cards=cards, kept=kept(lines), check=checked, several=len(made.outputs) > 1 or any(map(is_array, [*made.outputs, *made.gradients().values()])),
        plot=plot(checked) if checked else "", six=six,
    )  # fmt: skip


def script_json(data: object) -> str:
    """Data for a script element, which nothing in it can end; numbers that JSON does not know are None."""

    def plain(value):
        if isinstance(value, Mapping):
            return {k: plain(v) for k, v in value.items()}
        if isinstance(value, (list, tuple)):
            return [plain(v) for v in value]
        return None if isinstance(value, float) and not math.isfinite(value) else value

    return json.dumps(plain(data), ensure_ascii=False).replace("<", "\\u003c")


def others(result: Result, values: Mapping[str, object]) -> list[dict[str, object]]:
    """More points, of numbers, so that no wrong answer is right by chance."""
    found: list[dict[str, object]] = []
    for attempt in range(0 if result.function.arrays else 3 * POINTS):
        if len(found) == POINTS - 1:
            break
        try:
            point = drawn(result, attempt)
        except Exception:  # no shapes fit
            continue
        if first_bad(run(result, point)) is None:
            found.append({**point, **{p.name: values[p.name] for p in result.function.params if p.opaque}})
    return found


def flat_point(made: Run) -> list[tuple[str, object]]:
    """The arguments by name; of a list or dict its entries that are read."""
    names = [n for p in made.function.params for n in [n for n, _ in p.slots] or [p.name]]
    return [(shown(n), made.env[n]) for n in names if n in made.env]


def outcome(told: Lesson) -> tuple[str, str]:
    """The value, and the gradients, in words."""
    names = [shown(n) for n in told.circuit.results] or ["the result"]
    values = ", ".join(f"{n} {shortly(v)}" for n, v in zip(names, told.run.outputs))
    grads = ", ".join(f"{shown('~' + n)} {shortly(g)}" for n, g in told.run.gradients().items())
    whole = len(told.run.outputs) > 1 or any(map(is_array, told.run.outputs))
    return values, grads + (" (the gradients of the sum of all results)" if whole else "")


def shortly(value: object) -> str:
    """``= 3`` for a number, the shape of an array."""
    return str(value.shape) if is_array(value) else f"= {brief(value)}"


def codes(result: Result, lines: Sequence[Line], fields: Sequence[Blank]) -> list[tuple[str, list[dict]]]:
    """The three columns: the source, the forward, the backward, with the blanks in it."""
    numbers = {b.number: i for i, b in enumerate(fields)}

    def row(line: Line) -> dict:
        blank = numbers.get(line.number) if line.part == "backward" else None
        b = fields[blank] if blank is not None else None
        before = "" if b is None else line.text[: len(line.text) - len(line.text.lstrip())] + f"{b.target} {b.op} "
        return {"text": line.text, "stages": line.stages, "blank": blank, "before": before}

    def column(*parts: str) -> list[dict]:
        return [row(line) for line in trimmed([line for line in lines if line.part in parts])]

    made = [
        ("Your function", [row(line) for line in source_lines(result)]),
        ("Forward", column("head", "forward")),
        ("Backward", column("backward")),
    ]
    helpers = column("helper")
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
    rest = mathml.math(
        mathml.of(known.slope),
        mathml.mo("−"),
        mathml.mo("("),
        mathml.of(known.local),
        mathml.mo(")"),
        mathml.mo("="),
        "<mn>0</mn>",
    )
    return f"Proof: from {value} SymPy finds {slope}; the rule says {mathml.math(mathml.of(known.local))}, and {rest} for every {known.hole}."


def _value(card: Card) -> Expr:
    """The rule's own form of the value."""
    return read(card.rule.form.partition("=")[2])


# -- the plot --------------------------------------------------------------------------------------------------------------

WIDTH, HEIGHT, LEFT, BOTTOM = 460.0, 220.0, 52.0, 34.0


def plot(checked: Check) -> str:
    """The relative errors against h, both on logarithmic axes: circles for forward differences, squares for central ones."""
    floor = 1e-17
    tops = [max(e, floor) for r in checked.rows for e in (r.forward_error, r.central_error) if math.isfinite(e)]
    if not tops:
        return ""
    low, high = math.floor(math.log10(min(tops))), max(0, math.ceil(math.log10(max(tops))))

    def place(h: float, error: float) -> tuple[float, float]:
        x = LEFT + (WIDTH - LEFT - 16) * (math.log10(h) + 12) / 11
        y = 12 + (HEIGHT - BOTTOM - 12) * (high - math.log10(max(error, floor))) / (high - low)
        return round(x, 1), round(y, 1)

    series = [
        (
            "forward difference",
            "#b2182b",
            [(r.h, r.forward_error) for r in checked.rows if math.isfinite(r.forward_error)],
        ),
        (
            "central difference",
            "#1d4f91",
            [(r.h, r.central_error) for r in checked.rows if math.isfinite(r.central_error)],
        ),
    ]
    lines = []
    for name, colour, points in series:
        spots = [place(*p) for p in points]
        dash = ' stroke-dasharray="5 3"' if name.startswith("central") else ""
        lines.append(
            f'<polyline points="{" ".join(f"{x},{y}" for x, y in spots)}" fill="none" stroke="{colour}" stroke-width="1.5"{dash}/>'
        )
        for x, y in spots:
            square = name.startswith("central")
            lines.append(
                f'<rect x="{x - 3}" y="{y - 3}" width="6" height="6" fill="{colour}"/>'
                if square
                else f'<circle cx="{x}" cy="{y}" r="3.5" fill="{colour}"/>'
            )
    for k in range(-12, 0, 2):
        x, _ = place(10.0**k, 1.0)
        lines.append(f'<text class="axis" x="{x}" y="{HEIGHT - 16}" text-anchor="middle" fill="#333333">1e{k}</text>')
    step = max(1, (high - low) // 6)
    for k in range(low, high + 1, step):
        _, y = place(1e-1, 10.0**k)
        lines.append(
            f'<text class="axis" x="{LEFT - 6}" y="{y + 4}" text-anchor="end" fill="#333333">1e{k}</text><path d="M{LEFT} {y}H{WIDTH - 10}" stroke="#999999" stroke-width="0.4"/>'
        )
    keys = "".join(
        f'<text class="axis" x="{LEFT + 6 + 170 * i}" y="{HEIGHT - 2}" fill="{c}">{"●" if i == 0 else "■"} {n}</text>'
        for i, (n, c, _) in enumerate(series)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="relative error of both differences against the step h" width="{WIDTH}" height="{HEIGHT}" '
        f'viewBox="0 0 {WIDTH} {HEIGHT}" font-size="11" font-family="DejaVu Sans, Verdana, Arial, sans-serif">{"".join(lines)}{keys}</svg>'
    )

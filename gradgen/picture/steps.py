"""The run step by step: each gate forward, the gradient that starts the way back, each gate backward; of loops each trip."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gradgen.picture.circuit import Circuit, Node
from gradgen.picture.lesson import Card, Lesson
from gradgen.picture.wording import brief, is_array, is_number, shown, two


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what happens, at which gate and stage; of a loop in which of its trips (loop, number)."""

    kind: str
    node: int
    stage: str
    text: str
    trip: tuple[int, int] | None = None


def steps(lesson: Lesson) -> list[Step]:
    """The run: forward, then backward."""
    inputs = ", ".join(_told(*n.outputs[0][:2]) for n in lesson.circuit.nodes if n.kind == "input")
    seed = f"{incoming(lesson)}: the way back begins"
    return [
        Step("start", -1, "", f"The inputs: {inputs}"),
        *(step for c in lesson.own for step in (*_trips_forward(c), _step("value", c, _forward(c)))),
        _step("seed", lesson.own[-1], seed) if lesson.own else Step("seed", -1, "", seed),
        *(step for c in reversed(lesson.own) for step in _back(c)),
    ]


def incoming(lesson: Lesson) -> str:
    """What comes in on the results, where the way back begins."""
    results = ", ".join(map(shown, lesson.circuit.results)) or "the result"
    if not any(map(is_array, lesson.run.douts)):
        return f"The gradient on {results} itself is 1"
    numbers = "; ".join(brief(d, two) for d in lesson.run.douts)
    return f"The gradient that comes in on {results}, dout, is taken to be {numbers}"


def _step(kind: str, c: Card, text: str, trip: tuple[int, int] | None = None) -> Step:
    return Step(kind, c.node.number, c.node.key, text, trip)


def _forward(c: Card) -> str:
    given = c.numbers if is_number(c.value) else f"{c.line}{f' ({c.numbers})' if c.numbers else ''}"
    return f"Forward{_at(c)}: {given or c.line}"


def _back(c: Card) -> Iterator[Step]:
    """The steps back through a gate; through a loop its trips, the last first."""
    if c.backs or c.gradient is not None:
        yield from _trips_backward(c)
        yield _step("gradient", c, _backward(c))


def _backward(c: Card) -> str:
    if not c.backs:
        return f"Backward{_at(c)}: through {c.node.title}"
    told = "; ".join(f"{b.line}: {b.told}" if b.told else b.line for b in c.backs)
    return f"Backward{_at(c)}, {c.gate or c.node.kind}: {told}"


def _trips_forward(c: Card) -> Iterator[Step]:
    for number, trip in c.node.trips.items():
        made = [_told(name, value) for name, value, _ in _results(trip)]
        yield _step("trip", c, f"Forward, {trip.title}, makes {', '.join(made)}", (c.node.loop, number))


def _trips_backward(c: Card) -> Iterator[Step]:
    for number, trip in reversed(c.node.trips.items()):
        inputs = [n.outputs[0] for n in trip.nodes if n.kind == "input"]
        made = [_told(f"~{name}", gradient) for name, _, gradient in inputs if gradient is not None]
        yield _step("trip back", c, f"Backward, {trip.title}, hands back {', '.join(made)}", (c.node.loop, number))


def _results(trip: Circuit) -> list[tuple[str, object, object]]:
    """What a trip makes."""
    return [o for n in trip.nodes for o in n.outputs if o[0] in trip.results]


def _told(name: str, value: object) -> str:
    """``x = 3.00``; of an array its shape."""
    return shown(name) + (f" = {two(value)}" if is_number(value) else f" {np.shape(value)}" if is_array(value) else "")


def _at(c: Card) -> str:
    return f" ({c.stage})" if c.stage else ""


def appears(made: list[Step]):
    """At which step a node's value, or the gradient that it hands back, appears in the drawing."""
    known = {(s.kind, s.node): i for i, s in enumerate(made)}
    seed = next(i for i, s in enumerate(made) if s.kind == "seed")

    def step(kind: str, node: Node) -> int | None:
        if kind == "seed":
            return seed
        return known.get((kind, node.number), 0 if kind == "value" else seed)

    return step

"""A circuit as SVG, laid out here: values in green above the wires, gradients in red italics below them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from gradgen.picture.circuit import Circuit, Node, Opened, Path, Wire, opened
from gradgen.picture.layout import Box, Edge, Placed, Port, place
from gradgen.picture.template import fill
from gradgen.picture.wording import brief, is_array, is_number, shown, two
from gradgen.version import __version__

GREEN, RED, INK, GREY = "#1b6e2d", "#b2182b", "#111111", "#555555"
LETTER = 7.4  # the width of one, at size 12
RADIUS = 19.0
CUT_SIZE = 9.0  # of the letters where a wire goes on in the next row
SPLIT = 6.5  # radius of the sign of a fork
CELL = 6  # of a heat map
FITS = 8  # rows and columns of one
WARM, COLD = (217, 95, 2), (33, 102, 172)
VALUED = (
    "above a wire, in green: its value",
    "below a wire, in red italics: the gradient on it, the result's growth per unit",
)
FORKED = "⊕ a fork: the gradients that come back add"
CONTINUED = "a name at the end of a wire: it goes on in the next row"
MAPPED = "small squares: the entries of an array, darker for larger, with a stroke where negative"

Steps = Callable[
    [str, Node], int | None
]  # at which step of a lesson a node's value ("value") or gradient ("gradient") appears


def never(kind: str, node: Node) -> int | None:
    """No steps: everything is there."""
    return None


@dataclass(frozen=True, slots=True)
class Text:
    """One label; ``x`` is where it starts, or its end or middle by ``anchor``."""

    kind: str
    text: str
    x: float
    y: float
    fill: str
    name: str = ""
    anchor: str = "start"
    step: int | None = None
    title: str = ""
    size: float = 12.0


@dataclass(frozen=True, slots=True)
class Label:
    """What stands above or below the stretch behind a box: a text, and a heat map where one fits."""

    text: str
    title: str = ""
    cells: np.ndarray | None = None

    @property
    def width(self) -> float:
        """Its room along the wire."""
        return max(wide(self.text), CELL * self.cells.shape[1] if self.cells is not None else 0.0)

    @property
    def height(self) -> float:
        """Its room above or below the wire."""
        return (15.0 if self.text else 0.0) + (CELL * self.cells.shape[0] + 3 if self.cells is not None else 0.0) + 4


@dataclass(slots=True)
class Panel:
    """One circuit as shapes."""

    heading: str
    width: float = 0.0
    height: float = 0.0
    y: float = 0.0
    path: Path = ()
    last: bool = True
    nodes: list[dict] = field(default_factory=list)
    wires: dict[str, str] = field(default_factory=dict)  # by the value that they carry: the way
    splits: list[dict] = field(default_factory=list)
    forks: list[dict] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)
    maps: list[dict] = field(default_factory=list)


def draw(circuit: Circuit, *, header: str = "", steps: Steps = never, live: bool = False) -> str:
    """The text of an SVG file.  ``live`` is for the page: gates take the keyboard; ``steps`` tell when labels appear."""
    panels: list[Panel] = []
    y = _stacked(opened(circuit), steps, panels)
    notes = list(_notes(circuit, panels))
    legend = [{"text": text, "y": round(y + 14 + 15 * i, 1)} for i, text in enumerate(notes)]
    width = max([*(p.width for p in panels), *(28 + wide(n, 11) for n in notes)])
    height = y + (8 + 15 * len(notes) if notes else 0) + 6
    return fill(
        "circuit.svg.jinja", title=f"the circuit of {circuit.title}", description=description(circuit), panels=panels,
        width=round(width, 1), height=round(height, 1), legend=legend, live=live, header=header.strip(),
        cell=CELL, split=SPLIT, made=f"{__version__}{header.partition(', run: ')[0]}".replace("--", "- -"),
    )  # fmt: skip


def _stacked(place: Opened, steps: Steps, panels: list[Panel], y: float = 0.0) -> float:
    """Puts a circuit's panel at a height, and what is inside its boxes below it, trips of a loop at the same; where that ends."""
    panel = _panel(place.circuit, place.heading, never if place.heading else steps)
    panel.y, panel.path, panel.last = _r(y), place.path, place.last
    panels.append(panel)
    y += panel.height
    for inside in place.inside:
        y = max(_stacked(p, steps, panels, y) for p in inside)
    return y


def _notes(circuit: Circuit, panels: Sequence[Panel]) -> Iterator[str]:
    """What must be explained of the signs that are used."""
    if circuit.valued:
        yield from VALUED
    if any(p.forks for p in panels):
        yield FORKED
    if any(text.kind == "cut" for p in panels for text in p.texts):
        yield CONTINUED
    if any(p.maps for p in panels):
        yield MAPPED


def description(circuit: Circuit) -> str:
    """The circuit in words, gate by gate, for those who cannot see it."""
    return "; ".join(f"{n.title}{_numbers(n)}" for n in circuit.nodes)


def _numbers(node: Node) -> str:
    told = []
    for name, value, gradient in node.outputs:
        if value is not None:
            back = "" if gradient is None else f", its gradient {brief(gradient, two)}"
            told.append(f"{shown(name)} is {brief(value, two)}{back}")
    return f" ({'; '.join(told)})" if told else ""


def _panel(circuit: Circuit, heading: str, steps: Steps) -> Panel:
    """One circuit, placed."""
    boxes = [_box(circuit, node) for node in circuit.nodes]
    placed = place(boxes, list(_edges(circuit)))
    painter = Painter(circuit, placed, steps, Panel(heading, placed.width, placed.height), 22.0 if heading else 0.0)
    for node, box in zip(circuit.nodes, boxes, strict=True):
        painter.node(node, box)
    for source, out in placed.bends:
        painter.wire(source, out)
    painter.cuts()
    painter.panel.height += painter.down
    return painter.panel


# -- what is to be placed --------------------------------------------------------------------------------------------------


def wide(text: str, size: float = 12.0) -> float:
    """About how wide a text is.

    >>> wide("-0.59") > wide("1.00") > 0
    True
    """
    return (len(text) + 0.5 * sum(letter in "mwMW@%" for letter in text)) * LETTER * size / 12


def forks(circuit: Circuit, name: str) -> bool:
    """Whether several wires carry a value."""
    return len(circuit.readers(name)) > 1


def _box(circuit: Circuit, node: Node) -> Box:
    wires = [w for w in circuit.wires if w.target == node.number]
    ins = tuple(Port(7, 16 if (part := _part(circuit, w)) else 7, 12 + wide(part)) for w in wires)
    outs = []
    for name, value, gradient in node.outputs:
        above, below = labels(circuit, node, name, value, gradient)
        end = 20 + wide(shown(name)) if name in circuit.results else 0
        outs.append(Port(max(above.height, 7), max(below.height, 7), max(above.width, below.width) + 14 + end))
    width, height = _size(node, len(wires))
    lanes = sum(p.up + p.down for p in ins) - (ins[0].up + ins[-1].down if ins else 0)
    name = max((wide(shown(n), CUT_SIZE) + 3 for n, _, _ in node.outputs), default=0.0)
    return Box(width, max(height, lanes + 16), ins, tuple(outs), 14.0 if node.stage else 2.0, name)


def _size(node: Node, wires: int) -> tuple[float, float]:
    text = wide(node.label, 13)
    if node.kind == "input":
        return text * 1.1 + 6, 20.0  # it stands there in bold letters
    if node.kind == "box":
        return text + 28, 48.0
    return max(2 * RADIUS, text + 20), 2 * RADIUS


def _part(circuit: Circuit, wire) -> str:
    """What is written on one branch of a fork: its own part of the gradient."""
    return gradient_text(wire.gradient) if wire.gradient is not None and forks(circuit, wire.name) else ""


def _edges(circuit: Circuit) -> Iterator[Edge]:
    count: dict[int, int] = {}
    for w in circuit.wires:
        into = count[w.target] = count.get(w.target, -1) + 1
        names = [name for name, _, _ in circuit.nodes[w.source].outputs]
        yield Edge(w.source, names.index(w.name), w.target, into)


def labels(circuit: Circuit, node: Node, name: str, value: object, gradient: object) -> tuple[Label, Label]:
    """What stands above and below the wire that a value leaves on."""
    if not circuit.valued:
        named = shown(name) if node.kind != "input" and name not in circuit.results else ""
        return Label(" ".join(t for t in (named, str(value or "")) if t)), Label("")
    above = Label(value_text(value), full(value), mapped(value))
    if gradient is None:
        return above, Label("")
    if is_array(value) and np.shape(gradient) != np.shape(value):
        gradient = np.broadcast_to(gradient, np.shape(value))
    cells = mapped(gradient)
    return above, Label("" if cells is not None else gradient_text(gradient), full(gradient), cells)


def value_text(value: object) -> str:
    """A number with two decimals; of an array the shape."""
    if is_array(value):
        return str(value.shape).replace(" ", "").replace(",)", ",)")
    return two(value) if is_number(value) and not isinstance(value, bool) else brief(value)


def gradient_text(gradient: object) -> str:
    """A number with two decimals; of an array its largest entry."""
    if is_array(gradient):
        return f"max |{two(np.abs(gradient).max())}|" if gradient.size else ""
    return two(gradient)


def full(value: object) -> str:
    """All numbers of a small table, for the tooltip."""
    if is_array(value) and value.size <= 64 and value.ndim <= 2:
        return np.array2string(np.asarray(value, dtype=float), precision=2, suppress_small=True)
    return brief(value) if is_array(value) else ""


def mapped(value: object) -> np.ndarray | None:
    """The rows and columns of an array that is small enough to be shown entry by entry."""
    if not is_array(value) or value.ndim > 2 or value.dtype.kind not in "fiub" or not value.size:
        return None
    cells = np.atleast_2d(np.asarray(value, dtype=float))
    return cells if max(cells.shape) <= FITS and np.isfinite(cells).all() else None


# -- shapes ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Painter:
    """Puts the shapes of one circuit into its panel, ``down`` below its top; ``steps`` tell when labels appear."""

    circuit: Circuit
    placed: Placed
    steps: Steps
    panel: Panel
    down: float

    def node(self, node: Node, box: Box) -> None:
        """A gate, its lanes and what it makes."""
        cx, cy = self.placed.centres[node.number]
        cy += self.down
        self.panel.nodes.append({
            "kind": node.kind, "number": "" if self.panel.heading else node.number, "stage": node.key, "label": node.label,
            "opens": f"inside {node.label.rstrip('…')}" if node.inner else "", "title": node.title + _numbers(node), "tag": f"({node.stage})" if node.stage else "", "cx": cx, "text_y": _r(cy + 4.5),
            "x": _r(cx - box.width / 2), "y": _r(cy - box.height / 2), "width": _r(box.width), "height": _r(box.height),
            "round": 4.0 if node.kind == "box" else _r(min(box.width, box.height) / 2),
        })  # fmt: skip
        wires = [w for w in self.circuit.wires if w.target == node.number]
        for wire, (left, right, y) in zip(wires, self.placed.ins[node.number], strict=True):
            self.lane(node, wire, left, right + _inset(box, node, y + self.down - cy), y + self.down)
        for output, (right, left, y) in zip(node.outputs, self.placed.outs[node.number], strict=True):
            self.output(node, output, left - _inset(box, node, y + self.down - cy), right, y + self.down)

    def line(self, name: str, d: str) -> None:
        """One more piece of a wire."""
        self.panel.wires[name] = self.panel.wires.get(name, "") + d

    def text(self, kind: str, text: str, x: float, y: float, fill: str, name: str, **more) -> None:
        if text:
            self.panel.texts.append(Text(kind, text, _r(x), _r(y), fill, name, **more))

    def lane(self, node: Node, wire: Wire, left: float, right: float, y: float) -> None:
        """The last piece of a wire; with its own part of the gradient, if it comes from a fork."""
        self.line(wire.name, f"M{left} {_r(y)}H{_r(right)}")
        part, step = _part(self.circuit, wire), self.steps("gradient", node)
        self.text("part", part, left + 4, y + 13, RED, wire.name, step=step, title=full(wire.gradient))

    def output(self, node: Node, output: tuple[str, object, object], left: float, right: float, y: float) -> None:
        """The stretch behind a box, with the value above and the gradient below; behind a result, its name."""
        name = output[0]
        above, below = labels(self.circuit, node, *output)
        read, is_result = bool(self.circuit.readers(name)), name in self.circuit.results
        end = right if read else left + max(above.width, below.width) + 12
        self.line(name, f"M{_r(left)} {_r(y)}H{_r(end)}")
        if is_result and read:
            self.text("result", shown(name), right - SPLIT - 3 - wide(shown(name)), y - 5, INK, name)
        elif is_result:
            self.line(name, f"M{_r(end - 6)} {_r(y - 4)}L{_r(end)} {_r(y)}L{_r(end - 6)} {_r(y + 4)}")
            self.text("result", shown(name), end + 5, y + 4.5, INK, name)
        given, back = self.steps("value", node), _last(self.circuit, node, name, self.steps)
        self.text("value", above.text, left + 6, y - 5, GREEN, name, step=given, title=above.title)
        self.text("gradient", below.text, left + 6, y + 13, RED, name, step=back, title=below.title)
        self.cells("value", above.cells, left + 6, y - above.height, given)
        self.cells("gradient", below.cells, left + 6, y + 4, back)

    def cells(self, kind: str, cells: np.ndarray | None, x: float, y: float, step: int | None) -> None:
        """A heat map: warm and cold by sign, which a stroke tells too, darker by size."""
        if cells is None:
            return
        most = float(np.abs(cells).max()) or 1.0
        squares = [
            {"x": _r(x + CELL * j), "y": _r(y + CELL * i), "value": float(v)} for (i, j), v in np.ndenumerate(cells)
        ]
        self.panel.maps.append({
            "kind": kind, "step": step, "squares": [{**s, "fill": shade(s["value"] / most)} for s in squares],
            "strokes": "".join(f"M{_r(s['x'] + 1.5)} {_r(s['y'] + CELL / 2)}h{CELL - 3}" for s in squares if s["value"] < 0),
        })  # fmt: skip

    def wire(self, source: int, out: int) -> None:
        """The wire of one value through the channels, and its forks."""
        name, down = self.circuit.nodes[source].outputs[out][0], self.down
        pieces = [*self.placed.bends[source, out], *self.placed.passes.get((source, out), ())]
        self.line(name, "".join(_curve(b.x1, _r(b.y1 + down), b.x2, _r(b.y2 + down)) for b in pieces))
        parts = [w.gradient for w in self.circuit.readers(name) if w.gradient is not None]
        told = f"{shown(name)} forks here: the gradients that come back add: {' + '.join(map(gradient_text, parts))}"
        for n, (x, y) in enumerate(self.placed.splits.get((source, out), ())):
            spot = {"x": x, "y": _r(y + down)}
            if n == 0 and len(parts) > 1:
                self.panel.forks.append({**spot, "name": name, "title": told})
            else:
                self.panel.splits.append(spot)

    def cuts(self) -> None:
        """Names where wires go on in the next row."""
        for (source, out), x, y, leaves in self.placed.cuts:
            name, anchor = self.circuit.nodes[source].outputs[out][0], "start" if leaves else "end"
            x, y = x + (3 if leaves else -3), y + self.down + 3
            self.text("cut", shown(name), x, y, GREY, name, anchor=anchor, size=CUT_SIZE)


def _curve(x1: float, y1: float, x2: float, y2: float) -> str:
    """A piece of a wire, level at both ends."""
    middle = _r((x1 + x2) / 2)
    return f"M{x1} {y1}H{x2}" if y1 == y2 else f"M{x1} {y1}C{middle} {y1} {middle} {y2} {x2} {y2}"


def _inset(box: Box, node: Node, y: float) -> float:
    """How far a wire must go beyond a round gate's box to meet it."""
    if node.kind != "gate":
        return 0.0
    r = min(box.width, box.height) / 2
    beyond = abs(y) - (box.height / 2 - r)
    return r - math.sqrt(max(r * r - beyond * beyond, 0.0)) if beyond > 0 else 0.0


def _last(circuit: Circuit, node: Node, name: str, steps: Steps) -> int | None:
    """When the gradient on a value is complete: after the last of its readers."""
    found = [steps("gradient", circuit.nodes[w.target]) for w in circuit.readers(name)]
    known = [f for f in found if f is not None]
    return max(known) if known else steps("seed", node)


def shade(part: float) -> str:
    """White for 0, the full colour for 1 and for -1.

    >>> shade(0.0), shade(1.0), shade(-1.0)
    ('#ffffff', '#d95f02', '#2166ac')
    """
    full_colour = WARM if part > 0 else COLD
    return "#" + "".join(f"{round(255 + (c - 255) * abs(part)):02x}" for c in full_colour)


def _r(value: float) -> float:
    return round(value, 1)

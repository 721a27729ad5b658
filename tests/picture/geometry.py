"""What is wrong with a drawing, seen as shapes: labels that overlap, wires through gates or labels."""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass

from gradgen.picture.svg import wide

SVG = "{http://www.w3.org/2000/svg}"


@dataclass(frozen=True)
class Shape:
    """A rectangle with rounded ends (a circle, at the extreme), and what it is."""

    what: str
    x: float
    y: float
    width: float
    height: float
    round: float = 0.0

    def holds(self, x: float, y: float, margin: float) -> bool:
        """Whether a point is inside, further from the rim than the margin."""
        if not (
            self.x + margin < x < self.x + self.width - margin and self.y + margin < y < self.y + self.height - margin
        ):
            return False
        r = self.round
        cx = min(max(x, self.x + r), self.x + self.width - r)
        cy = min(max(y, self.y + r), self.y + self.height - r)
        return math.hypot(x - cx, y - cy) < r - margin if r else True

    def meets(self, other: Shape, margin: float = 0.5) -> bool:
        """Whether two boxes overlap."""
        apart_x = self.x + self.width - margin <= other.x or other.x + other.width - margin <= self.x
        apart_y = self.y + self.height - margin <= other.y or other.y + other.height - margin <= self.y
        return not (apart_x or apart_y)


def box_of(text: ET.Element) -> Shape:
    """The room that a text takes up."""
    size = float(text.get("font-size", 12))
    said = (
        text.findtext(f"{SVG}title")
        and "".join(text.itertext())[len(text.findtext(f"{SVG}title")) :]
        or "".join(text.itertext())
    )
    width = wide(said, size) * 0.97
    x = float(text.get("x")) - {"middle": width / 2, "end": width}.get(text.get("text-anchor"), 0)
    return Shape(f"the text {said!r}", x, float(text.get("y")) - 0.76 * size, width, 0.96 * size)


def points(d: str) -> Iterator[tuple[float, float]]:
    """Points along a path of the commands M, L, H and C, close together."""
    x = y = 0.0
    for command, numbers in re.findall(r"([MLHC])([^MLHC]*)", d):
        n = [float(v) for v in re.findall(r"-?[\d.]+", numbers)]
        if command == "C":
            (ax, ay, bx, by, ex, ey), sx, sy = n, x, y
            for k in range(41):
                t = k / 40
                u = 1 - t
                yield u**3 * sx + 3 * u * u * t * ax + 3 * u * t * t * bx + t**3 * ex, u**3 * sy + 3 * u * u * t * ay + 3 * u * t * t * by + t**3 * ey  # fmt: skip
        else:
            ex, ey = (n[0], y) if command == "H" else n
            if command != "M":
                for k in range(41):
                    yield x + (ex - x) * k / 40, y + (ey - y) * k / 40
        x, y = ex, ey


def problems(svg: str) -> list[str]:
    """Everything that is in the way of something else, panel by panel."""
    found: list[str] = []
    root = ET.fromstring(svg)
    width, height = float(root.get("width")), float(root.get("height"))
    for panel in root.iter(f"{SVG}g"):
        if panel.get("class") == "panel":
            found += list(_in_panel(panel, width, height))
    return found


def _in_panel(panel: ET.Element, width: float, height: float) -> Iterator[str]:
    gates = [
        Shape(f"the gate {g.findtext(f'{SVG}title')!r}", *(float(r.get(k)) for k in ("x", "y", "width", "height")), float(r.get("rx") or 0))
        for g in panel.iter(f"{SVG}g")
        if (g.get("class") or "").startswith("node")
        for r in g.iter(f"{SVG}rect")
    ]  # fmt: skip
    texts = [box_of(t) for t in panel.iter(f"{SVG}text")]
    free = [box_of(t) for t in panel.iter(f"{SVG}text") if t.get("class") not in ("label",)]
    cells = [Shape("a heat map", *(float(r.get(k)) for k in ("x", "y", "width", "height"))) for g in panel.iter(f"{SVG}g") if (g.get("class") or "").startswith("map") for r in g.iter(f"{SVG}rect")]  # fmt: skip
    forks = [Shape("a fork", float(c.get("cx")) - r, float(c.get("cy")) - r, 2 * r, 2 * r, r) for g in panel.iter(f"{SVG}g") if g.get("class") == "fork" for c in g.iter(f"{SVG}circle") if (r := float(c.get("r")))]  # fmt: skip
    yield from (f"{a.what} meets {b.what}" for a in forks for b in [*texts, *gates, *cells] if a.meets(b))
    for i, a in enumerate(texts):
        yield from (f"{a.what} meets {b.what}" for b in texts[i + 1 :] if a.meets(b))
        yield from (f"{a.what} meets {b.what}" for b in cells if a.meets(b))
        if a.x < 0 or a.x + a.width > width or a.y < 0:
            yield f"{a.what} stands outside"
    for i, a in enumerate(gates):
        yield from (f"{a.what} meets {b.what}" for b in [*gates[i + 1 :], *free, *cells] if a.meets(b))
    for wire in panel.iter(f"{SVG}path"):
        if wire.get("class") == "wire":
            way = list(points(wire.get("d")))
            (left, right), (top, bottom) = ((min(side), max(side)) for side in zip(*way))
            room = Shape("its surroundings", left, top, right - left, bottom - top)
            for shape in [*gates, *texts, *cells]:
                if shape.meets(room, -2) and any(shape.holds(x, y, 1.5) for x, y in way):
                    yield f"the wire of {wire.get('data-name')} runs through {shape.what}"

"""How far differences are off, by step width: a small plot with both axes logarithmic."""

from __future__ import annotations

import math

from gradgen.picture.checker import STEPS, Check
from gradgen.picture.template import fill

WIDTH, HEIGHT, LEFT, TOP, BOTTOM, RIGHT = 460, 220, 52, 12, 34, 16
LEAST = 1e-17  # an error of 0 is drawn here
SERIES = (("forward difference", "#b2182b", "forward_error"), ("central difference", "#1d4f91", "central_error"))


def plot(checked: Check) -> str:
    """Circles for forward differences, squares and a dashed line for central ones; nothing where no error is known."""
    found = {
        key: [(r.h, getattr(r, key)) for r in checked.rows if math.isfinite(getattr(r, key))] for *_, key in SERIES
    }
    errors = [max(error, LEAST) for rows in found.values() for _, error in rows]
    if not errors:
        return ""
    low, high = min(-1, math.floor(math.log10(min(errors)))), max(0, math.ceil(math.log10(max(errors))))
    narrow, most = math.log10(STEPS[-1]), math.log10(STEPS[0])

    def x_of(h: float) -> float:
        return round(LEFT + (WIDTH - LEFT - RIGHT) * (math.log10(h) - narrow) / (most - narrow), 1)

    def y_of(error: float) -> float:
        return round(TOP + (HEIGHT - TOP - BOTTOM) * (high - math.log10(max(error, LEAST))) / (high - low), 1)

    lines = [
        {"name": name, "colour": colour, "square": n == 1, "spots": [(x_of(h), y_of(e)) for h, e in found[key]]}
        for n, (name, colour, key) in enumerate(SERIES)
    ]
    across = [{"x": x_of(10.0**k), "text": f"1e{k}"} for k in range(round(narrow), 0, 2)]
    down = [{"y": y_of(10.0**k), "text": f"1e{k}"} for k in range(low, high + 1, max(1, (high - low) // 6))]
    return fill("errors.svg.jinja", width=WIDTH, height=HEIGHT, left=LEFT, lines=lines, across=across, down=down)

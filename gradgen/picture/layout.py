"""A layered layout (Sugiyama): columns, an order in each with few crossings, and places with straight wires.

Pure geometry over numbered boxes.  A column has, from left to right, the lanes on which wires come in, the boxes, and the stretches
behind them where the labels stand; wires bend only in the channels between columns, and pass a column on a place of their own.  So no
wire runs through a box or a label, whatever the circuit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

SWEEPS = 12  # of the ordering, and of the placing
GAP = 16.0  # between neighbours in a column
THIN = 10.0  # what a wire that passes takes up
CHANNEL = (30.0, 110.0)  # between columns: at least, at most
MARGIN = 14.0
LIMIT = 1230.0  # so wide is a drawing, as long as columns can be put into another row
CUT = 16.0  # what is left of a wire where it is cut
BETWEEN = 30.0  # rows


@dataclass(frozen=True, slots=True)
class Port:
    """A place where a wire starts or ends: how much room it needs above and below, and along the wire."""

    up: float = 6.0
    down: float = 6.0
    length: float = 0.0


@dataclass(frozen=True, slots=True)
class Box:
    """What is to be placed: its size, and its ports; the layout finds the order of those where wires come in."""

    width: float
    height: float
    ins: tuple[Port, ...] = ()
    outs: tuple[Port, ...] = ()
    above: float = 0.0  # room for what stands on top of it
    name: float = 0.0  # how wide the longest name of what it makes is written


@dataclass(frozen=True, slots=True)
class Edge:
    """A wire from an out port to an in port."""

    source: int
    out: int
    target: int
    into: int


@dataclass(slots=True)
class Item:
    """A box in its column, or (``box`` None) a place where a wire passes; ``x``, ``y`` is its centre."""

    box: Box | None
    number: int
    rank: int
    x: float = 0.0
    y: float = 0.0
    up: float = THIN / 2
    down: float = THIN / 2
    ins: list[float] = field(default_factory=lambda: [0.0])  # of the ports, from the centre
    outs: list[float] = field(default_factory=lambda: [0.0])


@dataclass(frozen=True, slots=True)
class Bend:
    """One piece of a wire through a channel: from (x1, y1) to (x2, y2), level at both ends."""

    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(slots=True)
class Placed:
    """The layout: ``centres`` of the boxes, ``ins`` and ``outs`` their ports as (x of the channel, x at the box, y).

    ``bends`` and ``passes`` (level pieces across a column) are the wires, by (source, out): each piece once; ``splits`` the points where
    a wire parts; ``cuts`` those where one leaves a row (True) or comes back in the next, (wire, x, y, leaves).
    """

    width: float
    height: float
    centres: list[tuple[float, float]]
    ins: list[list[tuple[float, float, float]]]
    outs: list[list[tuple[float, float, float]]]
    bends: dict[tuple[int, int], list[Bend]]
    passes: dict[tuple[int, int], list[Bend]]
    splits: dict[tuple[int, int], list[tuple[float, float]]]
    cuts: list[tuple[tuple[int, int], float, float, bool]]


def place(boxes: Sequence[Box], edges: Sequence[Edge], limit: float = LIMIT) -> Placed:
    """The layout of boxes and wires; edges lead from earlier boxes to later ones.  What is wider than the limit goes on in another row."""
    if not boxes:
        return Placed(2 * MARGIN, 2 * MARGIN, [], [], [], {}, {}, {}, [])
    ranks = columns(len(boxes), edges)
    items = [_item(box, i, ranks[i]) for i, box in enumerate(boxes)]
    links, passing = chained(items, edges)
    layers = ordered(items, links)
    untangle(layers, links)
    settle(layers, links)
    return _measured(boxes, items, layers, links, passing, limit)


# -- columns ---------------------------------------------------------------------------------------------------------------


def columns(count: int, edges: Sequence[Edge]) -> list[int]:
    """The column of each box: behind everything it reads, and as near to its readers as that allows where it reads little."""
    sources: list[set[int]] = [set() for _ in range(count)]
    readers: list[set[int]] = [set() for _ in range(count)]
    for e in edges:
        sources[e.target].add(e.source)
        readers[e.source].add(e.target)
    ranks = [0] * count
    for i in range(count):
        ranks[i] = max((ranks[s] + 1 for s in sources[i]), default=0)
    for i in reversed(range(count)):
        if readers[i] and len(readers[i]) >= len(sources[i]):
            ranks[i] = min(ranks[r] for r in readers[i]) - 1
    return ranks


def _item(box: Box, number: int, rank: int) -> Item:
    """A box with its ports spread around its middle."""
    return _spread(Item(box, number, rank), range(len(box.ins)))


def _spread(item: Item, order: Sequence[int]) -> Item:
    """Puts an item's in ports in an order from top to bottom; its room with them."""
    box = item.box
    places = dict(zip(order, spread([box.ins[i] for i in order])))
    ins, outs = [places[i] for i in range(len(box.ins))], spread(box.outs)
    ports = [*zip(box.ins, ins), *zip(box.outs, outs)]
    item.up = max([box.height / 2 + box.above, *(port.up - y for port, y in ports)])
    item.down = max([box.height / 2, *(port.down + y for port, y in ports)])
    item.ins, item.outs = ins or [0.0], outs or [0.0]
    return item


def spread(ports: Sequence[Port]) -> list[float]:
    """The ports' places from the middle, as close together as their labels allow.

    >>> spread([Port(6, 6), Port(6, 6)]), spread([Port()])
    ([-6.0, 6.0], [0.0])
    """
    places = [0.0]
    for above, below in zip(ports, ports[1:]):
        places.append(places[-1] + above.down + below.up)
    middle = (places[0] + places[-1]) / 2
    return [p - middle for p in places[: len(ports)]]


Link = tuple[Item, int, Item, int]  # from an item's out port to an in port of one in the next column


def chained(items: list[Item], edges: Sequence[Edge]) -> tuple[list[Link], dict[int, tuple[int, int]]]:
    """The wires as links between neighbouring columns.  A wire to several readers is one as far as they share the way.

    Adds the items where wires pass; these belong to the (source, out) that is given for them.
    """
    links: list[Link] = []
    passing: dict[int, tuple[int, int]] = {}
    made: dict[tuple[int, int], list[Item]] = {}
    for e in sorted(edges, key=lambda e: (e.source, e.out, e.target, e.into)):
        start, end = items[e.source], items[e.target]
        way = made.setdefault((e.source, e.out), [start])
        while len(way) < end.rank - start.rank:
            item = Item(None, len(items), start.rank + len(way))
            items.append(item)
            passing[item.number] = (e.source, e.out)
            links.append((way[-1], e.out if way[-1] is start else 0, item, 0))
            way.append(item)
        last = way[end.rank - start.rank - 1]
        links.append((last, e.out if last is start else 0, end, e.into))
    return links, passing


# -- order -----------------------------------------------------------------------------------------------------------------


def ordered(items: Sequence[Item], links: Sequence[Link]) -> list[list[Item]]:
    """The columns, each in an order that crosses few wires: the best of several sweeps by the barycentre."""
    layers: list[list[Item]] = [[] for _ in range(max((i.rank for i in items), default=0) + 1)]
    for item in items:
        layers[item.rank].append(item)
    before: dict[int, list[tuple[int, float]]] = {i.number: [] for i in items}
    after: dict[int, list[tuple[int, float]]] = {i.number: [] for i in items}
    for a, out, b, into in links:
        before[b.number].append((a.number, out / 16))
        after[a.number].append((b.number, into / 16))
    best, fewest = [list(layer) for layer in layers], crossings(layers, links)
    for sweep in range(SWEEPS):
        forward = sweep % 2 == 0
        for layer in layers[1:] if forward else reversed(layers[:-1]):
            spots = {i.number: n for other in layers for n, i in enumerate(other)}
            near = before if forward else after
            keys = {i.number: _mean([spots[n] + port for n, port in near[i.number]], spots[i.number]) for i in layer}
            layer.sort(key=lambda i: (keys[i.number], spots[i.number]))
        if (count := crossings(layers, links)) < fewest:
            best, fewest = [list(layer) for layer in layers], count
    return exchanged(best, links)


def exchanged(layers: list[list[Item]], links: Sequence[Link]) -> list[list[Item]]:
    """Neighbours change places as long as that takes crossings away."""
    before: dict[int, list[tuple[int, int]]] = {}
    after: dict[int, list[tuple[int, int]]] = {}
    for a, out, b, into in links:
        before.setdefault(b.number, []).append((a.number, out))
        after.setdefault(a.number, []).append((b.number, into))
    spots = {i.number: n for layer in layers for n, i in enumerate(layer)}

    def gain(upper: Item, lower: Item) -> float:
        """How many crossings fewer there are if these two change places."""
        total = 0.0
        for near in (before, after):
            ups, downs = ([(spots[n], p) for n, p in near.get(i.number, ())] for i in (upper, lower))
            total += sum(crossed(u, d) - crossed(d, u) for u in ups for d in downs)
        return total

    for _ in range(SWEEPS):
        settled = True
        for layer in layers:
            for i in range(len(layer) - 1):
                if gain(layer[i], layer[i + 1]) > 0:
                    layer[i], layer[i + 1] = layer[i + 1], layer[i]
                    spots[layer[i].number], spots[layer[i + 1].number] = i, i + 1
                    settled = False
        if settled:
            break
    return layers


def untangle(layers: Sequence[Sequence[Item]], links: Sequence[Link]) -> None:
    """Each box takes its wires in the order in which they come, so that none cross in front of it."""
    spots = {i.number: n for layer in layers for n, i in enumerate(layer)}
    coming: dict[int, list[tuple[int, int, int]]] = {}
    for a, out, b, into in links:
        coming.setdefault(b.number, []).append((spots[a.number], out, into))
    for item in (i for layer in layers for i in layer if i.box and i.number in coming):
        _spread(item, [into for *_, into in sorted(coming[item.number])])


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def crossings(layers: Sequence[Sequence[Item]], links: Sequence[Link]) -> float:
    """How many pairs of wires cross."""
    spots = {i.number: n for layer in layers for n, i in enumerate(layer)}
    by_rank: dict[int, list[tuple[tuple[int, int], tuple[int, int]]]] = {}
    for a, out, b, into in links:
        by_rank.setdefault(a.rank, []).append(((spots[a.number], out), (spots[b.number], into)))
    return sum(
        crossed(p[1], q[1]) if p[0] < q[0] else crossed(q[1], p[1]) if p[0] > q[0] else 0
        for ends in by_rank.values()
        for n, p in enumerate(ends)
        for q in ends[n + 1 :]
    )


def crossed(upper: tuple[int, int], lower: tuple[int, int]) -> float:
    """Whether a wire that starts above another ends below it.  At one box a little counts, too: operands in order read better.

    >>> crossed((1, 0), (0, 0)), crossed((1, 1), (1, 0)), crossed((1, 0), (1, 1))
    (1.0, 0.1, 0.0)
    """
    return float(upper[0] > lower[0]) if upper[0] != lower[0] else 0.1 * (upper[1] > lower[1])


# -- places ----------------------------------------------------------------------------------------------------------------


def settle(layers: Sequence[Sequence[Item]], links: Sequence[Link]) -> None:
    """The heights: each item as level with its neighbours as the order and the room allow."""
    for layer in layers:
        y = 0.0
        for item in layer:
            item.y, y = y + item.up, y + item.up + item.down + GAP
    pulls: dict[int, list[tuple[Item, float, float, bool]]] = {}
    for a, out, b, into in links:
        weight = 6.0 if a.box is None and b.box is None else 3.0 if a.box is None or b.box is None else 1.0
        pulls.setdefault(b.number, []).append((a, a.outs[out] - b.ins[into], weight, True))
        pulls.setdefault(a.number, []).append((b, b.ins[into] - a.outs[out], weight, False))
    for sweep in range(4 * SWEEPS):
        sides = (True,) if sweep % 3 == 0 else (False,) if sweep % 3 == 1 else (True, False)
        order = list(layers) if sweep % 2 == 0 else list(reversed(layers))
        for layer in order:
            wanted = []
            for item in layer:
                own = [p for p in pulls.get(item.number, ()) if p[3] in sides] or pulls.get(item.number, [])
                total = sum(w for _, _, w, _ in own)
                y = sum((n.y + shift) * w for n, shift, w, _ in own) / total if total else item.y
                wanted.append((y, total or 0.1))
            for item, y in zip(layer, apart(layer, wanted), strict=True):
                item.y = y
    top = min((i.y - i.up for layer in layers for i in layer), default=0.0)
    for layer in layers:
        for item in layer:
            item.y += MARGIN - top


def apart(layer: Sequence[Item], wanted: Sequence[tuple[float, float]]) -> list[float]:
    """The places nearest to the wanted ones (y, weight) that keep the order and the room: pooled adjacent violators."""
    shifts, total = [0.0], 0.0
    for a, b in zip(layer, layer[1:]):
        total += a.down + GAP + b.up if a.box or b.box else THIN + 2
        shifts.append(total)
    blocks: list[list[float]] = []  # [weighted sum, weight, count]
    for (y, weight), shift in zip(wanted, shifts):
        blocks.append([(y - shift) * weight, weight, 1])
        while len(blocks) > 1 and blocks[-2][0] / blocks[-2][1] > blocks[-1][0] / blocks[-1][1]:
            last = blocks.pop()
            blocks[-1] = [p + q for p, q in zip(blocks[-1], last)]
    level = [b[0] / b[1] for b in blocks for _ in range(int(b[2]))]
    return [y + shift for y, shift in zip(level, shifts)]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: the room for lanes, boxes and labels, then for the channel behind it; how many wires leave it."""

    before: float
    wide: float
    behind: float
    channel: float
    wires: int

    @property
    def width(self) -> float:
        """Without the channel."""
        return self.before + self.wide + self.behind


def bands(layout: Sequence[Column], limit: float, room: float) -> list[list[int]]:
    """The columns in rows that are no wider than the limit, with room where wires go on in another row: in few rows, which end
    where few wires pass, of about one width.

    >>> column = Column(0, 100, 0, 20, 1)
    >>> bands([column] * 7, 500, 10), bands([column] * 2, 220, 10)
    ([[0, 1, 2, 3], [4, 5, 6]], [[0, 1]])
    """
    best: list[tuple[tuple[int, int, float], list[list[int]]]] = [((0, 0, 0.0), [])]  # of the first columns
    for end in range(1, len(layout) + 1):
        ways = []
        for start in reversed(range(end)):
            width = sum(c.width + c.channel for c in layout[start:end]) - layout[end - 1].channel
            width += room * ((start > 0) + (end < len(layout)))
            if ways and width > limit:
                break
            (rows, cut, uneven), before = best[start]
            cut += layout[start - 1].wires if start else 0
            ways.append(((rows + 1, cut, uneven + (limit - width) ** 2), [*before, [*range(start, end)]]))
        best.append(min(ways, key=lambda way: way[0]))
    return best[-1][1]


def _measured(boxes, items: Sequence[Item], layers, links: Sequence[Link], passing, limit: float) -> Placed:
    """Everything in numbers, rounded so that every machine writes the same."""
    room = CUT + max((b.name for b in boxes), default=0.0)  # where wires go on in another row
    rows = bands([_column(layer, links) for layer in layers], limit - 2 * MARGIN, room)
    edges, width, height = _in_rows(rows, layers, links, room)
    placed = Placed(_r(width), _r(height), [], [], [], {}, {}, {}, [])
    for box, item in zip(boxes, items):
        left, right = edges[item.rank]
        placed.centres.append((_r(item.x), _r(item.y)))
        placed.ins.append([(_r(left), _r(item.x - box.width / 2), _r(item.y + y)) for y in item.ins[: len(box.ins)]])
        placed.outs.append(
            [(_r(right), _r(item.x + box.width / 2), _r(item.y + y)) for y in item.outs[: len(box.outs)]]
        )
    row_of = {rank: n for n, row in enumerate(rows) for rank in row}
    for a, out, b, into in links:
        key, right, left = passing.get(a.number, (a.number, out)), edges[a.rank][1], edges[b.rank][0]
        start, end = (_r(right), _r(a.y + a.outs[out])), (_r(left), _r(b.y + b.ins[into]))
        if row_of[a.rank] == row_of[b.rank]:
            placed.bends.setdefault(key, []).append(Bend(*start, *end))
        else:
            out_at, in_at = (_r(right + CUT), start[1]), (_r(left - CUT), end[1])
            placed.bends.setdefault(key, []).extend([Bend(*start, *out_at), Bend(*in_at, *end)])
            placed.cuts += [(key, *out_at, True), (key, *in_at, False)]
    placed.cuts = list(dict.fromkeys(placed.cuts))
    placed.splits.update(_splits(edges, links, passing))
    for number, key in passing.items():
        (left, right), y = edges[items[number].rank], _r(items[number].y)
        placed.passes.setdefault(key, []).append(Bend(_r(left), y, _r(right), y))
    return placed


def _in_rows(rows, layers, links: Sequence[Link], room: float) -> tuple[dict[int, tuple[float, float]], float, float]:
    """Puts the items into their rows.  The edges of each column, left and right, and the size of the whole."""
    edges: dict[int, tuple[float, float]] = {}
    width, bottom = 0.0, MARGIN
    for n, row in enumerate(rows):
        x, here = MARGIN + (room if n else 0.0), [i for rank in row for i in layers[rank]]
        shift = bottom - min(i.y - i.up for i in here)
        for rank in row:
            column = _column(layers[rank], links)
            edges[rank] = x, x + column.width
            for item in layers[rank]:
                item.x, item.y = x + column.before + column.wide / 2, item.y + shift
            x += column.width + column.channel
        width = max(width, edges[row[-1]][1] + (room if n + 1 < len(rows) else 0.0) + MARGIN)
        bottom = max(i.y + i.down for i in here) + BETWEEN
    return edges, width, bottom - BETWEEN + MARGIN


def _splits(edges, links: Sequence[Link], passing) -> dict[tuple[int, int], list[tuple[float, float]]]:
    """Where wires part, by wire, from left to right."""
    leaving: dict[tuple[int, int], list[Item]] = {}
    for a, out, _, _ in links:
        leaving.setdefault((a.number, out), []).append(a)
    found: dict[tuple[int, int], list[tuple[int, float, float]]] = {}
    for (number, out), (a, *more) in leaving.items():
        if more:
            spot = (a.rank, _r(edges[a.rank][1]), _r(a.y + a.outs[out]))
            found.setdefault(passing.get(number, (number, out)), []).append(spot)
    return {key: [(x, y) for _, x, y in sorted(spots)] for key, spots in found.items()}


def _column(layer: Sequence[Item], links: Sequence[Link]) -> Column:
    """The room that a column takes; the channel behind it is the wider the steeper its wires."""
    boxes, mine = [i.box for i in layer if i.box], [link for link in links if link[0].rank == layer[0].rank]
    before = max((p.length for b in boxes for p in b.ins), default=0.0)
    behind = max((p.length for b in boxes for p in b.outs), default=0.0)
    steep = max((abs(a.y + a.outs[out] - b.y - b.ins[into]) for a, out, b, into in mine), default=0.0)
    channel = min(max(CHANNEL[0], steep * 0.45), CHANNEL[1])
    return Column(
        before, max((b.width for b in boxes), default=0.0), behind, channel, len({(a.number, o) for a, o, *_ in mine})
    )


def _r(value: float) -> float:
    return round(value, 1)

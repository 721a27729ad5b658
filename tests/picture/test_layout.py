"""The layout alone: columns, few crossings, straight wires, rows; over random graphs nothing is in the way."""

from __future__ import annotations

import random

import pytest

from gradgen.picture.layout import CUT, LIMIT, Box, Edge, Placed, Port, columns, place


def graph(seed: int, count: int) -> tuple[list[Box], list[Edge]]:
    """Boxes of random sizes and ports, each reading some of those before it."""
    rng = random.Random(seed)
    boxes, edges = [], []
    for i in range(count):
        reads = rng.sample(range(i), min(i, rng.choice((0, 1, 1, 2, 2, 3))))
        ins = tuple(Port(7, rng.choice((7, 16)), rng.choice((12, 40))) for _ in reads)
        outs = tuple(
            Port(rng.choice((17, 40)), rng.choice((17, 40)), rng.choice((30, 80)))
            for _ in range(rng.choice((1, 1, 1, 2)))
        )
        boxes.append(Box(rng.uniform(20, 140), max(38, 24 * len(reads)), ins, outs, 14, rng.uniform(5, 60)))
        edges += [Edge(s, rng.randrange(len(boxes[s].outs)), i, into) for into, s in enumerate(reads)]
    return boxes, edges


def frames(boxes: list[Box], placed: Placed) -> list[tuple[float, float, float, float]]:
    """Each box with the room for what stands around it: left, top, right, bottom."""
    found = []
    for box, (x, y), ins, outs in zip(boxes, placed.centres, placed.ins, placed.outs, strict=True):
        up = min([y - box.height / 2 - box.above, *(p[2] - b.up for p, b in zip([*ins, *outs], [*box.ins, *box.outs]))])
        down = max([y + box.height / 2, *(p[2] + b.down for p, b in zip([*ins, *outs], [*box.ins, *box.outs]))])
        right = max([x + box.width / 2, *(left + b.length for (_, left, _), b in zip(outs, box.outs))])
        left = min([x - box.width / 2, *(at - b.length for (_, at, _), b in zip(ins, box.ins))])
        found.append((left, up, right, down))
    return found


@pytest.mark.parametrize("seed", range(40))
def test_nothing_is_in_the_way(seed: int) -> None:
    boxes, edges = graph(seed, 3 + seed)
    placed = place(boxes, edges)
    around = frames(boxes, placed)
    for i, a in enumerate(around):
        assert all(
            a[2] <= b[0] + 0.2 or b[2] <= a[0] + 0.2 or a[3] <= b[1] + 0.2 or b[3] <= a[1] + 0.2
            for b in around[i + 1 :]
        )
        assert a[0] >= 0 and a[1] >= 0 and a[2] <= placed.width and a[3] <= placed.height
    for key, bends in [*placed.bends.items(), *placed.passes.items()]:
        for bend in bends:
            for n, (left, up, right, down) in enumerate(around):
                inside_x = min(bend.x1, bend.x2) < right - 0.2 and left + 0.2 < max(bend.x1, bend.x2)
                inside_y = min(bend.y1, bend.y2) < down - 0.2 and up + 0.2 < max(bend.y1, bend.y2)
                assert not (inside_x and inside_y), (key, n)


@pytest.mark.parametrize("seed", range(10))
def test_every_wire_arrives(seed: int) -> None:
    boxes, edges = graph(seed, 20)
    placed = place(boxes, edges)
    for e in edges:
        spots = {(b.x2, b.y2) for b in placed.bends[e.source, e.out]}
        left, _, y = placed.ins[e.target][e.into]
        assert (left, y) in spots
        start = placed.outs[e.source][e.out]
        assert (start[0], start[2]) in {(b.x1, b.y1) for b in placed.bends[e.source, e.out]}


def test_the_same_every_time() -> None:
    assert place(*graph(7, 30)) == place(*graph(7, 30))


def test_inputs_stand_near_their_readers() -> None:
    assert columns(5, [Edge(0, 0, 2, 0), Edge(2, 0, 3, 0), Edge(3, 0, 4, 0), Edge(1, 0, 4, 1)]) == [0, 2, 1, 2, 3]


def test_a_chain_is_a_straight_line() -> None:
    boxes = [Box(38, 38, (Port(7, 7, 12),) * (i > 0), (Port(17, 17, 40),)) for i in range(6)]
    placed = place(boxes, [Edge(i, 0, i + 1, 0) for i in range(5)])
    assert len({y for _, y in placed.centres}) == 1


def test_two_wires_that_need_not_cross_do_not() -> None:
    inputs = [Box(20, 20, (), (Port(17, 17, 40),)) for _ in range(4)]
    gates = [Box(38, 38, (Port(), Port()), (Port(17, 17, 40),)) for _ in range(2)]
    placed = place([*inputs, *gates], [Edge(0, 0, 5, 0), Edge(1, 0, 4, 0), Edge(2, 0, 5, 1), Edge(3, 0, 4, 1)])
    y = [c[1] for c in placed.centres]
    assert {y[0], y[2]} == set(sorted(y[:4])[:2]) or {y[0], y[2]} == set(sorted(y[:4])[2:])


def test_wires_do_not_cross_in_front_of_their_reader() -> None:
    inputs = [Box(20, 20, (), (Port(17, 17, 40),)) for _ in range(3)]
    gates = [Box(38, 38, (Port(), Port()), (Port(17, 17, 40),)) for _ in range(2)]
    edges = [Edge(0, 0, 3, 0), Edge(1, 0, 3, 1), Edge(3, 0, 4, 1), Edge(2, 0, 4, 0)]
    placed = place([*inputs, *gates], edges)
    bends = {key: placed.bends[key][0] for key in ((3, 0), (2, 0))}
    upper, lower = sorted(bends.values(), key=lambda b: b.y1)
    assert upper.y2 < lower.y2


def test_wide_circuits_go_on_in_another_row() -> None:
    boxes = [Box(100, 38, (Port(7, 7, 12),) * (i > 0), (Port(17, 17, 60),), 14, 20) for i in range(40)]
    placed = place(boxes, [Edge(i, 0, i + 1, 0) for i in range(39)])
    assert placed.width <= LIMIT + 2 * (CUT + 20) + 150
    rows = len({y for _, y in placed.centres})
    assert len(placed.cuts) == 2 * (rows - 1) > 4
    assert sum(leaves for *_, leaves in placed.cuts) == rows - 1


def test_nothing_at_all() -> None:
    assert place([], []).centres == []

"""Gates and wires: what is a gate, what stands in it, what comes back on each wire."""

from __future__ import annotations

import pytest

from gradgen.ir.read import read as expr
from gradgen.picture.circuit import Circuit, circuit, glyph, opened
from gradgen.picture.dot import dot
from gradgen.picture.mermaid import mermaid
from gradgen.picture.values import run
from tests.picture.figures import FUNCTIONS, drawn, ran, read, result

GLYPHS = {
    "x + y": "+", "x - y": "-", "x + 1.0": "+1", "x - 3": "-3", "1 - x": "1-x", "-x + 0.5": "0.5-x", "x * y": "*", "x * 0.5": "*0.5", "-x": "*-1", "1 / x": "1/x", "x / y": "/",
    "x / 2": "/2", "x ** 2": "**2", "math.exp(x)": "exp", "np.maximum(0, x)": "max", "max(x, y)": "max", "np.sum(x, axis=0)": "sum",
    "x @ y": "@", "np.dot(x, y)": "@", "x[0, :]": "[0, :]", "1 / (1 + np.exp(-x))": "sigmoid", "x * y + y": "x * y + y",
    "x / N": "/N", "x + eps": "+eps", "np.pad(x, ((p, 1), (0, 0)))": "pad", "np.exp(x + 1)": "np.exp(x + 1)",
}  # fmt: skip


@pytest.mark.parametrize("text", GLYPHS)
def test_glyphs(text: str) -> None:
    assert glyph(expr(text), ("x", "y").__contains__) == GLYPHS[text]


def ins(made: Circuit, title: str) -> dict[str, object]:
    """The gradients on the wires into a gate."""
    node = next(n for n in made.nodes if n.title == title)
    return {w.name: w.gradient for w in made.wires if w.target == node.number}


def test_each_branch_of_a_fork_has_its_own_part() -> None:
    made = read("def f(x):\n    a = 2 * x\n    b = a * a\n    return b + 3 * a\n")
    found = circuit(made, run(made, {"x": 5.0}))
    assert ins(found, "b = a * a") == {"a": 20.0}
    assert found.nodes[1].outputs == [("a", 10.0, 23.0)]


def test_sizes_and_constants_are_no_wires() -> None:
    inputs = [n.label for n in drawn("two_layer_net").nodes if n.kind == "input"]
    assert inputs == ['params["W1"]', 'params["b1"]', 'params["W2"]', 'params["b2"]', "X", "y", "reg"]


def test_of_a_branch_the_arm_that_was_taken() -> None:
    made = read("def f(x):\n    if x > 1:\n        y = x * x\n    else:\n        y = -x\n    return 2 * y\n")
    assert [n.label for n in circuit(made, run(made, {"x": 3.0})).nodes] == ["x", "*", "*2"]
    assert [n.label for n in circuit(made, run(made, {"x": 0.0})).nodes] == ["x", "*-1", "*2"]
    either = circuit(made).nodes
    assert [n.label for n in either] == ["x", "if x > 1", "*2"]
    assert [(arm.title, [n.label for n in arm.nodes], arm.results) for arm in either[1].arms] == [
        ("if x > 1", ["x", "*"], ("y",)),
        ("the else of if x > 1", ["x", "*-1"], ("y#2",)),
    ]


def test_a_branch_in_a_loop_has_its_own_condition() -> None:
    made = read("def f(x):\n    for i in range(2):\n        if x > i:\n            x = x * x\n    return x\n")
    (box,) = [n for n in circuit(made).nodes[-1].inner.nodes if n.kind == "box"]
    assert box.title == "if x > i" and [arm.title for arm in box.arms] == ["if x > i"]


def test_a_loop_is_a_box_with_its_last_trip_inside() -> None:
    made = read("def f(x, n):\n    y = x\n    for i in range(n):\n        y = y * x\n    return y\n")
    found = circuit(made, run(made, {"x": 3.0, "n": 2}))
    box = found.nodes[-1]
    assert (box.kind, box.label, box.title) == ("box", "for i in range(n)", "for i in range(n); carries y")
    assert box.outputs == [("y#2", 27.0, 1.0)]
    assert ins(found, box.title) == {"y": 9.0, "x": 18.0}
    assert box.inner.title == "for i in range(n), trip 2, the last"
    assert [o for n in box.inner.nodes for o in n.outputs] == [("y#2", 9.0, 3.0), ("x", 3.0, 9.0), ("y#3", 27.0, 1.0)]


def numbers(made: Circuit) -> dict[str, tuple[float, float]]:
    """The value and the gradient of everything that the gates of a circuit make."""
    return {f"{n.label} {name}": (value, gradient) for n in made.nodes for name, value, gradient in n.outputs}


def test_each_trip_has_its_own_numbers() -> None:
    made = read("def f(x, n):\n    y = x\n    for i in range(n):\n        y = y * x\n    return y\n")
    (loop,) = (n for n in circuit(made, run(made, {"x": 2.0, "n": 3}), room=16).nodes if n.trips)
    found = [numbers(trip) for trip in loop.trips.values()]
    assert [f["* y#3"] for f in found] == [(4.0, 4.0), (8.0, 2.0), (16.0, 1.0)]
    assert [f["x x"] for f in found] == [(2.0, 8.0), (2.0, 8.0), (2.0, 8.0)]  # what each trip hands back
    assert [t.title for t in loop.trips.values()][::2] == [
        "for i in range(n), trip 1",
        "for i in range(n), trip 3, the last",
    ]
    assert loop.inner is loop.trips[2]


def test_what_a_loop_adds_up_keeps_its_gradient_in_each_trip() -> None:
    made = read("def f(x, n):\n    s = 0.0\n    for i in range(n):\n        s += x * x\n    return 3 * s\n")
    (loop,) = (n for n in circuit(made, run(made, {"x": 2.0, "n": 2}), room=16).nodes if n.trips)
    assert [[o[1:] for n in trip.nodes for o in n.outputs if o[0].startswith("s")] for trip in loop.trips.values()] == [
        [(0.0, 3.0), (4.0, 3.0)], [(4.0, 3.0), (8.0, 3.0)],
    ]  # fmt: skip


TRIANGLE = """
    def f(x, n):
        y = x
        for i in range(n):
            for j in range(i + 1):
                y = y + x * x
        return y
"""


def test_trips_of_nested_loops() -> None:
    made = read(TRIANGLE)
    found = opened(circuit(made, run(made, {"x": 2.0, "n": 3}), room=16))
    assert [place.path for place in found] == [
        (), ((0, 0),), ((0, 0), (1, 0)), ((0, 1),), ((0, 1), (1, 0)), ((0, 1), (1, 1)),
        ((0, 2),), ((0, 2), (1, 0)), ((0, 2), (1, 1)), ((0, 2), (1, 2)),
    ]  # fmt: skip
    assert [place.path for place in found if place.last] == [(), ((0, 2),), ((0, 2), (1, 2))]
    sums = [place.circuit.nodes[-1].outputs[0][1] for place in found if len(place.path) == 2]
    assert sums == [6.0, 10.0, 14.0, 18.0, 22.0, 26.0]


def test_the_last_trip_of_a_while_loop_is_one_that_was_made() -> None:
    made = read(
        "def f(x):\n    y = 1.0\n    while abs(y * y - x) > 0.1:\n        y = 0.5 * (y + x / y)\n    return y\n"
    )
    (loop,) = (n for n in circuit(made, run(made, {"x": 4.0}), room=16).nodes if n.trips)
    assert list(loop.trips) == [0, 1, 2]  # 1 -> 2.5 -> 2.05 -> 2.0006
    assert all(gradient is not None for value, gradient in numbers(loop.inner).values())


def test_long_loops_show_their_ends() -> None:
    made = read("def f(x, n):\n    y = x\n    for i in range(n):\n        y = y * 0.5\n    return y\n")
    (loop,) = (n for n in circuit(made, run(made, {"x": 2.0, "n": 40}), room=16).nodes if n.trips)
    assert list(loop.trips) == [0, 1, 2, 37, 38, 39]


def test_a_loop_that_makes_no_trip_is_empty() -> None:
    made = read("def f(x, n):\n    y = x\n    for i in range(n):\n        y = y * x\n    return y\n")
    assert circuit(made, run(made, {"x": 3.0, "n": 0})).nodes[-1].inner is None


def test_a_called_function_is_a_box_that_opens() -> None:
    made = read(
        "def sq(a):\n    b = a * a\n    c = b * a\n    return c + b\n\n\ndef f(x):\n    return sq(x) + sq(2 * x)\n", "f"
    )
    found = circuit(made, run(made, {"x": 1.5}))
    first, second = (n for n in found.nodes if n.kind == "box")
    assert first.label == second.label == "sq"
    assert [first.inner.nodes[0].outputs, second.inner.nodes[0].outputs] == [
        [("a", 1.5, 3 * 1.5**2 + 2 * 1.5)],
        [("a", 3.0, 3 * 3.0**2 + 2 * 3.0)],
    ]


@pytest.mark.parametrize("figure", FUNCTIONS)
def test_the_parts_on_the_wires_add_up(figure: str) -> None:
    import numpy as np

    made = drawn(figure)
    for node in made.nodes:
        for name, value, total in node.outputs:
            parts = [w.gradient for w in made.readers(name) if w.gradient is not None]
            if parts and total is not None and name not in made.results:
                whole = sum(np.broadcast_to(p, np.shape(value)) for p in parts)
                assert np.allclose(whole, total), (figure, name)


def test_the_parts_of_a_split_are_gates() -> None:
    import numpy as np

    made = read(
        "import numpy as np\n\n\ndef f(x):\n    a, b = np.split(x, 2, axis=1)\n    return np.sum(a * b)\n",
        shape="x: N 4",
    )
    found = circuit(made, run(made, {"x": np.arange(8.0).reshape(2, 4)}))
    assert [(n.label, n.title) for n in found.nodes][:4] == [
        ("x", "x"),
        ("part 1", "a = x, part 1"),
        ("part 2", "b = x, part 2"),
        ("*", "ab = a * b"),
    ]
    assert found.nodes[0].outputs[0][2].tolist() == [[2, 3, 0, 1], [6, 7, 4, 5]]
    assert [(w.source, w.target) for w in found.wires][:4] == [(0, 1), (0, 2), (1, 3), (2, 3)]


def test_dot() -> None:
    assert dot(drawn("chain")).splitlines()[1:] == [
        'digraph "f" {', "  rankdir=LR;", '  node [fontname="sans-serif"];', '  edge [fontname="sans-serif"];',
        '  n0 [label="x", tooltip="x", shape=plaintext];', '  n1 [label="y", tooltip="y", shape=plaintext];',
        '  n2 [label="z", tooltip="z", shape=plaintext];', '  n3 [label="+", tooltip="q = x + y", shape=ellipse];',
        '  n4 [label="*", tooltip="f = q * z", shape=ellipse];', '  n0 -> n3 [label="-2.00\\n-4.00"];',
        '  n1 -> n3 [label="5.00\\n-4.00"];', '  n3 -> n4 [label="3.00\\n-4.00"];', '  n2 -> n4 [label="-4.00\\n3.00"];',
        '  n4_end0 [label="f", shape=plaintext];', '  n4 -> n4_end0 [label="-12.00\\n1.00"];', "}",
    ]  # fmt: skip
    nested = dot(circuit(result("lstm"), ran("lstm")))
    assert nested.count("subgraph cluster_") == 2 and nested.count("{") == nested.count("}")


def test_mermaid() -> None:
    text = mermaid(drawn("chain"))
    assert text.splitlines()[1] == "flowchart LR"
    assert (
        '  n3(("+"))' in text
        and '  n3 -->|"3.00 / -4.00"| n4' in text
        and '  n4 -->|"-12.00 / 1.00"| n4_end0["f"]' in text
    )
    nested = mermaid(drawn("lstm"))
    assert nested.count("subgraph") == sum(line.strip() == "end" for line in nested.splitlines()) == 2

"""Drawings: the notes' numbers where the notes have them, and nothing in the way of anything."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from gradgen.picture.circuit import circuit
from gradgen.picture.svg import draw
from gradgen.picture.values import run
from tests.picture.figures import FUNCTIONS, chain_of, drawn, ran, read, result
from tests.picture.geometry import SVG, Shape, points, problems

NOTES = {  # figure -> what stands above and below each wire, as in the notes
    "chain": {"x": ("-2.00", "-4.00"), "y": ("5.00", "-4.00"), "z": ("-4.00", "3.00"), "q": ("3.00", "-4.00"), "f": ("-12.00", "1.00")},
    "neuron": {
        "w[0]": ("2.00", "-0.20"), "x[0]": ("-1.00", "0.39"), "w[1]": ("-3.00", "-0.39"), "x[1]": ("-2.00", "-0.59"),
        "w[2]": ("-3.00", "0.20"), "w0x0": ("-2.00", "0.20"), "w1x1": ("6.00", "0.20"), "w0x0pw1x1": ("4.00", "0.20"), "dot": ("1.00", "0.20"),
        "negdot": ("-1.00", "-0.20"), "expnegdot": ("0.37", "-0.53"), "den": ("1.37", "-0.53"), "f": ("0.73", "1.00"),
    },
    "circuit": {
        "x": ("3.00", "-8.00"), "y": ("-4.00", "6.00"), "z": ("2.00", "2.00"), "w": ("-1.00", "0.00"), "xy": ("-12.00", "2.00"),
        "maxzw": ("2.00", "2.00"), "xypmaxzw": ("-10.00", "2.00"), "f": ("-20.00", "1.00"),
    },
}  # fmt: skip
GATES = {
    "chain": ["+", "*"],
    "neuron": ["*", "*", "+", "+", "*-1", "exp", "+1", "1/x"],
    "circuit": ["*", "max", "+", "*2"],
}


def labels(svg: str, kind: str) -> dict[str, str]:
    """What is written above or below each wire, by the value's name."""
    return {t.get("data-name"): text_of(t) for t in ET.fromstring(svg).iter(f"{SVG}text") if t.get("class") == kind}


def text_of(element: ET.Element) -> str:
    """A label without its tooltip."""
    return (element.text or "") + "".join(child.tail or "" for child in element)


@pytest.mark.parametrize("figure", NOTES)
def test_the_notes_figures(figure: str) -> None:
    svg = draw(drawn(figure))
    above, below = labels(svg, "value"), labels(svg, "gradient")
    assert {name: (above[name], below[name]) for name in above} == NOTES[figure]
    gates = [g for g in ET.fromstring(svg).iter(f"{SVG}g") if g.get("class") == "node gate"]
    assert [text_of(next(t for t in g.iter(f"{SVG}text") if t.get("class") == "label")) for g in gates] == GATES[figure]


@pytest.mark.parametrize("figure", NOTES)
def test_values_stand_above_and_gradients_below(figure: str) -> None:
    root = ET.fromstring(draw(drawn(figure)))
    places = {
        kind: {t.get("data-name"): t for t in root.iter(f"{SVG}text") if t.get("class") == kind}
        for kind in ("value", "gradient")
    }
    for name, value in places["value"].items():
        assert float(value.get("y")) < float(places["gradient"][name].get("y"))
        assert value.get("fill") != places["gradient"][name].get("fill")
        assert value.get("font-style") != "italic" == places["gradient"][name].get("font-style")


def test_a_fork_adds() -> None:
    root = ET.fromstring(draw(drawn("staged")))
    forks = {g.get("data-name"): g.findtext(f"{SVG}title") for g in root.iter(f"{SVG}g") if g.get("class") == "fork"}
    assert forks == {
        "x": "x forks here: the gradients that come back add: 0.51 + -0.04 + 1.58",
        "y": "y forks here: the gradients that come back add: 0.01 + 1.58",
    }
    parts = [(t.get("data-name"), text_of(t)) for t in root.iter(f"{SVG}text") if t.get("class") == "part"]
    assert sorted(parts) == [("x", "-0.04"), ("x", "0.51"), ("x", "1.58"), ("y", "0.01"), ("y", "1.58")]


@pytest.mark.parametrize("figure", FUNCTIONS)
@pytest.mark.parametrize("valued", [True, False])
def test_nothing_is_in_the_way(figure: str, valued: bool) -> None:
    assert problems(draw(circuit(result(figure), ran(figure) if valued else None))) == []


def test_a_result_that_is_read_on_has_room_for_its_name() -> None:
    made = read("""
        def f(v, n):
            s = 0.0
            for i in range(n):
                v = 0.5 * v
                w = v**2
                s = s + w * v
            return s
        """)
    svg = draw(circuit(made, run(made, {"v": 2.0, "n": 3})))
    assert problems(svg) == [] and svg.count('class="fork"') == 1
    assert any("a fork" in p for p in problems(svg.replace('r="6.5"', 'r="30"')))


@pytest.mark.parametrize("count", [3, 20, 60])
def test_long_circuits(count: int) -> None:
    made = read(chain_of(count))
    svg = draw(circuit(made, run(made, {"v0": 0.3})))
    assert problems(svg) == []
    assert svg.count('class="node gate"') >= count


def test_the_geometry_sees_what_is_wrong() -> None:
    """The test of the test: shapes moved onto each other are found."""
    svg = draw(drawn("neuron"))
    gate = next(g for g in ET.fromstring(svg).iter(f"{SVG}rect") if g.get("class") == "box" and g.get("rx"))
    assert problems(svg.replace(f'x="{gate.get("x")}" y="{gate.get("y")}"', 'x="60.0" y="20.0"', 1)) != []
    assert Shape("", 0, 0, 40, 40, 20).holds(20, 20, 1) and not Shape("", 0, 0, 40, 40, 20).holds(2, 2, 1)
    assert list(points("M0 0H40"))[20] == (20.0, 0.0)


def test_boxes_open_below() -> None:
    svg = draw(drawn("lstm"))
    assert "inside for t in range(T)" in svg and "inside lstm_step" in svg
    assert svg.count('class="panel"') == 3


def test_small_arrays_are_heat_maps() -> None:
    root = ET.fromstring(draw(drawn("two_layer_net")))
    maps = [g for g in root.iter(f"{SVG}g") if g.get("class") == "map value"]
    cells = [r for g in maps for r in g.iter(f"{SVG}rect")]
    sizes = [o[1].size for n in drawn("two_layer_net").nodes for o in n.outputs if getattr(o[1], "ndim", 0)]
    assert len(cells) == sum(sizes)
    assert any(g.find(f"{SVG}path") is not None for g in maps)  # a stroke where negative


def test_what_a_user_writes_is_escaped() -> None:
    made = read("def f(x):\n    y = x * x if x < 2 else x\n    return y\n")
    svg = draw(circuit(made, run(made, {"x": 1.0})))
    ET.fromstring(svg)
    assert "x < 2" not in svg and "x &lt; 2" in svg


def test_colours_are_literals_and_nothing_is_loaded() -> None:
    svg = draw(drawn("lstm"))
    assert "var(" not in svg and "currentColor" not in svg and "href" not in svg and "url(" not in svg
    assert svg.count("http") == 1  # the name of the language itself

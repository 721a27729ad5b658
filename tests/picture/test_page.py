"""The explained page, read as text; `test_browser` uses it."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from functools import cache
from html.parser import HTMLParser

import pytest

import gradgen
from gradgen.picture.page import page, point
from gradgen.picture.point import tried
from gradgen.picture.turn import digest
from gradgen.picture.values import run as run_at
from gradgen.rules.gates import EFFECTS, GATES
from tests.picture.figures import FUNCTIONS, at, ran, result
from tests.picture.figures import read as read_text

VOID = {"meta", "link", "input", "br"}


@cache
def made(figure: str) -> str:
    """The page of a figure, its text unchecked."""
    return page(result(figure), at(figure), ran(figure))


class Reader(HTMLParser):
    """Elements that are open, what loads anything, and the texts."""

    def __init__(self):
        super().__init__()
        self.open: list[str] = []
        self.loads: list[str] = []
        self.ids: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.loads += [v for k, v in attrs if k in ("src", "href", "action", "data") and v != "data:,"]
        self.ids += [v for k, v in attrs if k == "id"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.loads += [v for k, v in attrs if k in ("src", "href")]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)


def reading(html: str) -> Reader:
    found = Reader()
    found.feed(html)
    return found


def data_of(html: str) -> dict:
    """What the script of the page reads."""
    return json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', html, re.DOTALL)[1])


@pytest.mark.parametrize("figure", FUNCTIONS)
def test_a_page_stands_alone(figure: str) -> None:
    html = made(figure)
    found = reading(html)
    assert found.open == [] and found.loads == []
    assert len(set(found.ids)) == len(found.ids)
    assert {m for m in re.findall(r"https?://[^\s\"'<]*", html)} <= {"http://www.w3.org/2000/svg"}
    assert len(html.encode()) < 500_000


def test_the_two_layer_net_is_small() -> None:
    assert len(made("two_layer_net").encode()) < 250_000


def test_the_way_through_branches_is_said() -> None:
    made_of = read_text(
        "def f(x, y):\n    if x > y:\n        return x * y\n    elif y == 2:\n        return y\n    return x + y\n"
    )
    told = [point(made_of, run_at(made_of, {"x": x, "y": 1.0})) for x in (3.0, 0.0)]
    assert told == ["x = 3, y = 1 (if x > y: yes)", "x = 0, y = 1 (if x > y: no, elif y == 2: no)"]


def test_the_steps_run_forward_and_back() -> None:
    steps = data_of(made("chain"))["steps"]
    assert [(s["kind"], s["stage"]) for s in steps] == [
        ("start", ""), ("value", "1"), ("value", "2"), ("seed", "2"), ("gradient", "2"), ("gradient", "1"),
    ]  # fmt: skip
    assert steps[1]["text"] == "Forward (1): q = -2.00 + 5.00 = 3.00"
    assert "dq = z * df: local gradient -4.00 × upstream 1.00 = -4.00" in steps[4]["text"]


def test_what_is_said_of_gates_comes_from_the_rows() -> None:
    words = "".join(reading(made("circuit")).words)
    for gate in ("distributor", "router", "switcher", "scaler"):
        assert f"{gate}: it {GATES[gate]}; {EFFECTS[gate]}." in words
    assert set(EFFECTS) <= set(GATES)


def test_proofs_are_mathematics() -> None:
    html = made("staged")
    formulas = re.findall(r"<math>.*?</math>", html)
    assert len(formulas) > 20
    for formula in formulas:
        ET.fromstring(formula)
    assert (
        "SymPy finds" in html
        and "<mfrac><mrow><mi>∂</mi><mi>s</mi></mrow><mrow><mi>∂</mi><mi>x</mi></mrow></mfrac>" in html
    )


def test_lines_belong_to_stages() -> None:
    html = made("staged")
    assert (
        html.count('data-stages="7"') == 1 + 1 + 2
    )  # the source, the forward, the comment and the line of the backward
    net = made("two_layer_net")
    assert 'data-stages="7 8 9"' in net  # one line of the source is three stages


def test_lines_of_called_functions_belong_to_theirs() -> None:
    html = made("lstm")
    assert html.count('data-stages="lstm_step:12"') == 1  # the forward; the backward of it is written into another line
    assert html.count('data-stage="lstm_step:12"') == 3 * 2  # the gate and its card in each trip
    assert html.count('data-stages="lstm_step:10"') == 1 + 2


def test_blanks_are_tried_at_several_points() -> None:
    data = data_of(made("staged"))
    assert len(data["blanks"]) == 12 and len(data["points"]) == 4
    assert all([t["point"] for t in b["tries"]] == [0, 1, 2, 3] for b in data["blanks"])
    assert data["blanks"][0]["tries"][0]["want"] == pytest.approx(0.512144, rel=1e-5)  # dnum = invden
    assert (data["blanks"][8]["answer"], data["blanks"][8]["op"]) == ("((1 - sigx) * sigx) * dsigx", "+=")


def test_blanks_of_arrays_are_tried_too() -> None:
    data = data_of(made("two_layer_net"))
    assert len(data["points"]) == 2 and data["modules"] == {"np": ["numpy"]}
    assert {len(b["tries"]) for b in data["blanks"]} == {2}
    (stored,) = (b for b in data["blanks"] if "[" in b["target"])
    assert (stored["answer"], stored["op"]) == ("1.0 / N", "-=")


def names_at(data: dict, line: str, number: int = 0) -> dict:
    """The names, with their values, that the page has at one try of a line."""
    t = next(b for b in data["blanks"] if b["answer"] == line)["tries"][number]
    return {name: v for frame, name, v in data["points"][t["point"]][: t["after"]] if frame in (0, t["frame"])}


def test_names_are_there_when_they_have_a_value() -> None:
    names = names_at(data_of(made("staged")), "num")  # dinvden = num
    assert set(names) == {"x", "y", "sigy", "num", "sigx", "xpy", "xpysqr", "den", "invden", "f", "dnum"}
    step = names_at(data_of(made("lstm_step")), "f * dnext_c")
    assert "dnext_c" in step and "next_c" not in step  # what the cache does not hold is not there


def test_in_a_loop_trips_are_tries() -> None:
    from gradgen.picture.values import run

    made_of = read_text("def f(x, n):\n    y = x\n    for i in range(n):\n        y = y * y\n    return y\n")
    values = {"x": 1.1, "n": 5}
    data = data_of(page(made_of, values, run(made_of, values)))
    (square,) = (b for b in data["blanks"] if "y_hist[i]" in b["answer"])
    assert [t["want"] for t in square["tries"] if t["point"] == 0] == pytest.approx(
        [2 * 1.1**16, 4 * 1.1**24, 32 * 1.1**31], rel=1e-9
    )  # the first two trips back, and the last
    assert [names_at(data, square["answer"], n)["i"] for n in range(3)] == [4, 3, 0]


def test_caches_are_told_with_the_holes_in_them() -> None:
    from gradgen.picture.watch import is_told

    assert is_told((True, 2.0, None)) and not is_told(None) and not is_told((1.0, "sum"))
    assert digest((True, None, [2.0])) == digest([1, 2.0]) == 2.75


def test_what_does_too_much_is_not_tried(monkeypatch) -> None:
    from gradgen.picture.values import run

    monkeypatch.setattr("gradgen.picture.watch.NOTED", 3)
    made_of = read_text("def f(x, y):\n    a = x * y\n    return a * a\n")
    data = data_of(page(made_of, {"x": 2.0, "y": 3.0}, run(made_of, {"x": 2.0, "y": 3.0})))
    assert data["points"] == [] and data["blanks"] and not any(b["tries"] for b in data["blanks"])


def test_answers_are_not_tried_where_numbers_end() -> None:
    from gradgen.picture.values import run

    root = read_text("import math\n\n\ndef f(x):\n    return math.sqrt(x)\n")
    data = data_of(page(root, {"x": 0.0}, run(root, {"x": 0.0})))
    assert len(data["points"]) == 3 == len(data["blanks"][0]["tries"])


def test_lists_are_blanks_too() -> None:
    text = "def f(w, x):\n    return w[0] * x[0] + w[1] * x[1]\n"
    from gradgen.picture.values import run

    values = {"w": [2.0, 3.0], "x": [4.0, 5.0]}
    made_of = read_text(text)
    blanks = {
        b["answer"]: b["tries"][0]["want"] for b in data_of(page(made_of, values, run(made_of, values)))["blanks"]
    }
    assert blanks["[x[0], x[1]]"] == [4.0, 5.0] or [4.0, 5.0] in blanks.values()


def test_dimensions_and_one_entry() -> None:
    words = "".join(reading(made("two_layer_net")).words)
    assert 'X.T (2, 7) by dXW1 (7, 3) is (2, 3), the shape of params["W1"]' in words
    assert re.search(r"its entry \[\d, \d\]: .* · .* \+ .* = ", words)


def test_what_is_kept_and_why() -> None:
    words = "".join(reading(made("chain")).words)
    assert "Kept for the way back: z, because dq = z * df reads it." in words
    assert "the backward of stage 2 reads it" in words


def test_script_cannot_be_ended_by_a_name() -> None:
    text = 'def f(p):\n    return p["</script><b>"] * 2\n'
    from gradgen.picture.values import run

    values = {"p": {"</script><b>": 3.0}}
    made_of = gradgen.generate(text, verify=False)
    html = page(made_of, values, run(made_of, values))
    assert reading(html).open == [] and html.count("</script>") == 2 and "<b>" not in html


def test_the_same_bytes_every_time() -> None:
    assert made("neuron") == page(result("neuron"), at("neuron"), ran("neuron"))


LAYER = """
import numpy as np


class Scale:
    def __init__(self, w, b):
        self.w = w
        self.b = b

    def forward(self, x):
        out = x @ self.w + self.b
        return out
"""


def test_layers_are_explained() -> None:
    made_of = read_text(LAYER, "Scale")
    at, found = tried(made_of, even=False)
    html = page(made_of, at, found)
    assert 'data-stages="1" tabindex="0" role="button">    self.dw = ' in html
    assert "<code>x</code>: the backward of stage 1 reads it" in html and "parts." not in reading(html).words

"""The page in a real browser: lines light up, the slider moves, answers are marked; no network, no complaints."""

from __future__ import annotations

import re

import pytest

from tests.examples.examples import FOLDER
from tests.picture.browser import MISSING
from tests.picture.figures import FUNCTIONS, drawn
from tests.picture.test_page import made as page_of

pytestmark = pytest.mark.skipif(bool(MISSING), reason=MISSING)

OVERLAPS = """
const found = [];
for (const panel of document.querySelectorAll("svg.circuit .panel")) {
  const texts = [...panel.querySelectorAll("text")].map((t) => [t.textContent, t.getBBox()]);
  const hits = (a, b) => a.x + a.width > b.x + 0.5 && b.x + b.width > a.x + 0.5 && a.y + a.height * 0.8 > b.y + b.height * 0.2 && b.y + b.height * 0.8 > a.y + a.height * 0.2;
  texts.forEach(([t, a], i) => texts.slice(i + 1).forEach(([u, b]) => { if (hits(a, b)) found.push(`${t} meets ${u}`); }));
  for (const gate of panel.querySelectorAll(".node")) {
    const box = gate.querySelector(".box").getBBox(), label = gate.querySelector(".label").getBBox();
    if (label.x < box.x - 1 || label.x + label.width > box.x + box.width + 1) found.push(`${gate.textContent} is wider than its gate`);
  }
}
return found;
"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """The pages of all figures."""
    folder = tmp_path_factory.mktemp("pages")
    for figure in FUNCTIONS:
        (folder / f"{figure}.html").write_text(page_of(figure), encoding="utf-8")
    return folder


def lit(chrome) -> list[str]:
    """The lines that are lit."""
    return chrome.run(
        "return [...document.querySelectorAll('.line.on')].map((l) => l.textContent.trim().split('  #')[0])"
    )


def test_a_line_lights_up_what_belongs_to_it(chrome) -> None:
    chrome.open(FOLDER / "chain.html")
    chrome.click("li[data-stages='1']")
    assert lit(chrome) == ["q = x + y", "q = x + y", "# backprop q = x + y", "dx = dq", "dy = dq"]
    assert chrome.run("return [...document.querySelectorAll('.node.on .label')].map((t) => t.textContent)") == ["+"]
    assert chrome.text(".card.on h3") == "(1) q = x + y"
    assert chrome.run(
        "return [...document.querySelectorAll('[aria-current]')].every((e) => e.classList.contains('on'))"
    )
    assert chrome.complaints() == []


def test_a_gate_lights_up_its_lines_by_keyboard(chrome) -> None:
    chrome.open(FOLDER / "chain.html")
    chrome.run("document.querySelector(\".node[data-stage='2']\").focus()")
    chrome.type(".node[data-stage='2']", "\ue007")
    assert lit(chrome) == ["f = q * z", "f = q * z", "# backprop f = q * z", "dq = z", "dz = q"]


def test_the_slider_runs_forward_then_backward(chrome) -> None:
    chrome.open(FOLDER / "chain.html")
    hidden = "return [...document.querySelectorAll('svg.circuit [data-step].later')].map((t) => t.textContent)"
    assert chrome.run(hidden) == []
    chrome.type("#step", "\ue011")  # Home
    assert chrome.text("#said") == "The inputs: x = -2.00, y = 5.00, z = -4.00"
    assert len(chrome.run(hidden)) == 7  # two values, five gradients
    chrome.type("#step", "\ue014")  # right
    assert chrome.text("#said") == "Forward (1): q = -2.00 + 5.00 = 3.00"
    assert len(chrome.run(hidden)) == 6
    chrome.click("#next"), chrome.click("#next"), chrome.click("#next")
    assert "local gradient -4.00 × upstream 1.00 = -4.00" in chrome.text("#said")
    assert sorted(chrome.run(hidden)) == ["-4.00", "-4.00"]  # on x and y
    chrome.click("#back")
    assert chrome.text("#said") == "The gradient on f itself is 1: the way back begins"
    assert chrome.complaints() == []


ANSWERS = [  # the blank, what is typed, whether it is right, what is said
    ("ddot", "(1 - f) * f", True, "word for word"),
    ("ddot", "f - f**2", True, "agrees in 4 tries"),
    ("ddot", "f * (1 + f)", False, "gives 1.266, should be 0.1966 here"),
    ("ddot", "(1 - f) * f + 1e-7", False, "gives 0.196612033241, should be 0.196611933241 here"),
    ("ddot", "0.19661193324148185", False, "right here, but not in other tries"),
    ("ddot", "f * (1 - g)", False, "there is no “g” here"),
    ("ddot", "f * (1 - f", False, "“)” is missing"),
    ("ddot", "alert(1)", False, "there is no “alert” here"),
    ("ddot", "dw", False, "there is no “dw” here"),  # not yet
    ("ddot", "constructor", False, "there is no “constructor” here"),
    ("ddot", "math.exp(-dot) / (1 + math.exp(-dot)) ** 2", True, "agrees in 4 tries"),
    ("dx", "[ddot * w[0], w[1] * ddot]", True, "agrees in 4 tries"),
    ("dx", "[w[0] * ddot, x[1] * ddot]", False, "entry [1] is -0.3932, should be -0.5898 here"),
]


@pytest.fixture
def few(tmp_path):
    """The neuron's page with the sigmoid as one gate."""
    from gradgen.cli import main

    assert (
        main(
            [
                "explain",
                str(FOLDER / "neuron.py"),
                "--at",
                "w=[2, -3, -3], x=[-1, -2]",
                "-o",
                str(tmp_path / "few.html"),
            ]
        )
        == 0
    )
    return tmp_path / "few.html"


def test_your_turn(chrome, few) -> None:
    chrome.open(few)
    chrome.click("#turn")
    assert chrome.run("return document.querySelector('.answer').offsetParent") is None
    blank = chrome.run(
        "return Object.fromEntries([...document.querySelectorAll('.fill')].map((f) => [f.getAttribute('aria-label').split(' ')[0], f.id]))"
    )
    for name, typed, right, said in ANSWERS:
        field = "#" + blank[name]
        chrome.clear(field)
        chrome.type(field, typed + "\ue007")
        assert chrome.text(field.replace("blank", "mark")).endswith(f"{'right' if right else 'wrong'}: {said}"), typed
    assert chrome.text("#score") == "1 of 3 lines right"
    chrome.click("#turn")
    assert chrome.run("return document.querySelector('.answer').offsetParent") is not None
    assert chrome.complaints() == []


ARRAYS = [  # the blank of the two-layer net, what is typed, what is said
    ("db2", "np.sum( dscores,axis=0 )", "right: word for word"),
    ("db2", "dscores.sum(0)", "right: agrees in 2 tries"),
    ("db2", "np.einsum('nc->c', dscores)", "right: agrees in 2 tries"),
    ("db2", "np.sum(dscores, axis=1)", "wrong: has the shape (7,), should have (5,)"),
    ("db2", "dscores", "wrong: has the shape (7, 5), should have (5,)"),
    ("db2", "np.mean(dscores, axis=0)", "should be"),
    ("dscores[range(N), y]", "np.ones(N) / N", "right: agrees in 2 tries"),
    ("dscores[range(N), y]", "1 / (N + 1)", "wrong: entry [0] is 0.1250, should be 0.1429 here"),
    ("dW2", "np.dot(dscores.T, hidden_layer)", "wrong: has the shape"),
    ("dW2", "np.dot(hidden_layer, dscores)", "wrong: the shapes (7, 3) and (7, 5) do not fit a product"),
]


def test_arrays_are_tried_too(chrome, pages) -> None:
    chrome.open(pages / "two_layer_net.html")
    chrome.click("#turn")
    fields = chrome.run(
        "return Object.fromEntries([...document.querySelectorAll('.fill')].map((f) => [f.getAttribute('aria-label').split(/ .?= *$/)[0], f.id]))"
    )
    for name, typed, said in ARRAYS:
        chrome.clear("#" + fields[name])
        chrome.type("#" + fields[name], typed + "\ue007")
        assert said in chrome.text("#" + fields[name].replace("blank", "mark")), (
            typed,
            chrome.text("#" + fields[name].replace("blank", "mark")),
        )
    assert chrome.complaints() == []


CALLING = """
    import math

    def half(v):
        return math.sin(v) / 2

    def pair(a, b):
        s = a * b
        return math.sin(s) + a

    def f(x, y):
        q = half(x)
        return q * pair(q, y)
"""
CALLED = [  # the blank, what is typed, what is said
    ("dq_pair_out, dy", "(pair_backward(dpair_out, pair_out_cache))", "right: agrees in 4 tries"),
    (
        "dq_pair_out, dy",
        "pair_backward(2 * dpair_out, pair_out_cache)",
        "wrong: entry [1] is 0.1896, should be 0.09479 here",
    ),
    ("dq_pair_out, dy", "pair_backward(dpair_out, (1, 2, 3))", "open: this page knows “pair_backward” only"),
    (
        "dq_pair_out, dy",
        "dpair_out * (1 + y * math.cos(q * y)), q * math.cos(q * y) * dpair_out",
        "right: agrees in 4 tries",
    ),
    ("dq_pair_out, dy", "dpair_out", "wrong: gives no list"),
    ("dx", "0.5 * math.cos(x) * dq", "right: agrees in 4 tries"),
    ("dx", "half_backward(-dq, q_cache)", "wrong: gives"),
]


def test_answers_that_call_other_functions(chrome, tmp_path) -> None:
    from gradgen.picture.page import page
    from gradgen.picture.values import run
    from tests.picture.figures import read

    made, values = read(CALLING, "f"), {"x": 0.7, "y": -1.3}
    (tmp_path / "page.html").write_text(page(made, values, run(made, values)), encoding="utf-8")
    chrome.open(tmp_path / "page.html")
    chrome.click("#turn")
    fields = chrome.run(
        "return Object.fromEntries([...document.querySelectorAll('.fill')].map((f) => [f.getAttribute('aria-label').split(' =')[0], f.id]))"
    )
    for name, typed, said in CALLED:
        chrome.clear("#" + fields[name])
        chrome.type("#" + fields[name], typed + "\ue007")
        assert said in chrome.text("#" + fields[name].replace("blank", "mark")), (fields, typed)
    assert chrome.complaints() == []


@pytest.mark.parametrize("figure", FUNCTIONS)
@pytest.mark.parametrize("width", [1280, 500])
def test_pages_stand_alone_and_nothing_overlaps(chrome, pages, figure: str, width: int) -> None:
    chrome.open(pages / f"{figure}.html", width)
    assert chrome.run("return performance.getEntriesByType('resource').map((r) => r.name)") == []
    assert chrome.run(OVERLAPS) == []
    assert chrome.run("return document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert chrome.complaints() == []


def test_everything_that_can_be_chosen_has_a_name(chrome) -> None:
    chrome.open(FOLDER / "neuron.html")
    nameless = chrome.run(
        "return [...document.querySelectorAll('button, input, [role=button], [role=region], svg')]"
        ".filter((e) => !(e.getAttribute('aria-label') || e.textContent.trim() || e.labels?.length)).map((e) => e.outerHTML.slice(0, 80))"
    )
    assert nameless == []


FAINT = """
const rgb = (text) => text.match(/[\\d.]+/g).map(Number);
const light = (colour) => {
  const [r, g, b] = rgb(colour).map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const seen = (colour) => colour !== "none" && (rgb(colour)[3] ?? 1) > 0;
const behind = (e) => {
  const box = e.classList.contains("label") && e.parentNode.querySelector(".box"), paper = e.closest("svg")?.querySelector(".paper");
  for (const shape of [box, paper]) if (shape && seen(getComputedStyle(shape).fill)) return getComputedStyle(shape).fill;
  for (let at = e; at; at = at.parentElement) if (seen(getComputedStyle(at).backgroundColor)) return getComputedStyle(at).backgroundColor;
};
const texts = [...document.querySelectorAll("svg text, p, .line, td, th, h1, h2, h3, h4, li, label, button, select")];
return texts.filter((e) => e.getClientRects().length).map((e) => {
  const [a, b] = [getComputedStyle(e)[e.closest("svg") ? "fill" : "color"], behind(e)].map(light).sort((p, q) => q - p);
  return [(a + 0.05) / (b + 0.05), e.getAttribute("class"), e.textContent.trim().slice(0, 40)];
}).filter(([contrast]) => contrast < 4.5);
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everything_can_be_read(chrome, pages, scheme: str) -> None:
    chrome.see(scheme=scheme)
    chrome.open(pages / "lstm.html")
    assert chrome.run(FAINT) == []
    chrome.see()


def test_on_paper_everything_is_there(chrome, pages) -> None:
    chrome.see("print", "dark")
    chrome.open(pages / "two_layer_net.html", 1080)  # about the width of the paper
    shown = chrome.run("return [...document.querySelectorAll('.card')].map((c) => c.getClientRects().length > 0)")
    assert len(shown) > 10 and all(shown)
    assert chrome.run("return document.querySelector('.player').getClientRects().length") == 0
    assert chrome.run("return document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert chrome.run(FAINT) == []
    chrome.see()


def test_the_circuit_says_the_same_as_the_drawing(chrome) -> None:
    chrome.open(FOLDER / "neuron.html")
    labels = chrome.run("return [...document.querySelectorAll('svg.circuit .gate .label')].map((t) => t.textContent)")
    assert labels == [n.label for n in drawn("neuron").nodes if n.kind == "gate"]
    assert re.search(r"value|gradient", chrome.text("svg.circuit .legend"))


SHOWN = """
const seen = (e) => getComputedStyle(e).display !== "none";
return [...document.querySelectorAll(".panel")].filter(seen).map((p) => p.querySelector(".heading")?.textContent ?? "");
"""


@pytest.fixture(scope="module")
def triangle(tmp_path_factory):
    """The page of a function with a loop in a loop, of one trip more each time."""
    from gradgen.picture.page import page
    from gradgen.picture.values import run
    from tests.picture.figures import read
    from tests.picture.test_circuit import TRIANGLE

    made = read(TRIANGLE)
    path = tmp_path_factory.mktemp("triangle") / "page.html"
    path.write_text(page(made, {"x": 2.0, "n": 3}, run(made, {"x": 2.0, "n": 3})), encoding="utf-8")
    return path


def test_a_box_opens_below(chrome, pages) -> None:
    def opened(gate: str) -> set[str]:
        chrome.run("document.querySelector(arguments[0]).focus()", gate)
        chrome.type(gate, "\ue007")
        return set(chrome.run("return [...document.querySelectorAll('.heading.on')].map((h) => h.textContent)"))

    chrome.open(pages / "lstm.html")
    assert opened(".panel:not(.away) .box[data-opens='inside lstm_step']") == {"inside lstm_step"}
    assert "inside for t in range(T), trip 3, the last" in opened(".box[data-opens='inside for t in range(T)']")
    assert opened(".node.gate:not([data-node=''])") == set() and chrome.complaints() == []


def test_trips_can_be_chosen(chrome, triangle) -> None:
    outer, inner = "inside for i in range(n), trip ", "inside for j in range(i + 1), trip "
    chrome.open(triangle)
    assert chrome.run(SHOWN) == ["", f"{outer}3, the last", f"{inner}3, the last"]
    chrome.type("select[data-loop='1']", "2")
    assert chrome.run(SHOWN) == ["", f"{outer}3, the last", f"{inner}2"]
    chrome.click(".panel:not(.away) .node[data-stage='2']")
    assert chrome.text(".card.on:not(.away) .forwards") == "forward: y = 18.00 + 2.00 * 2.00 = 22.00"
    chrome.type("select[data-loop='0']", "1")  # there, the inner loop has one trip
    assert chrome.run(SHOWN) == ["", f"{outer}1", f"{inner}1, the last"]
    assert chrome.run(
        "return [...document.querySelectorAll('select[data-loop=\"1\"] option')].map((o) => o.disabled)"
    ) == [False, True, True]
    chrome.type("#step", "\ue011" + "\ue014" * 3)  # from the first step on: the loop's second trip
    assert chrome.text("#said").startswith("Forward, for i in range(n), trip 2, makes y = ")
    assert chrome.run(SHOWN)[1] == f"{outer}2"
    assert chrome.complaints() == []


ANSWERED = """
const [before, after] = arguments;
return JSON.parse(document.getElementById("data").textContent).blanks.map(({ answer, target }, i) => {
  const field = document.getElementById(`blank${i}`);
  field.value = before + answer + after;
  field.dispatchEvent(new Event("change"));
  return [/^\\w+,/.test(target) ? `[${answer}]` : answer, document.getElementById(`mark${i}`).className];
});
"""


@pytest.mark.parametrize("figure", FUNCTIONS)
def test_the_lines_themselves_are_right_and_others_are_not(chrome, pages, figure: str) -> None:
    chrome.open(pages / f"{figure}.html")
    for before, after, mark in (("0 + (", ")", "mark right"), ("1.001 * (", ")", "mark wrong")):
        marks = {answer: found for answer, found in chrome.run(ANSWERED, before, after) if "zeros" not in answer}
        lists = {answer for answer in marks if answer.startswith("[")}  # no number is added to a list
        assert {marks[answer] for answer in marks if answer not in lists} == {mark}, marks
        assert {marks[answer] for answer in lists} <= {"mark wrong"}

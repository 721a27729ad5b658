"""What is explained: numbers, patterns, rules, differences; in the terminal as in the page."""

from __future__ import annotations

import re
from pathlib import Path


import numpy as np
import pytest

from gradgen.checks.slope import of_rule
from gradgen.ir.nodes import CallPair, variables
from gradgen.ir.read import read as expr
from gradgen.ir.write import write
from gradgen.picture.lesson import lesson
from gradgen.picture.lines import emitted_lines, kept
from gradgen.picture.mathml import of
from gradgen.picture.steps import steps
from gradgen.picture.wording import case_text
from gradgen.picture.values import run as run_at
from gradgen.rules import RULES
from gradgen.rules.gates import EFFECTS, GATES, OTHERS, THOUSAND, UNEQUAL
from gradgen.rules.constants import is_constant
from gradgen.rules.rule import find
from tests.picture.figures import FUNCTIONS, drawn, ran, read, result

ROOT = Path(__file__).parents[2]
SOURCES = (".py", ".jinja", ".js", ".css")


def cards(figure: str):
    return lesson(result(figure), ran(figure)).cards


def test_local_gradient_times_upstream_is_the_result() -> None:
    for figure in ("chain", "neuron", "circuit", "staged"):
        for c in cards(figure):
            assert c.backs
            for b in c.backs:
                assert b.local_value * b.upstream_value == pytest.approx(b.result, rel=1e-12)


def test_numbers_in_place_of_names() -> None:
    assert [c.numbers for c in cards("neuron")][3:6] == [
        "dot = 4.00 + -3.00 = 1.00",
        "negdot = -1.00 = -1.00",
        "expnegdot = math.exp(-1.00) = 0.37",
    ]
    assert cards("staged")[0].numbers == "sigy = 1.0 / (1 + math.exp(-(-4.00))) = 0.02"


def test_a_branch_hands_back_what_its_arm_does() -> None:
    made = read("def f(x):\n    if x > 1:\n        y = x * x * x\n    else:\n        y = -x\n    return 2 * y\n")
    told = lesson(made, run_at(made, {"x": 3.0}))
    assert [(c.line, [b.told for b in c.backs]) for c in told.cards][-1] == (
        "f = 2 * y",
        ["local gradient 2.00 × upstream 1.00 = 2.00"],
    )
    assert all(c.backs for c in told.cards)


def test_a_stage_of_several_operations_names_all_their_rules() -> None:
    made = read("def f(x, y):\n    return 2 * x * y + x\n")
    (card,) = lesson(made, run_at(made, {"x": 3.0, "y": 2.0})).cards
    assert (card.rule.form, [r.form for r in card.within]) == ("z = x + y", ["z = x * y"])


SOFTMAX = """
    import numpy as np


    def softmax(x):
        e = np.exp(x)
        return e / np.sum(e, axis=1, keepdims=True)
"""


def test_a_sum_of_many_terms_is_a_distributor_too() -> None:
    made = read("def f(w, x):\n    return w[0] * x[0] + w[1] * x[1] + w[2]\n")
    (card,) = lesson(made, run_at(made, {"w": [2.0, -3.0, -3.0], "x": [-1.0, -2.0]})).cards
    assert (card.gate, [r.form for r in card.within]) == ("distributor", ["z = x * y"])


def test_a_chain_of_stages_that_is_one_gate() -> None:
    made = read(SOFTMAX, shape="x: N D")
    told = lesson(made, run_at(made, {"x": np.array([[1.0, 2.0], [0.5, -1.0]])}, even=False))
    exp, total, ratio = told.cards
    assert exp.passed == total.passed == OTHERS["passed"] and not exp.backs
    assert not ratio.passed and ratio.whole.form == "p = gate.softmax(x, axis=None)" and ratio.rule.form == "z = x / y"
    assert np.abs(ratio.backs[0].result).max() > 0.1  # what comes in is not 1 everywhere: all entries sum to 1


def test_entries_that_are_read_get_theirs_back() -> None:
    card = next(c for c in cards("conv") if c.line == "wf = w[f]")
    assert [b.line for b in card.backs] == ["dw[f] += dwf"]


def test_every_word_about_a_gate_is_written_once() -> None:
    texts = [p for room in ("gradgen", "templates") for p in (ROOT / room).rglob("*") if p.suffix in SOURCES]
    text = re.sub(r'"\s*\n\s*"', "", "\n".join(p.read_text(encoding="utf-8") for p in texts))
    told = {*GATES.values(), *EFFECTS.values(), *OTHERS.values(), THOUSAND, UNEQUAL}
    assert {sentence: text.count(sentence) for sentence in told} == dict.fromkeys(told, 1)
    for card in (c for figure in ("circuit", "staged", "lstm") for c in cards(figure)):
        called = {OTHERS["call"].format(name=card.node.stmt.fn)} if isinstance(card.node.stmt, CallPair) else set()
        assert {card.pattern, card.effect, card.passed} <= {"", *told, *called}
        assert card.why in ({card.rule.why} if card.rule else {"", OTHERS["name"]})


def test_patterns() -> None:
    assert [c.gate for c in cards("circuit")] == ["switcher", "router", "distributor", "scaler"]
    assert cards("chain")[1].slopes[0].same and write(cards("chain")[1].slopes[0].slope) == "y"


@pytest.mark.parametrize("figure", FUNCTIONS)
def test_every_gate_has_a_step_each_way(figure: str) -> None:
    told = lesson(result(figure), ran(figure))
    made = steps(told)
    gates = [n.number for n in drawn(figure).nodes if n.kind != "input"]
    assert [s.node for s in made if s.kind == "value"] == gates
    back = [s.node for s in made if s.kind == "gradient"]
    assert back == sorted(back, reverse=True) and back


def test_what_is_kept() -> None:
    assert kept_of("staged") == [
        ("invden", ["8"]),
        ("num", ["8"]),
        ("den", ["7"]),
        ("xpy", ["5"]),
        ("sigx", ["3"]),
        ("sigy", ["1"]),
    ]
    assert kept_of("two_layer_net") == [
        ("sumW1W1", ["9"]), ("sumW2W2", ["9"]), ("reg", ["8", "7"]), ("W2", ["8", "1"]), ("W1", ["7", "1"]), ("probs", ["5"]), ("N", ["5"]),
        ("y", ["5"]), ("hidden_layer", ["2", "1"]), ("X", ["1"]),
    ]  # fmt: skip
    assert kept_of("lstm") == [("prev_h_caches", ["3"])]
    assert kept_of("neuron")[-2:] == [("x", ["2", "1"]), ("w", ["2", "1"])]


def kept_of(figure: str) -> list[tuple[str, list[str]]]:
    made = result(figure)
    return kept(made, emitted_lines(made, made.draft(made.style)))


def test_what_is_inside_boxes_is_explained_too() -> None:
    told = lesson(result("lstm"), ran("lstm"))
    inside = {c.inside for c in told.cards}
    assert inside == {"", "inside for t in range(T), trip 3, the last", "inside lstm_step"}
    assert [c.node.key for c in told.cards][:6] == ["1", "", "2", "3", "4", "lstm_step:1"]
    last = next(c for c in told.cards if c.node.key == "lstm_step:12")
    assert last.numbers.startswith("o (2, 5), tanh (2, 5) give next_h") and len(last.backs) == 2
    assert {s.node for s in steps(told)} - {-1} == {n.number for n in told.circuit.nodes if n.kind != "input"}


def test_the_steps_go_through_the_trips() -> None:
    made = read("def f(x, n):\n    y = x\n    for i in range(n):\n        y = y * x\n    return y\n")
    told = steps(lesson(made, run_at(made, {"x": 2.0, "n": 2}), room=16))
    assert [(s.kind, s.trip, s.text) for s in told if s.trip] == [
        ("trip", (0, 0), "Forward, for i in range(n), trip 1, makes y = 4.00"),
        ("trip", (0, 1), "Forward, for i in range(n), trip 2, the last, makes y = 8.00"),
        ("trip back", (0, 1), "Backward, for i in range(n), trip 2, the last, hands back dy = 2.00, dx = 4.00"),
        ("trip back", (0, 0), "Backward, for i in range(n), trip 1, hands back dy = 4.00, dx = 4.00"),
    ]


def test_loops_one_after_the_other_have_their_own_last_trips() -> None:
    made = read("""
        def f(x, n):
            y = x
            for i in range(n):
                y = y * x
            for j in range(n + 1):
                y = y + 2 * x
            return y
    """)
    told = lesson(made, run_at(made, {"x": 3.0, "n": 2}))
    numbers = {c.line: c.numbers for c in told.cards if c.inside}
    assert numbers["y = y * x"] == "y = 9.00 * 3.00 = 27.00"
    assert numbers["y = y + 2 * x"] == "y = 39.00 + 2 * 3.00 = 45.00"
    assert {b.told for c in told.cards if c.line == "y = y * x" for b in c.backs} == {
        "local gradient 3.00 × upstream 1.00 = 3.00", "local gradient 9.00 × upstream 1.00 = 9.00, added to what came back from the fork before",
    }  # fmt: skip


def test_rows_that_sympy_confirms() -> None:
    confirmed = 0
    for row in RULES:
        for hole, _ in row.adjoints:
            found = of_rule(row, hole, {n: expr("3") for n in variables(row.pattern) if n.isupper()})
            if found is not None:
                assert found[1], row.form
                confirmed += 1
    assert confirmed >= 38


def test_a_power_is_worked_out_with_its_exponent() -> None:
    row, holes = find(expr("x ** 3"), is_constant)
    slope, same = of_rule(row, "x", holes)
    assert (write(slope), same) == ("3 * x**2", True)


def test_a_wrong_rule_is_not_confirmed() -> None:
    from gradgen.checks.slope import worked_out

    assert worked_out("y", "x**2", "x", "3 * x * dy")[1] is False
    assert worked_out("y", "mystery(x)", "x", "dy") is None


MATHS = {
    "x * y": "<mrow><mi>x</mi><mo>·</mo><mi>y</mi></mrow>",
    "1.0 / x": "<mfrac><mn>1</mn><mi>x</mi></mfrac>",
    "math.exp(-x)": "<msup><mi>e</mi><mrow><mo>−</mo><mi>x</mi></mrow></msup>",
    "(x + y) ** 2": "<msup><mrow><mo>(</mo><mrow><mi>x</mi><mo>+</mo><mi>y</mi></mrow><mo>)</mo></mrow><mn>2</mn></msup>",
    "x - y": "<mrow><mi>x</mi><mo>−</mo><mi>y</mi></mrow>",
    "math.sqrt(x)": "<msqrt><mi>x</mi></msqrt>",
    "math.tanh(x)": "<mrow><mi>tanh</mi><mo>(</mo><mi>x</mi><mo>)</mo></mrow>",
}


@pytest.mark.parametrize("text", MATHS)
def test_mathematics(text: str) -> None:
    assert of(expr(text)) == MATHS[text]


def test_products_are_written_out_for_small_arrays() -> None:
    product = cards("two_layer_net")[0]
    texts = [case_text(b.case) for b in product.backs]
    assert texts[0].startswith(
        'written out for X (2, 2), params["W1"] (2, 2): XW1[0,1] = X[0,0] * params["W1"][0,1] + X[0,1] * params["W1"][1,1]; '
    )
    assert "by X[0,1] is dX[0,1] = " in texts[0] and texts[0].endswith(
        ", and so says the line, for all 4 entries (SymPy)"
    )
    broadcast = next(b for c in cards("two_layer_net") for b in c.backs if b.name == 'params["b1"]')
    assert "db1[0] = dXW1pb1[0,0] + dXW1pb1[1,0]" in case_text(broadcast.case)
    assert all(
        b.case is None for c in cards("lstm_step") if c.line.startswith("next_h") for b in c.backs
    )  # entry by entry

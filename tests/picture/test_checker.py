"""The gradient checker's lesson: sensitivities, differences, the plot of their errors, inputs of another scale."""

from __future__ import annotations

import math
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from gradgen.picture.checker import check
from gradgen.picture.plot import plot
from gradgen.picture.scaling import scaled
from gradgen.picture.values import run
from tests.picture.figures import AT, at, ran, read, result
from tests.picture.test_lesson import SOFTMAX

SVG = "{http://www.w3.org/2000/svg}"


def test_differences_agree_and_have_a_best_step() -> None:
    found = check(result("staged"), ran("staged"), AT["staged"])
    forward, central = ([getattr(r, f"{kind}_error") for r in found.rows] for kind in ("forward", "central"))
    assert min(forward) < 1e-7 and min(central) < 1e-9
    assert forward.index(min(forward)) not in (0, len(forward) - 1) and central[2] < forward[2] / 100
    assert found.count == 2


def test_sensitivity() -> None:
    found = check(result("chain"), ran("chain"), AT["chain"])
    assert [(n.name, n.h, round(n.foretold, 6), round(n.value, 6)) for n in found.nudges][:2] == [
        ("x", 0.1, -12.4, -12.4),
        ("x", 0.01, -12.04, -12.04),
    ]


def test_differences_for_lists_tuples_and_arrays() -> None:
    made = read("def f(w):\n    return w[0] * w[1] ** 3\n")
    values = {"w": (2.0, 3.0)}
    found = check(made, run(made, values), values)
    assert found.name == "w[1]" and min(r.central_error for r in found.rows) < 1e-8
    assert check(result("two_layer_net"), ran("two_layer_net"), at("two_layer_net")).count == 44


def test_where_the_function_ends_there_is_no_number() -> None:
    made = read("import math\n\n\ndef f(x):\n    return math.sqrt(x)\n")
    found = check(made, run(made, {"x": 0.05}), {"x": 0.05})
    assert math.isnan(found.rows[0].central) and math.isfinite(found.rows[0].forward)


def test_differences_weigh_the_results_as_the_gradient_does() -> None:
    made = read(SOFTMAX, shape="x: N D")
    at = {"x": np.array([[1.0, 2.0], [0.5, -1.0]])}
    found = check(made, run(made, at, even=False), at)
    assert min(r.central_error for r in found.rows) < 1e-9 and abs(found.gradient) > 0.1


def test_the_plot_shows_the_errors_of_the_table() -> None:
    found = check(result("neuron"), ran("neuron"), AT["neuron"])
    root = ET.fromstring(plot(found))
    forward = [(float(c.get("cx")), float(c.get("cy"))) for c in root.iter(f"{SVG}circle")]
    central = [(float(r.get("x")) + 3, float(r.get("y")) + 3) for r in root.iter(f"{SVG}rect")]
    assert len(forward) == len(central) == len(found.rows)
    for spots, errors in (
        (forward, [r.forward_error for r in found.rows]),
        (central, [r.central_error for r in found.rows]),
    ):
        across = np.diff([x for x, _ in spots])
        assert (across < 0).all() and np.ptp(across) < 0.2  # from the largest h to the smallest, evenly: logarithmic
        slope, start = np.polyfit(np.log10(errors), [y for _, y in spots], 1)
        assert slope < 0 and np.abs(slope * np.log10(errors) + start - [y for _, y in spots]).max() < 0.2
    words = [t.text for t in root.iter(f"{SVG}text")]
    assert {"1e-12", "● forward difference", "■ central difference"} <= set(words)


def test_nothing_is_plotted_of_errors_that_nobody_knows() -> None:
    made = read("def f(x):\n    return 1 / (x - x + 1e-300) * 1e300 if x > 2 else x * 1e308\n")
    found = check(made, run(made, {"x": 1.0}), {"x": 1.0})
    assert (
        found is not None and ("nan" not in plot(found)) and ("inf" not in plot(found).lower().replace("infinite", ""))
    )


# -- inputs of another scale -----------------------------------------------------------------------------------------------


def test_data_a_thousand_times_as_large() -> None:
    made = read("def score(w, x, b):\n    return w[0] * x[0] + w[1] * x[1] + b\n")
    values = {"w": [2.0, -3.0], "x": [-1.0, -2.0], "b": 0.5}
    rows = {r.name: {g.name: g.factor for g in r.gains} for r in scaled(made, run(made, values), values)}
    assert rows["x"] == {"dw": "× 1000", "dx": "× 1", "db": "× 1"}
    assert rows["w"] == {"dw": "× 1", "dx": "× 1000", "db": "× 1"}


def test_what_comes_behind_may_change_it_again() -> None:
    rows = {r.name: r for r in scaled(result("neuron"), ran("neuron"), AT["neuron"])}
    assert [g.factor for g in rows["x"].gains] == ["× 0", "× 0"]  # the sigmoid is saturated
    net = {
        r.name: [g.name for g in r.gains]
        for r in scaled(result("two_layer_net"), ran("two_layer_net"), at("two_layer_net"))
    }
    assert net['params["W1"]'] == ["dW1", "db1", "dW2", "db2", "dX", "dreg"] and "y" not in net


def test_where_the_larger_input_fails_it_says_so() -> None:
    made = read("import math\n\n\ndef f(x, y):\n    return math.exp(x) * y\n")
    values = {"x": 2.0, "y": 3.0}
    first, second = scaled(made, run(made, values), values)
    assert first.fails.startswith("raises OverflowError") and [g.factor for g in second.gains] == ["× 1000", "× 1"]


def test_one_input_alone_has_nothing_beside_it() -> None:
    made = read("def f(x):\n    return x * x\n")
    assert scaled(made, run(made, {"x": 2.0}), {"x": 2.0}) == []

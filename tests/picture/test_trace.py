"""The run as a table, and where a number stops being finite."""

from __future__ import annotations

import numpy as np
import pytest

from gradgen.picture.trace import first_bad, printed_stages, rows, table
from gradgen.picture.values import run
from tests.picture.figures import AT, ran, read, result

ROOT = "import math\n\n\ndef h(x):\n    s = math.sqrt(x - 1)\n    return s / (s + 1)\n"


def bad(text: str, **values) -> str:
    """What is said of the first number that is not finite."""
    made = read(text)
    return str(first_bad(run(made, values), made))


def test_the_table() -> None:
    assert table(result("chain"), ran("chain")).splitlines() == [
        "stage  value of   value  gradient",
        "       x          -2     -4",
        "       y          5      -4",
        "       z          -4     3",
        "(1)    q = x + y  3      -4",
        "(2)    f = q * z  -12    1",
    ]
    assert first_bad(ran("chain"), result("chain")) is None


def test_stages_are_those_in_print() -> None:
    net = result("two_layer_net")
    numbers = [r.stage for r in rows(net, ran("two_layer_net")) if r.stage]
    assert numbers == sorted(numbers) and set(numbers) == set(range(1, 11))
    assert printed_stages(result("staged"))["f"] == {n: n for n in range(1, 9)}


def test_a_value_that_overflows() -> None:
    made = read("import numpy as np\n\n\ndef f(x):\n    e = np.exp(x)\n    return np.sum(e * e)\n", shape="x: N")
    said = str(first_bad(run(made, {"x": np.array([1.0, 800.0])}), made))
    assert said == "not finite first at stage (1): e = np.exp(x) is inf at [1], from x = 800 at [1]"


def test_a_gradient_that_is_infinite() -> None:
    said = bad(ROOT, x=1.0)
    assert said.startswith("not finite first at stage (2): dxm1 = ") and said.endswith("is inf, from s = 0, ds = 1")


def test_a_stage_that_raises() -> None:
    said = bad(ROOT, x=0.0)
    assert said.startswith("stage (2) raises ValueError: ") and said.endswith(": s = math.sqrt(xm1), from xm1 = -1")


def test_an_assert_that_fails() -> None:
    text = "def f(x):\n    assert x > 0\n    return x * x\n"
    assert bad(text, x=-1.0) == "the function raises AssertionError: assert x > 0, from x = -1"


def test_an_argument_that_is_not_finite() -> None:
    assert bad("def f(x):\n    return x * x\n", x=float("nan")) == "not finite first at the arguments: x is nan"


def test_inside_a_called_function() -> None:
    text = "import math\n\n\ndef root(x):\n    y = math.sqrt(x)\n    z = y * y\n    return z + y\n\n\ndef f(x):\n    return 2 * root(x)\n"
    made = read(text, "f")
    assert str(first_bad(run(made, {"x": 0.0}), made)).startswith("not finite first at stage (1) of root: dx = ")


def test_the_stages_of_a_called_function_stand_below_the_call() -> None:
    text = "def sq(a):\n    b = a * a\n    return b * b\n\n\ndef f(x):\n    return 3 * sq(x)\n"
    made = read(text, "f")
    found = [(r.what, r.value, r.gradient) for r in rows(made, run(made, {"x": 2.0}))]
    assert [(what.lstrip(), value, gradient) for what, value, gradient in found][2:4] == [
        ("b = a * a", "4", "24"),
        (found[3][0].lstrip(), "16", "3"),
    ]
    assert [what[:4].isspace() for what, _, _ in found] == [False, False, True, True, False]


def test_in_a_loop_the_trip_is_named() -> None:
    text = "def f(x, n):\n    y = x\n    for i in range(n):\n        y = y * y\n    return y\n"
    assert "trip 2:" in bad(text, x=1e80, n=5)


def test_long_loops_are_shortened() -> None:
    text = "def f(x, n):\n    y = x\n    for i in range(n):\n        y = y * 0.5\n    return y\n"
    made = read(text)
    found = table(made, run(made, {"x": 1.0, "n": 40})).splitlines()
    assert "       ... 34 more lines" in found and len(found) == 3 + 1 + 3 + 1 + 3


@pytest.mark.parametrize("values, code", [("x=3, y=-4", 0), ("x=3, y=-800", 1)])
def test_the_verb(run, values: str, code: int) -> None:  # noqa: F811
    said = run("trace", "staged.py", "--at", values)
    assert said.code == code and said.out.startswith("stage  value of")
    assert said.err.startswith("stage (1) raises OverflowError: ") == bool(code)


def test_the_file_is_not_executed(run, folder) -> None:  # noqa: F811
    (folder / "own.py").write_text("open('ran', 'w')\n\n\ndef f(x):\n    return x * x\n")
    for verb in ("trace", "draw", "explain"):
        assert run(verb, "own.py", "--at", "x=3").code == 0
    assert not (folder / "ran").exists()


def test_values_at_the_notes_point() -> None:
    found = run(result("staged"), AT["staged"])
    assert [round(found.gradient_of(n), 2) for n in ("x", "y")] == [2.06, 1.59]

"""How a function is cut into stages: one rule's form each, the user's order and text, and no more than an expert would."""

from __future__ import annotations

import pytest

from gradgen.ir.show import show
from tests.support import made


def body(source: str, stages: str = "few") -> list[str]:
    """The staged statements as text, without head, result and numbers."""
    lines = show(made(source, stages=stages).function).splitlines()[1:-1]
    return [line.partition("  #")[0].rstrip()[2:] for line in lines]


def expression(text: str, stages: str = "few") -> list[str]:
    return body(f"import math\ndef f(x, y, z):\n    return {text} + x + y + z\n", stages)[:-1]


@pytest.mark.parametrize(
    "text, stages",
    [
        ("1 / (1 + math.exp(-x))", ["sigx = 1 / (1 + math.exp(-x))"]),
        ("1.0 / (math.exp(-x) + 1.0)", ["sigx = 1.0 / (math.exp(-x) + 1.0)"]),
        ("1 / (2 + math.exp(-x))", ["negx = -x", "expnegx = math.exp(negx)", "den = 2 + expnegx", "invden = 1 / den"]),
        ("math.sin(2 * math.pi)", []),
        ("math.sqrt(2) * x", []),
        ("x * y", []),
        ("x * y * 2", []),
        ("x * y * z", ["xy = x * y"]),
        ("x * math.exp(y)", ["expy = math.exp(y)"]),
    ],
)
def test_granularity(text: str, stages: list[str]) -> None:
    """A whole-expression gate is one stage; a product of at most two active factors stays in its sum."""
    assert expression(text) == stages


def test_stages_all_leaves_single_operations() -> None:
    found = body("import math\ndef f(x, y):\n    return 1 / (1 + math.exp(-(x * y + x)))\n", "all")
    assert [line.split(" = ")[1] for line in found] == [
        "x * y", "xy + x", "-xypx", f"math.exp({found[2].split()[0]})", f"1 + {found[3].split()[0]}", "1 / den",
    ]  # fmt: skip


def test_operands_are_staged_left_to_right() -> None:
    found = body("import math\ndef f(x, y):\n    return math.sin(x) * math.cos(y) - math.exp(x) / math.log(y)\n")
    assert [line.split(" = ")[1][:8] for line in found][:4] == ["math.sin", "math.cos", "math.exp", "math.log"]


@pytest.mark.parametrize(
    "order",
    [
        "(x + y) + z",
        "x + (y + z)",
        "(x - y) - z",
        "x - (y - z)",
        "(x * y) * z",
        "x * (y * z)",
        "x / y * z",
        "x / (y * z)",
    ],
)
def test_the_order_of_operations_is_the_users(order: str) -> None:
    """Floats are not associative: the value must be bit-identical."""
    from tests.support import execute, joint

    source = f"def f(x, y, z):\n    return {order}\n"
    plain, gradient = execute(source)["f"], joint(made(source))
    for at in [(0.1, 0.2, 0.3), (1e16, 1.0, -1e16), (1e200, 1e-200, 3.3), (-0.7, 1e-17, 0.7)]:
        assert gradient(*at)[0] == plain(*at)


@pytest.mark.parametrize("literal", ["1.0", "1", "1e-3", "0x10", "1_000", "0.1", "10.0"])
def test_literals_keep_their_spelling(literal: str) -> None:
    assert f"{literal} * x" in made(f"def f(x):\n    return {literal} * x\n").text


def test_values_without_gradient_get_no_stage_number() -> None:
    lines = show(made("import math\ndef f(x):\n    n = math.floor(x)\n    k = n * 2\n    return x * k\n").function)
    assert "n = math.floor(x)\n" in lines and "f = x * k  # (1)" in lines


def test_a_helper_that_is_one_gate_is_inlined_and_others_become_pairs() -> None:
    source = (
        "import math\n"
        "def sigmoid(t):\n    return 1 / (1 + math.exp(-t))\n"
        "def steep(t):\n    s = sigmoid(t)\n    return s * s\n"
        "def f(x):\n    return sigmoid(x) * steep(x)\n"
    )
    result = made(source)
    assert list(result.helpers) == ["steep"]
    assert "sigx = 1 / (1 + math.exp(-x))" in result.text and "steep_forward(x)" in result.text


def test_conditions_are_evaluated_once_and_in_order() -> None:
    """`y != 0 and x / y > 1` must not divide by zero."""
    from tests.support import joint

    source = "def f(x, y):\n    if y != 0 and x / y > 1:\n        return x * y\n    return x\n"
    assert joint(made(source))(3.0, 0.0) == (3.0, (1.0, 0.0))


def test_loop_variables() -> None:
    """``_`` keeps its name where it is read; a later loop may use the name of an earlier one's variable."""
    text = "for _ in range(2):\n        x = x * _\n    for _ in range(3):\n        for i in range(_):\n            x = x + i\n"
    lines = body(f"def f(x):\n    {text}    for i in range(2):\n        x = x * x\n    return x\n")
    heads = [line.strip() for line in lines if line.strip().startswith("for")]
    assert heads[0] == "for _ in range(2):" and len(heads) == 4, lines

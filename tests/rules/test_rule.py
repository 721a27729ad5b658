"""A row that cannot be right fails where it is written."""

import re
import sys

import pytest

from gradgen.ir.read import read
from gradgen.rules import RULES
from gradgen.rules.gates import GATES
from gradgen.rules.rule import find, has_rule, rule
from tests.support import made

rule_module = sys.modules["gradgen.rules.rule"]  # `gradgen.rules.rule` is the function
GOOD = {"form": "y = math.made_up(x)", "dx": "2 * dy", "gate": "scaler", "why": "a reason", "sympy": "2*x"}


@pytest.mark.parametrize(
    "change, reason",
    [
        ({"dx": "2 * z * dy"}, "dx reads 'z', which the form does not bind"),
        ({"dx": "2 * x"}, "dx never uses the upstream gradient 'dy'"),
        ({"dx": None}, "operand x has no adjoint dx"),
        ({"dz": "dy"}, "dz is no operand of the form"),
        ({"x": "dy"}, "x is not the adjoint of an operand"),
        ({"gate": "distributer"}, "no gate is called 'distributer'"),
        ({"why": ""}, "`why` and `sympy` say what the row claims"),
        ({"sympy": ""}, "`why` and `sympy` say what the row claims"),
        ({"form": "math.made_up(x)"}, "invalid syntax"),
        ({"form": "y[0] = math.made_up(x)"}, "a form reads `y = expression`"),
        ({"form": "y = x"}, "a form reads `y = expression`"),
        ({"dx": "2 * * dy"}, "invalid syntax"),
        ({"dx": "[dy for _ in x]"}, "not part of the formula language"),
    ],
)
def test_a_bad_row_fails_with_its_place(change: dict, reason: str) -> None:
    row = {k: v for k, v in (GOOD | change).items() if v is not None}
    form, before = row.pop("form"), len(RULES)
    with pytest.raises(ValueError, match=re.escape(reason)) as error:
        rule(form, **row)
    assert re.search(r"test_rule\.py:\d+: rule ", str(error.value))
    assert len(RULES) == before, "a bad row leaves nothing behind"


def test_every_row_says_where_it_stands() -> None:
    assert all(re.search(r"table_\w+\.py:\d+$", row.where) for row in RULES if "made_up" not in row.form)


def test_computed_adjoints_are_described() -> None:
    """`gradgen rules` shows a formula for every operand, a sentence for a computed one."""
    assert all(text for row in RULES for text in row.adjoint_texts.values())


@pytest.fixture
def registered():
    """The rows as they were, whatever a test registers."""
    rows, heads = list(RULES), {head: list(found) for head, found in rule_module._BY_HEAD.items()}
    yield
    RULES[:] = rows
    rule_module._BY_HEAD.clear()
    rule_module._BY_HEAD.update(heads)


def test_a_new_row_is_all_that_a_function_needs(registered) -> None:
    """A gate of several operations is one stage from then on, its gradient as the row says."""
    source = "import math\ndef f(x, y):\n    return math.log(1 + math.exp(x * y))\n"
    assert "sfp" not in made(source).text
    rule(
        "s = math.log(1 + math.exp(x))", dx="(1 - math.exp(-s)) * ds", sympy="log(1 + exp(x))", gate="scaler", stem="sfp",
        why="the slope of softplus is the sigmoid",
    )  # fmt: skip
    text = made(source.replace("return", "return 2 *")).text
    assert "sfpxy = math.log(1 + math.exp(xy))  # (2)" in text
    assert "dxy = (1 - math.exp(-sfpxy)) * dsfpxy  # (2)" in text


def test_the_largest_form_wins() -> None:
    never = lambda e: False  # noqa: E731
    sigmoid = read("1.0 / (1 + math.exp(-t))")
    row, found = find(sigmoid, never)
    assert row.name == "sigmoid" and found == {"x": read("t")}
    assert find(sigmoid, never, deepest=1)[0].name == "reciprocal"
    assert find(read("t ** 2"), lambda e: e == read("2"))[1] == {"x": read("t"), "N": read("2")}
    assert find(read("math.nothing(t)"), never) is None
    assert find(read("math.exp(t, 2)"), never) is None


def test_every_differentiable_function_of_math_has_a_row() -> None:
    smooth = (
        "acos acosh asin asinh atan atan2 atanh cbrt cos cosh degrees erf erfc exp exp2 expm1 fabs fma fsum gamma hypot "
        "lgamma log log10 log1p log2 pow radians sin sinh sqrt tan tanh fmod remainder copysign ldexp floor ceil trunc"
    ).split()
    assert not [name for name in smooth if not has_rule(f"math.{name}")]


def test_every_gate_is_used() -> None:
    assert {row.gate for row in RULES} >= set(GATES) - {"spreader"}  # which needs arrays

"""A row that cannot be right fails where it is written."""

import re

import pytest

from gradgen.rules import RULES
from gradgen.rules.rule import rule

GOOD = {
    "form": "y = math.made_up(x)",
    "dx": "2 * dy",
    "gate": "scaler",
    "why": "a reason",
    "sympy": "2*x",
}


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
    assert all(
        re.search(r"table_\w+\.py:\d+$", row.where) for row in RULES if "made_up" not in row.form
    )


def test_computed_adjoints_are_described() -> None:
    """`gradgen rules` shows a formula for every operand, a sentence for a computed one."""
    assert all(text for row in RULES for text in row.adjoint_texts.values())

"""Which results are outputs and which are handed along."""

import pytest

from tests.support import made


@pytest.mark.parametrize(
    "returned, options, outputs, has_aux",
    [
        ("a", {}, 1, False),
        ("(a,)", {}, 1, False),
        ("a, [a, b]", {}, 1, True),
        ("a, {'b': b}", {}, 1, True),
        ("a, 'tag'", {}, 1, True),
        ("a, None", {}, 1, True),
        ("a, b", {}, 1, True),
        ("a, b", {"outputs": ("a", "b")}, 2, False),
        ("a, b", {"outputs": ("b",)}, 1, True),
        ("a, b", {"has_aux": True}, 1, True),
    ],
)
def test_outputs_and_aux(returned: str, options: dict, outputs: int, has_aux: bool) -> None:
    result = made(f"def f(x, y):\n    a = x * y\n    b = x + y\n    return {returned}\n", **options)
    claim = result.claim("split")
    assert (claim.outputs, claim.has_aux) == (outputs, has_aux)


def test_several_numbers_are_noted() -> None:
    result = made("def f(x, y):\n    a = x * y\n    return a, x + y\n")
    assert any("handed along" in note for note in result.notes)


def test_the_default_style_fits_the_result() -> None:
    assert made("def f(x):\n    return x * x\n").style == "joint"
    assert made("def f(x):\n    a = x * x\n    b = a * x\n    return a, b\n", outputs=("a", "b")).style == "split"
    assert made("def f_forward(x):\n    return x * x\n").style == "split"

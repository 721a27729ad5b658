"""The emitted text imports what the source's own imports make available, spelled the same way."""

import pytest

from tests.support import execute, made


@pytest.mark.parametrize(
    "head, call, expected_head, expected_call",
    [
        ("import math", "math.sin(x)", "import math", "math.cos(x)"),
        ("import math as m", "m.sin(x)", "import math as m", "m.cos(x)"),
        ("from math import sin", "sin(x)", "from math import cos, sin", "cos(x)"),
        ("from math import sin as s", "s(x)", "from math import cos, sin as s", "cos(x)"),
        ("from math import sin, cos as c", "sin(x)", "from math import cos as c, sin", "c(x)"),
        ("import math\nfrom math import sin", "sin(x)", "import math", "math.cos(x)"),
    ],
)
def test_imports(head: str, call: str, expected_head: str, expected_call: str) -> None:
    text = made(f"{head}\nimport os, sys\ndef f(x):\n    return {call}\n").text
    assert text.startswith(expected_head) and expected_call in text
    assert "import os" not in text and "sys" not in text
    assert execute(text)


def test_math_is_imported_where_only_the_backward_needs_it() -> None:
    text = made("def f(x, y):\n    return x ** y\n").text
    assert text.startswith("import math\n") and execute(text)


def test_a_variable_called_math_moves_the_module_away() -> None:
    text = made("def f(x, math):\n    return x ** math\n").text
    assert text.startswith("import math as math2\n")
    assert execute(text)["f_value_and_grad"](2.0, 3.0)[1][0] == 12.0


def test_the_text_never_needs_gradgen() -> None:
    text = made("from gradgen import gradgen\n@gradgen\ndef f(x):\n    return x * x\n").text
    assert "import gradgen" not in text and "from gradgen" not in text

"""Printed names: a later version takes the variable's own name again when nothing reads the earlier one any more."""

from __future__ import annotations

import re

import pytest

import gradgen
from gradgen.ir import walk
from gradgen.render import naming
from tests.support import made


def assigned(source: str, style: str = "joint", **options) -> list[str]:
    """The names on the left of the forward lines, in order."""
    text = made(source, **options).text_of(style)
    forward = (
        text.partition("# forward pass")[2].partition("# backprop")[0]
        if style == "joint"
        else text.partition("return")[0]
    )
    return re.findall(r"^ +(\w+) (?:[-+*/]|//|%|\*\*)?= ", forward, re.MULTILINE)


@pytest.mark.parametrize(
    "lines, names",
    [
        (["y = x + 1", "y = y + x", "return y"], ["y", "y"]),  # a sum reads nothing backward
        (["y = x * 2", "y = y * 3", "return y"], ["y", "y"]),
        (["y = x * x", "y = y * x", "return y"], ["y", "y2"]),  # backward reads both
        (["y = math.exp(x)", "y = y + 1", "return y"], ["y", "y2"]),
        (["y = math.exp(x)", "y = y + 1", "y = y * 2", "return y"], ["y", "y2", "y2"]),
        (["x = x * 2", "x = x + 1", "return x"], ["x", "x"]),
        (["x = x * x", "return x"], ["x2"]),
        (["y = x + 1", "y += x", "return y"], ["y", "y"]),
        (["y = x + 1", "z = y", "y = y + 2", "return y * z"], ["y", "z", "y", "f"]),
    ],
)
def test_versions_share_a_name_where_they_can(lines: list[str], names: list[str]) -> None:
    source = "import math\ndef f(x):\n    " + "\n    ".join(lines) + "\n"
    assert assigned(source) == names


def test_gradients_follow_the_printed_names() -> None:
    text = made("def f(x):\n    y = x * x\n    y = y * x\n    return y\n").text
    assert "dy2" not in text and "y2 = y * x" in text and "dy = x" in text


@pytest.mark.parametrize("name", ["dx", "dy", "dout", "cache", "f_forward", "f_value_and_grad", "y2"])
def test_a_name_of_the_users_is_never_reused(name: str) -> None:
    """The same function under any names: the user's names keep their values."""
    from tests.support import close, execute, joint, pair, slope

    source = f"def f(x, {name}):\n    y = x * {name}\n    y = y * y + {name}\n    return y * x\n"
    plain, result = execute(source)["f"], made(source)
    value, (dx, dname) = joint(result)(0.5, 2.0)
    forward, backward = pair(result)
    out, kept = forward(0.5, 2.0)
    assert value == out == plain(0.5, 2.0) and backward(1.0, kept) == (dx, dname)
    assert close(dx, slope(lambda h: plain(0.5 + h, 2.0))) and close(dname, slope(lambda h: plain(0.5, 2.0 + h)))


def test_the_cache_holds_what_backward_reads_and_nothing_else() -> None:
    def cached(body: str) -> str:
        return re.search(r"return \w+, (.*)", made(f"import math\ndef f(x, y):\n    return {body}\n").text_of("split"))[
            1
        ]

    assert cached("x + y") == "()"
    assert cached("x * y") == "(x, y)"
    assert cached("math.exp(x) + y") == "(expx,)"
    assert cached("math.sin(x) + y") == "(x,)"
    assert cached("2 * x + y") == "()"


@pytest.mark.parametrize("below", ["", "    if y:\n        y = y * y\n"])
@pytest.mark.parametrize("arm", ["if x < 1:", "if x < 1 and y < 9:"])
def test_an_arm_hands_its_value_on_beside_one_that_the_backward_pass_reads(below: str, arm: str) -> None:
    """Where a branch ends early, its version of a variable is still read by its backward lines: the copy that joins the arms leaves it."""
    from tests.support import close, execute, joint, slope

    source = (
        "def f(x, y):\n    y = y * x\n    if y < 0:\n        y += x ** 2\n    else:\n"
        f"        {arm}\n            y, x = x, y\n            return 0.3 * (x if y >= 0.5 else y)\n"
        f"{below}    return y * y * x\n"
    )
    plain, generated = execute(source)["f"], joint(made(source))
    for point in [(0.75, 0.5), (-1.25, -1.5), (1.5, 2.0), (0.5, -2.0)]:
        value, (dx, dy) = generated(*point)
        x, y = point
        assert value == plain(x, y)
        assert close(dx, slope(lambda h: plain(x + h, y))) and close(dy, slope(lambda h: plain(x, y + h)))


def test_a_value_worked_out_again_in_the_reverse_loop_leaves_the_result_its_name() -> None:
    """Several versions later, too, the name of a trip's value is given to it once more behind the forward pass."""
    from tests.support import execute, joint

    body = ["for k in range(3):", "    w = x * x", "    x = w / (2 + w * w)", "w = x + 2", "w -= x * x", "w /= 3.0"]
    source = "def f(x):\n    " + "\n    ".join([*body, "return w"]) + "\n"
    value, _ = joint(made(source))(0.7)
    assert value == execute(source)["f"](0.7)


def test_versions_that_a_reverse_loop_works_out_again_and_needs_at_once_have_names_of_their_own() -> None:
    from tests.support import execute, joint

    body = ["for k in range(3):", "    a = 1", "    d = a * x", "    a += d", "    z += a * a"]
    source = "def f(x):\n    z = 0.0\n    " + "\n    ".join([*body, "return z"]) + "\n"
    value, dx = joint(made(source))(0.5)
    assert (value, dx) == (execute(source)["f"](0.5), 3 * 2 * 1.5)


def test_a_long_text_is_named_in_one_walk(monkeypatch) -> None:
    """Every statement is looked at a few times, however many follow it."""
    asked = []
    monkeypatch.setattr(naming, "all_reads", lambda body: asked.append(len(body)) or walk.all_reads(body))
    lines = "\n    ".join(f"v{i + 1} = math.sin(v{i}) * x" for i in range(300))
    source = f"import math\ndef f(x):\n    v0 = x * x\n    {lines}\n    return v300\n"
    assert "dv299" in gradgen.generate(source, verify=False).text
    assert sum(asked) < 20 * 600

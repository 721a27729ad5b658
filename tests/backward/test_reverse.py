"""The reverse pass: one contribution per use, `=` before `+=`, and the recorded branch."""

from __future__ import annotations

import pytest

from gradgen.errors import InternalError
from gradgen.ir.nodes import Add, Function, Gradient, If, Let, Var
from gradgen.ir.read import read
from gradgen.ir.show import show
from gradgen.ir.verify import verify_reversed, verify_staged
from gradgen.ir.walk import statements
from tests.support import made


def backward(source: str, **options) -> list[str]:
    """The reversed statements as text, before simplification."""
    result = made(source, **options)
    lines = show(result.artefacts["reverse"][result.name]).splitlines()[1:]
    return [line.partition("  #")[0].strip() for line in lines]


def one(expression: str, params: str = "x, y") -> list[str]:
    return backward(f"import math\ndef f({params}):\n    return {expression}\n")[1:]


@pytest.mark.parametrize(
    "expression, lines",
    [
        ("x * y", ["~x = y * ~f", "~y = x * ~f"]),
        ("x * x", ["~x = 2 * x * ~f"]),
        ("x + x", ["~x = 2 * ~f"]),
        ("x - y", ["~x = ~f", "~y = -~f"]),
        ("x * x + x", ["~x = 2 * x * ~f", "~x += ~f"]),
        ("x * y + x / 2", ["~x = y * ~f", "~y = x * ~f", "~x += ~f / 2"]),
        ("-x", ["~x = -~f"]),
    ],
)
def test_contributions_of_one_stage(expression: str, lines: list[str]) -> None:
    """One line per use; equal contributions merge."""
    found = one(expression, "x, y" if "y" in expression else "x")
    assert found == lines


def test_first_writes_are_lets_and_later_ones_adds() -> None:
    source = "def f(x, y):\n    a = x * y\n    b = a * x\n    return a * b + y\n"
    result = made(source)
    seen: set[str] = set()
    for s in statements(result.artefacts["reverse"]["f"].backward):
        assert isinstance(s, Add) == (s.target in seen)
        seen.add(s.target)
    assert {"~x", "~y", "~a", "~b"} <= seen


def test_only_what_leads_from_a_parameter_is_reversed() -> None:
    found = backward("def f(x, y):\n    a = x * 2\n    b = y * a\n    return b\n", wrt="y")
    assert not any(line.startswith(("~a", "~x")) for line in found) and any(line.startswith("~y") for line in found)


def test_unused_values_get_no_gradient() -> None:
    found = backward("def f(x):\n    unused = x * x * x\n    return x * 2\n")
    assert not any("unused" in line for line in found)


def test_a_branch_is_replayed_and_both_arms_give_the_same_gradients() -> None:
    source = "def f(x, y):\n    if x > 0:\n        z = x * y\n    else:\n        z = y * y\n    return z + x\n"
    gradient = made(source).artefacts["reverse"]["f"]
    branch = next(s for s in gradient.backward if isinstance(s, If))
    assert branch.test == read("x > 0")
    verify_reversed(gradient)


FUNCTION = Function("f", (), (), (Var("y"),))


@pytest.mark.parametrize(
    "statements, reason",
    [
        ([Add("~x", read("1"))], "added to before it has a value"),
        ([Let("~x", read("1")), Let("~x", read("2"))], "set twice"),
        ([Let("~x", Var("~y"))], "read before it has a value"),
        ([If(read("c"), (Let("~x", read("1")),), ()), Let("~z", Var("~x"))], "read before it has a value"),
    ],
)
def test_the_invariants_are_checked(statements: list, reason: str) -> None:
    """A broken rule of ours is an internal error, never a wrong gradient."""
    with pytest.raises(InternalError, match=reason):
        verify_reversed(Gradient(FUNCTION, tuple(statements), ("x",)))


@pytest.mark.parametrize("body", [[Let("y", Var("x"))], [Let("y", read("1")), Let("y", read("2"))]])
def test_the_stager_is_checked(body: list) -> None:
    with pytest.raises(InternalError):
        verify_staged(Function("f", (), tuple(body), (Var("y"),)))


@pytest.mark.parametrize("count", [1, 2, 5])
def test_gradients_are_linear_in_dout_and_zero_at_zero(count: int) -> None:
    """I5, I6: backward is linear and can be called again with the same cache."""
    from tests.support import pair

    source = (
        "import math\ndef f(x, y):\n    z = math.exp(x) * y\n    if z > 1:\n        z = z * z\n    return z / (x + y)\n"
    )
    forward, back = pair(made(source))
    _, cache = forward(0.3 * count, 2.0)
    unit = back(1.0, cache)
    assert back(0.0, cache) == (0.0, 0.0)
    assert back(count, cache) == pytest.approx([count * g for g in unit]) and back(1.0, cache) == unit

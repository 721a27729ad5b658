"""Formula text -> expression -> text: what is read is written with no more parentheses than needed."""

import ast
import random

import pytest

from gradgen.ir.match import match
from gradgen.ir.nodes import Call, Const, Var, substitute, variables
from gradgen.ir.read import read
from gradgen.ir.write import write, write_contribution

SAME = """
x + y - z
x - (y - z)
x - (y + z)
x * (y * z)
x * y * z
x / y / z
x / (y / z)
x * -y
-x * y
-(x * y)
-(x + y)
-x**2
x**-2
x ** (y + 1)
(x**y) ** z
x ** y**z
2 * x**2
x // y % z
x @ y
not x and y or z
not (x or y)
x if y > 0 else z
(x if y else z) * 2
(x if y else z) if w else 1
x if (y if z else w) else 1
x if y else z if w else 1
math.exp(-x)
math.atan2(y, x + 1)
max(x, y, 0.5)
[x, y][0] if x else 1
x < y
(x < y) == z
1e-05 * x
math.pi * x
np.maximum(0, x)
""".strip().splitlines()


@pytest.mark.parametrize("text", [t for t in SAME if "[0]" not in t])
def test_round_trip(text: str) -> None:
    assert write(read(text)) == text


def random_text(rng: random.Random, depth: int) -> str:
    if depth == 0 or rng.random() < 0.2:
        return rng.choice(["x", "y", "2", "0.5", "math.pi"])
    a, b, c = (random_text(rng, depth - 1) for _ in range(3))
    forms = [f"({a} {op} {b})" for op in ("+", "-", "*", "/", "**", "//", "%", "<", "and", "or")]
    return rng.choice([*forms, f"(-{a})", f"(not {a})", f"({a} if {b} else {c})", f"math.exp({a})", f"max({a}, {b})"])


def test_random_expressions_keep_their_meaning() -> None:
    """Read, written and read again: the same expression; and Python's parser agrees with the text (sums are kept flat)."""
    rng = random.Random(7)
    for _ in range(500):
        expr = read(random_text(rng, 5))
        text = write(expr)
        assert read(text) == expr, text
        ast.parse(text, mode="eval")


@pytest.mark.parametrize(
    "formula, text",
    [
        ("dy / x", "dy / x"),
        ("-1.0 / x ** 2 * dy", "(-1.0 / (x**2)) * dy"),
        ("(1 - s) * s * dy", "((1 - s) * s) * dy"),
        ("-dy", "-dy"),
        ("y * dy", "y * dy"),
        ("(a if c else b) * dy", "(a if c else b) * dy"),
        ("a * (b + c) * dy", "(a * (b + c)) * dy"),
    ],
)
def test_contributions_set_the_local_gradient_apart(formula: str, text: str) -> None:
    assert write_contribution(read(formula)) == text


@pytest.mark.parametrize("text", ["lambda: x", "[i for i in x]", "x < y < z", "{1: 2}"])
def test_what_is_no_formula(text: str) -> None:
    with pytest.raises(ValueError, match="not part of the formula language"):
        read(text)


def test_match_binds_holes() -> None:
    never = lambda e: False  # noqa: E731
    constant = lambda e: isinstance(e, Const)  # noqa: E731
    assert match(read("x * x"), read("a * a"), never) == {"x": Var("a")}
    assert match(read("x * x"), read("a * b"), never) is None
    assert match(read("x ** N"), read("a ** 2"), constant) == {"x": Var("a"), "N": Const("2")}
    assert match(read("x ** N"), read("a ** b"), constant) is None
    assert match(read("1 / x"), read("1.0 / a"), never) == {"x": Var("a")}
    assert match(read("1 / x"), read("True / a"), never) is None
    assert match(read("f(*x)"), read("f(a, 2, b)"), never) == {"x": Call("list", (Var("a"), Const("2"), Var("b")))}


def test_substitute_and_variables() -> None:
    expr = read("x * y + math.exp(x)")
    assert list(variables(expr)) == ["x", "y", "x"]
    assert substitute(expr, {"x": read("a + b")}) == read("(a + b) * y + math.exp(a + b)")

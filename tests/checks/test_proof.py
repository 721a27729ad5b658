"""What the structure proof shows: small programs, each with something that a proof has to see through."""

import pytest

import gradgen

PROVED = {
    "one name as base and exponent": "def f(x, v):\n    return v + x ** x\n",
    "a copy that is a test and a value": """
def f(x):
    a = 2.0 * x
    b = a
    c = b
    if c and -c < 2:
        return 0.25 * c - a
    return x
""",
    "an early return behind a value that hangs on a test": """
def f(x, y):
    p, v = x, 2 * y if y > 0 else y
    if v > x:
        p += y
    else:
        if v < 1:
            return x
        p *= y
    return x / int(p)
""",
    "a helper called with constants that fold": """
def g(x, y):
    return math.sin(x) * y

def f(x):
    return g(x * x, 2 ** 0)
""",
    "a helper called where nobody comes": """
def g(x):
    return math.sin(x) * x

def f(x):
    if math.pi > abs(0.3):
        y = x
    elif x > 0:
        y = g(x * x)
    else:
        y = 2 * x
    return y * x
""",
    "a value whose name looks like a gradient's, and that is one by chance": """
def f(x, y):
    a = y * x
    da = 2.0 / 2
    return a + x * da
""",
}


@pytest.mark.parametrize("what", PROVED)
def test_proved(what):
    result = gradgen.generate("import math\n" + PROVED[what], "f", verify=False)
    from gradgen.checks.report import check

    for style in ("split", "joint"):
        report = check(result.claim(style), result.source.text, result.text_of(style), identity=False)
        assert report.verdict == "PROVED", f"{result.text_of(style)}\n{report}"


def test_a_gradient_that_is_wrong_only_where_a_test_is_a_number_is_no_gradient():
    from gradgen.checks.report import check

    result = gradgen.generate("def f(x, y):\n    return y - (x and 3.5)\n", "f", verify=False)
    text = result.text_of("joint")
    wrong = text.replace("dx = 0.0 if x else dpick", "dx = 0.0 if x else x")
    assert wrong != text, text
    assert check(result.claim("joint"), result.source.text, wrong).verdict not in ("PROVED", "IDENTITY-TESTED")


def test_a_comparison_of_a_value_with_itself_is_settled():
    from gradgen.checks.choices import Choices
    from gradgen.checks.graph import Graph

    graph = Graph()
    x, y = (graph.make("leaf", payload=name) for name in "xy")
    settled = Choices(graph).settled
    assert [settled(graph.call(fn, x, x)) for fn in (">", ">=", "==", "!=")] == [False, True, True, False]
    assert settled(graph.call(">", x, y)) is None


def blamed(source: str, right: str, wrong: str) -> tuple[int | None, int]:
    """The line that is blamed when a piece of the joint text is replaced, and the line where that piece is."""
    from gradgen.checks.report import check

    result = gradgen.generate(source, "f", verify=False)
    text = result.text_of("joint")
    assert right in text, text
    report = check(result.claim("joint"), source, text.replace(right, wrong))
    assert report.verdict == "REFUTED", report
    return report.line, text[: text.index(right)].count("\n") + 1


def test_a_return_that_comes_too_early_is_to_blame():
    line, at = blamed("def f(x):\n    return x * x + 0.5 * x\n", "    dx += 0.5", "    return f, dx\n    dx += 0.5")
    assert line == at

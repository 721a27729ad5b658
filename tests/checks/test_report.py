"""The verdict as a whole, on texts where its two layers meet."""

import pytest

import gradgen

SOURCE = "import math\n\n\ndef f(x):\n    return math.{}(x) * x\n"


@pytest.mark.parametrize("name", ["lgamma", "gamma"])
def test_a_helper_for_doubles_is_not_held_to_fifty_digits(name):
    report = gradgen.generate(SOURCE.format(name)).report
    assert report.verdict in ("PROVED", "IDENTITY-TESTED"), str(report)


def test_a_wrong_use_of_the_helper_is_refuted():
    from gradgen.checks.report import check

    result = gradgen.generate(SOURCE.format("lgamma"))
    emitted = result.draft("joint")
    wrong = emitted.replace("digamma(x) *", "-digamma(x) *")
    assert wrong != emitted
    assert check(result.claim("joint"), result.source.text, wrong).verdict == "REFUTED"


TAMPERED = {  # what numbers drawn blindly seldom show: source, what is replaced, by what
    "a bound of a test": (
        "import math\n\n\ndef f(x):\n    if -0.5 <= x < 0.5:\n        return math.sin(x)\n    return x * x\n",
        "-0.5 <= x",
        "-0.6 <= x",
    ),
    "a result beside the value": ("def f(v, s):\n    return s + v, 0.5 ** v / (1 + v * v)\n", "0.5**v", "0.4**v"),
    "a value that nothing reads, and that is not always there": (
        "import math\n\n\ndef f(x, y):\n    if x > 30:\n        u = x - y\n        y = u * u\n    v = round(x) + y\n    return x * y\n",
        "v = roundx + y",
        "v = u + y",
    ),
    "a function with another number of arguments": (
        "import math\n\n\ndef f(x):\n    return math.exp(x) * x\n",
        "math.exp(x)",
        "math.pow(x)",
    ),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_a_tampered_text_is_refuted(what):
    from gradgen.checks.report import check

    source, right, wrong = TAMPERED[what]
    result = gradgen.generate(source, "f", verify=False)
    for style in ("joint", "split"):
        emitted = result.draft(style)
        assert right in emitted, emitted
        report = check(result.claim(style), source, emitted.replace(right, wrong, 1))
        assert report.verdict == "REFUTED", str(report)
        assert report.line == emitted[: emitted.index(right)].count("\n") + 1

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

"""A user's rule for a function of their own: one gate, its function brought along, proved like ours."""

import copy
import sys
import textwrap
from collections.abc import Iterator

import pytest

import gradgen
from gradgen.cli import main
from tests.support import execute, slope

rule_module = sys.modules["gradgen.rules.rule"]
COLUMNS = {"sympy": "log(1 + exp(x))", "gate": "scaler", "why": "the slope of softplus is the sigmoid"}
DX = "dy / (1 + np.exp(-x))"
SOURCE = """\
import math
from math import log1p

SHIFT = 0.0


def power(x):
    return math.exp(x)


def softplus(x):
    # never negative
    return log1p(power(x)) + SHIFT


def f(x, w):
    y = softplus(x * w)
    return y * softplus(x) ** 2
"""


@pytest.fixture(autouse=True)
def own_rules() -> Iterator[None]:
    """The tables as they were, afterwards."""
    rules, heads = list(rule_module.RULES), copy.deepcopy({k: len(v) for k, v in rule_module._BY_HEAD.items()})
    kept = {k: list(v) for k, v in rule_module._BY_HEAD.items()}
    yield
    rule_module.RULES[:] = rules
    rule_module._BY_HEAD.clear()
    rule_module._BY_HEAD.update(kept)
    assert {k: len(v) for k, v in kept.items()} == heads


def softplus_rule(form: str = "y = softplus(x)", dx: str = DX, **more: str) -> None:
    gradgen.rule(form, dx=dx, **COLUMNS | more)


@pytest.mark.parametrize("style", ["joint", "split"])
@pytest.mark.parametrize("stages", ["few", "all"])
def test_a_function_of_the_file_is_one_gate(style: str, stages: str) -> None:
    softplus_rule(stem="sp")
    result = gradgen.generate(SOURCE, "f", style=style, stages=stages)
    assert result.report.verdict == "PROVED"
    assert "    spx = softplus(x)  #" in result.text
    assert "dspx / (1 + math.exp(-x))" in result.text
    assert "def softplus(x):\n    # never negative\n    return log1p(power(x)) + SHIFT\n" in result.text
    space = execute(result.text)  # with all that the function reads
    if style == "joint":
        value, (dx, dw) = space["f_value_and_grad"](0.5, -2.0)
        f = execute(SOURCE)["f"]
        assert value == f(0.5, -2.0)
        assert dx == pytest.approx(slope(lambda h: f(0.5 + h, -2.0)), rel=1e-9)
        assert dw == pytest.approx(slope(lambda h: f(0.5, -2.0 + h)), rel=1e-9)


def test_without_a_rule_it_is_a_pair() -> None:
    assert "softplus_backward" in gradgen.generate(SOURCE, "f").text


def test_a_wrong_rule_is_refuted() -> None:
    softplus_rule(dx="dy / (2 + np.exp(-x))")
    report = gradgen.generate(SOURCE, "f").report
    assert report.verdict == "REFUTED" and report.line


def test_a_function_with_a_loop_is_run_and_then_taken_at_the_rules_word() -> None:
    """What the proof cannot read (and gradgen could not differentiate) is tested by running it."""
    softplus_rule()
    loop = "    for _ in range(1):\n        y = math.exp(x)\n    return y"
    text = SOURCE.replace("    return math.exp(x)", loop)
    report = gradgen.generate(text, "f").report
    assert report.verdict == "PROVED" and "; given softplus(x) = " in report.summary
    wrong = SOURCE.replace("    return math.exp(x)", loop.replace("exp", "cosh"))
    assert gradgen.generate(wrong, "f").report.verdict == "REFUTED"


@pytest.mark.parametrize(
    "line, call, form",
    [
        ("from mylib import softplus", "softplus", "y = softplus(x)"),
        ("from .lib import softplus", "softplus", "y = softplus(x)"),
        ("from . import softplus", "softplus", "y = softplus(x)"),
        ("from mylib import smooth as softplus", "softplus", "y = softplus(x)"),
        ("from mylib import softplus as sp", "sp", "y = mylib.softplus(x)"),
    ],
)
def test_an_imported_function_is_taken_at_the_rules_word(line: str, call: str, form: str) -> None:
    softplus_rule(form)
    result = gradgen.generate(f"{line}\n\ndef f(x):\n    return {call}(2 * x) + x\n")
    assert line in result.text.splitlines()
    assert result.report.verdict == "PROVED"
    assert result.report.summary.endswith(f"; given {call}(x) = log(1 + exp(x)).")
    softplus_rule(form, dx="dy / (2 + np.exp(-x))")
    assert gradgen.generate(f"{line}\n\ndef f(x):\n    return {call}(2 * x)\n").report.verdict == "REFUTED"


@pytest.mark.parametrize(
    "line, printed",
    [("import mylib", "mylib.softplus"), ("import mylib as m", "m.softplus"), ("import a.mylib", "a.mylib.softplus")],
)
def test_a_function_of_a_module(line: str, printed: str) -> None:
    softplus_rule("y = a.mylib.softplus(x)" if "a." in line else "y = mylib.softplus(x)")
    result = gradgen.generate(f"{line}\n\ndef f(x):\n    return {printed}(2 * x) + x\n")
    assert f"= {printed}(twox)  # (2)" in result.text and line in result.text.splitlines()
    assert result.report.verdict == "INCONCLUSIVE", "nothing is known of the module"


@pytest.mark.parametrize(
    "top, said",
    [
        ("", "cannot call `softplus` for it is not there in this file"),
        ("softplus = max(1, 2)", "cannot call `softplus` for it is bound in another way in this file"),
        ("@cache\ndef softplus(x):\n    return x", "cannot call `softplus` for it is decorated in this file"),
        ("import mylib", "no rule for `mylib.softplus`"),
    ],
)
def test_what_the_generated_file_could_not_call_is_refused(top: str, said: str) -> None:
    softplus_rule()
    call = "mylib.softplus" if "mylib" in top else "softplus"
    with pytest.raises(gradgen.GradgenError, match="GG104") as error:
        gradgen.generate(f"{top}\n\ndef f(x):\n    return {call}(2 * x)\n", "f")
    assert said in str(error.value)


def test_a_formula_may_use_functions_of_the_file() -> None:
    softplus_rule(dx="dy * sigmoid(x)")
    text = SOURCE + "\ndef sigmoid(x):\n    return 1 / (1 + math.exp(-x))\n"
    result = gradgen.generate(text, "f")
    assert result.report.verdict == "PROVED" and "def sigmoid(x):" in result.text
    with pytest.raises(gradgen.GradgenError, match="`sigmoid`, which the rule for `softplus` uses"):
        gradgen.generate(SOURCE, "f")


def test_the_last_rule_of_a_form_counts() -> None:
    before = len(rule_module.RULES)
    softplus_rule(dx="7 * dy")
    softplus_rule()
    assert len(rule_module.RULES) == before + 1
    assert gradgen.generate(SOURCE, "f").report.verdict == "PROVED"


def test_a_form_of_an_unknown_function_is_refused() -> None:
    with pytest.raises(ValueError, match="softplus has no rule of its own"):
        softplus_rule("y = 2 * softplus(x)")


FILE = """
    import math
    import gradgen

    gradgen.rule(
        "y = softplus(x)", dx="dy / (1 + math.exp(-x))", sympy="log(1 + exp(x))",
        gate="scaler", why="the slope of softplus is the sigmoid",
    )


    def softplus(x):
        return math.log1p(math.exp(x))


    @gradgen.gradgen
    def f(x):
        return softplus(x) ** 2
"""


def test_the_command_reads_the_rules_of_a_file(tmp_path, capsys) -> None:
    path = tmp_path / "model.py"
    path.write_text(textwrap.dedent(FILE))
    assert main([str(path)]) == 0
    printed = capsys.readouterr().out
    assert "dsoftplusx / (1 + math.exp(-x))" in printed and "PROVED" in printed
    path.write_text(textwrap.dedent(FILE).replace('dx="dy / (1 + math.exp(-x))"', "dx=made()"))
    assert main([str(path)]) == 2
    assert "read and not run" in capsys.readouterr().err


def test_the_decorator(tmp_path, monkeypatch) -> None:
    (tmp_path / "own_model.py").write_text(textwrap.dedent(FILE))
    monkeypatch.syspath_prepend(tmp_path)
    import own_model

    f = own_model.f
    assert f.report.verdict == "PROVED" and "= softplus(x)" in f.source
    assert f.value_and_grad(1.0) == pytest.approx((own_model.f(1.0), 1.92018), abs=1e-4)
    own_model.softplus = abs
    with pytest.raises(gradgen.GradgenError, match="`softplus`, which `f` reads, is not what it was"):
        f.grad(1.0)


def test_a_definition_with_a_kink_is_taken_at_the_rules_word() -> None:
    softplus_rule()
    text = "import math\n\ndef softplus(x):\n    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))\n\ndef f(x):\n    return softplus(3 * x)\n"
    report = gradgen.generate(text, "f").report
    assert report.verdict == "PROVED" and report.summary.endswith("; given softplus(x) = log(1 + exp(x)).")
    softplus_rule(dx="dy / (2 + np.exp(-x))")
    assert gradgen.generate(text, "f").report.verdict == "REFUTED"
    softplus_rule(dx="2 * dy", sympy="2*x")  # true to itself, and not to the definition
    assert gradgen.generate(text, "f").report.verdict == "REFUTED"

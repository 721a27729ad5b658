"""The passes in order, what each leaves behind, and templates of the user's own."""

import cProfile
import pstats

import pytest

import gradgen
from gradgen.cli import main
from gradgen.pipeline import PASSES
from tests.benchmarks.bench_generate import program
from tests.programs.survey import unlaid

SOURCE = "def f(x, y):\n    return x * y + max(x, 0)\n"
JOINT = """\
def {{ names.joint }}({{ signature }}):
{% for line in forward + backward %}
    {{ line }}
{% endfor %}
    return {{ value }}, {{ gradients }}
"""
SPLIT = """\
def {{ names.forward }}({{ signature }}):
{% for line in forward_with_cache %}
    {{ line }}
{% endfor %}
    return {{ value }}, {{ cache.whole }}
def {{ names.backward }}({{ names.dout }}, {{ names.cache }}):
    {{ cache.pattern }} = {{ cache.of(names.cache) }}
{% for line in backward %}
    {{ line }}
{% endfor %}
    return {{ gradient_list }}
"""


@pytest.fixture
def template(tmp_path):
    """A template of this text; its path."""

    def write(text: str) -> str:
        path = tmp_path / "mine.py.jinja"
        path.write_text(text)
        return str(path)

    return write


@pytest.mark.parametrize("name", [*(name for name, _ in PASSES), "rendered", "check"])
def test_every_pass_can_be_shown(name: str, tmp_path, capsys) -> None:
    path = tmp_path / "f.py"
    path.write_text(SOURCE)
    assert main([str(path), "--show", name]) == 0
    shown = capsys.readouterr().out
    assert len(shown.splitlines()) > 1, shown


def test_passes_run_in_order_and_once() -> None:
    result = gradgen.generate(SOURCE)
    assert list(result.artefacts) == [name for name, _ in PASSES][:4], "as far as decoration needs"
    kept = dict(result.artefacts)
    assert result.text and list(result.artefacts) == [name for name, _ in PASSES]
    assert all(result.artefacts[name] is kept[name] for name in kept)


@pytest.mark.parametrize("text", [JOINT, SPLIT], ids=["joint", "split"])
def test_a_template_of_ones_own_is_proved(text: str, template) -> None:
    result = gradgen.generate(SOURCE, style=template(text))
    assert result.report.verdict == "PROVED"


def test_a_template_with_other_names_is_not_checked(template) -> None:
    report = gradgen.generate(SOURCE, style=template(JOINT.replace("{{ names.joint }}", "my_gradient"))).report
    assert report.summary == "UNCHECKED (the template defines no f_value_and_grad)."


@pytest.mark.parametrize(
    "old, new",
    [("{{ value }},", "2 * ({{ value }}),"), ("forward + backward", "forward + backward[:-1]"), ("return {{", "return 0, {{"), ("{{ value }}, {{ gradients }}", "{'v': {{ value }}}")],
)  # fmt: skip
def test_a_template_that_breaks_the_gradient_is_refuted(old: str, new: str, template) -> None:
    assert old in JOINT
    result = gradgen.generate(SOURCE, style=template(JOINT.replace(old, new)))
    assert result.report.verdict == "REFUTED", result.text


@pytest.mark.parametrize(
    "text, said",
    [
        ("def {{ names.nope }}():", "cannot be filled in"),
        ("{{ nope }}", "cannot be filled in: 'nope' is undefined"),
        ("{% for x in %}", "cannot be filled in"),
        ("{{ ''.__class__.__mro__ }}", "cannot be filled in"),
        ("def f(:", "is not Python"),
    ],
)
def test_a_broken_template_is_said_to_be_one(text: str, said: str, template, tmp_path, capsys) -> None:
    path = tmp_path / "f.py"
    path.write_text(SOURCE)
    assert main([str(path), "--style", template(text)]) == 2
    error = capsys.readouterr().err
    assert "error[GG004]" in error and said in error and "Traceback" not in error


@pytest.mark.parametrize("style", ["joint", JOINT])
def test_several_outputs_have_no_joint_form(style: str, template) -> None:
    style = style if style == "joint" else template(style)
    with pytest.raises(gradgen.GradgenError, match="2 outputs; the gradient that the style"):
        gradgen.generate(
            "def f(x, y):\n    a = x + y\n    b = x * y\n    return a, b\n", outputs=("a", "b"), style=style
        )


@pytest.mark.parametrize("stages, verify", [(300, False), (60, True)])
def test_work_grows_as_the_function_does(stages, verify):
    """Calls of functions are counted, not seconds: twice the stages take twice the work, and little more."""
    short, long = (calls_made(program(size), verify) for size in (stages, 2 * stages))
    assert long < 2.2 * short


def calls_made(text: str, verify: bool) -> int:
    profile = cProfile.Profile()
    with unlaid():  # black has a pace of its own
        profile.runcall(gradgen.generate, text, "f", verify=verify)
    return pstats.Stats(profile).total_calls

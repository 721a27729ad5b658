"""Arguments, exit codes, formats and colour of the command line, the pipeline aside."""

from __future__ import annotations

import json
import os
import sys

import pytest

from gradgen.cli import main, terminal
from gradgen.codes import CODES
from gradgen.version import __version__


def test_no_arguments_give_a_short_help_with_an_example(run):
    ran = run()
    assert (ran.code, ran.out) == (2, "")
    assert "for example: gradgen" in ran.err and len(ran.err.splitlines()) < 12


def test_version_and_help(run):
    assert run("--version").out == f"gradgen {__version__}\n"
    ran = run("--help")
    assert ran.code == 0 and "--wrt" in ran.out and "exit codes" in ran.out


def test_as_a_module(process):
    assert process("--version").out == f"gradgen {__version__}\n"


WRONG = {  # arguments -> part of the message
    "staged.py --stlye split": "`--style`",
    "staged.py --wrong": "unknown option `--wrong`",
    "staged.py --wtr=x": "`--wrt`",
    "staged.py -q": "unknown option `-q`",
    "staged.py other.py": "one file at a time",
    "staged.py --stages fwe": "`few`",
    "staged.py --stages many": "'few' or 'all'",
    "staged.py --format xml": "'text' or 'concise' or 'json'",
    "staged.py --wrt": "--wrt",
    "staged.py --wrt x,,y": "empty name",
    "staged.py --style=": "`--style` is empty",
    "--style split": "no file is given",
    "staged.py --check": "-o names it",
    "staged.py --diff": "-o names it",
    "staged.py --show staged -o out.py": "--show prints",
    "draw staged.py --format sgv": "did you mean `svg`?",
    "draw staged.py -o f.png": "no png is written, but svg, dot, mermaid",
    "draw": "no file is given",
    "draw staged.py --at x=3": "needs a value for `y`",
    "trace staged.py": "trace needs a point",
    "trace staged.py --at x=3,z=4": "no parameter `z`",
    "explain staged.py --stage 9": "has no stage 9",
    "explain staged.py --stage last": "--stage takes the number",
    "explain": "no file is given",
    "grade --points many staged.py": "positive number",
    "grade --pair f staged.py": "no pair",
    "grade --format xml staged.py": "must be one of",
    "explain GG1O4": "no message has the code `GG1O4`; did you mean `GG1",
    "explain GG999": "no message has the code",
    "rules tanhh": "`tanh`",
    "rules tanh exp": "one argument too many",
    "rules --al": "unknown option",
    "doctor now": "one argument too many",
    "staged.py --at x=3,y": "of the form",
    "staged.py --at x=3,x=4": "given twice",
    "staged.py --at x=y": "must be a literal",
    "staged.py --at x=__import__('os').mkdir('ran')": "must be a literal",
    "staged.py --at x=9**9**9": "must be a literal",
    "staged.py --at x=1j": "real number",
    "staged.py --at **{'x':1}": "of the form",
    "staged.py --at x=1)+f(y=2": "of the form",
}


@pytest.mark.parametrize("line", WRONG)
def test_wrong_arguments_are_exit_2_with_a_message_of_ours(line, run, folder):
    ran = run(*line.split())
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("error[GG004]: ") and WRONG[line] in ran.err
    assert not (folder / "ran").exists()


@pytest.mark.parametrize("signs", ["-" * 100_000, "(" * 1000, "[" * 150])
def test_absurd_points_are_exit_2(run, signs):
    assert run("staged.py", "--at", f"x={signs}1").code == 2


def test_a_mistyped_verb_is_suggested(run):
    ran = run("rulse")
    assert ran.code == 2 and "GG001" in ran.err and "did you mean `rules`?" in ran.err


@pytest.mark.parametrize("code", CODES)
def test_every_code_is_explained(code, run):
    ran = run("explain", code.lower())
    assert ran.code == 0 and ran.err == ""
    assert ran.out.startswith(f"{code}: {CODES[code].title}")


def test_rules_are_one_row_each(run):
    from gradgen.rules import ARRAY_RULES, RULES

    ran, rows = run("rules"), [*RULES, *ARRAY_RULES]
    lines = ran.out.splitlines()
    assert ran.code == 0 and len(lines) == len(rows) + 1
    column = lines[0].index("form")
    assert all(line[column - 2 : column] == "  " and row.form in line for line, row in zip(lines[1:], rows))


@pytest.mark.parametrize("name", ["sum", "np.sum", ".sum"])
def test_an_array_rule_says_what_shape_its_value_has(run, name):
    out = run("rules", name).out
    assert "y = np.sum(x, axis=None, dtype=None, keepdims=False)" in out
    assert "shape   The axes ``axis`` of ``x`` are summed away" in out


@pytest.mark.parametrize("name", ["tanh", "np.tanh", "math.tanh"])
def test_one_rule_says_all_it_knows(run, name):
    out = run("rules", name).out
    assert "np.tanh(x)" in out and "the slope of tanh" in out and "scaler" in out


def test_doctor_names_every_dependency_and_a_stranger(run, monkeypatch):
    from gradgen.cli import reference

    ran = run("doctor")
    assert all(name in ran.out for name in ("python", "gradgen", "sympy", "black", "jinja2", "numpy", "templates"))
    assert ran.code == (1 if "WRONG" in ran.out else 0)
    stranger = type("Found", (), {"version": "9.9"})
    monkeypatch.setattr(reference.metadata, "distribution", lambda name: stranger)
    ran = run("doctor")
    assert ran.code == 1 and "unrelated project called gradgen 9.9" in ran.out


def test_doctor_finds_an_old_or_missing_dependency(run, monkeypatch):
    from gradgen.cli import reference

    monkeypatch.setitem(reference.DEPENDENCIES, "sympy", (99, 0))
    monkeypatch.setitem(reference.DEPENDENCIES, "no_such_package", (1, 0))
    ran = run("doctor")
    assert ran.code == 1 and "needs 99.0" in ran.out and "pip install 'no_such_package>=1.0'" in ran.out


# what the pipeline gives, and what becomes of it


def test_code_to_stdout_all_else_to_stderr(run, pipeline):
    ran = run("staged.py")
    assert ran.code == 0
    assert ran.out.startswith("# Generated by gradgen ") and "def f_value_and_grad" in ran.out
    assert "f: PROVED" in ran.err and "note: a note" in ran.err and "def " not in ran.err


def test_options_reach_the_pipeline(run, pipeline):
    words = "-f f -f g --wrt x,y --style split --stages all --has-aux --outputs a,b --no-verify".split()
    run("staged.py", *words)
    assert vars(pipeline.asked[0]) == {
        "functions": ("f", "g"), "wrt": ("x", "y"), "style": "split", "stages": "all",
        "has_aux": True, "outputs": ("a", "b"), "verify": False,
    }  # fmt: skip


def test_a_refuted_gradient_is_never_printed(run, pipeline):
    pipeline.verdict = "REFUTED"
    ran = run("staged.py")
    assert (ran.code, ran.out) == (1, "") and "REFUTED" in ran.err
    assert '"text": ""' in run("staged.py", "--format", "json").out
    assert run("staged.py", "-o", "out.py").code == 1 and not os.path.exists("out.py")
    ran = run("staged.py", "--show", "rendered")
    assert ran.code == 1 and ran.out == "rendered of f\n"


def test_an_unknown_pass_is_suggested(run, pipeline):
    ran = run("staged.py", "--show", "renderd")
    assert ran.code == 2 and "`rendered`" in ran.err and ran.out == ""


@pytest.mark.parametrize("refused, code", [(["GG104"], 3), (["GG203", "GG102"], 3), (["GG004", "GG102"], 2)])
def test_refusals_decide_the_exit_code_and_the_rest_is_printed(run, pipeline, refused, code):
    pipeline.refused = refused
    ran = run("staged.py")
    assert ran.code == code and "def f_value_and_grad" in ran.out
    assert all(f"error[{name}]" in ran.err for name in refused)


def test_refuted_weighs_more_than_refused(run, pipeline):
    pipeline.verdict, pipeline.refused = "REFUTED", ["GG104"]
    assert run("staged.py").code == 1


def test_concise_is_one_line_per_finding(run, pipeline):
    pipeline.refused = ["GG104"]
    ran = run("staged.py", "--format", "concise")
    assert ran.err.splitlines() == ["GG104 no", "staged.py:4: f PROVED", "staged.py:4: note: a note"]


def test_json_is_one_object(run, pipeline):
    pipeline.refused = ["GG104"]
    ran = run("staged.py", "--format=json")
    said = json.loads(ran.out)
    assert ran.err == "" and ran.code == said["exit_code"] == 3
    (function,) = said["functions"]
    assert function["name"] == "f" and function["verdict"] == "PROVED" and function["wrt"] == ["x", "y"]
    assert "def f_value_and_grad" in function["text"] and function["notes"] == ["a note"]
    assert said["refusals"][0]["code"] == "GG104"


@pytest.mark.parametrize("words", [["missing.py"], ["staged.py", "--stages", "no"], ["staged.py", "--nope"]])
def test_json_holds_usage_errors_too(run, words):
    ran = run(*words, "--format", "json")
    said = json.loads(ran.out)
    assert said["exit_code"] == ran.code == 2 and said["functions"] == [] and len(said["refusals"]) == 1


def test_json_has_no_infinities():
    from gradgen.cli.formats import plain

    assert json.dumps(plain({"a": (float("inf"), -1.5), 2: {float("nan")}}), allow_nan=False)


# accidents


def test_an_accident_is_an_internal_error(run, pipeline, monkeypatch):
    pipeline.fails = ZeroDivisionError("oh\nno")
    ran = run("staged.py")
    assert (ran.code, ran.out) == (3, "")
    assert "error[GG901]" in ran.err and "ZeroDivisionError: oh" in ran.err and "report" in ran.err
    monkeypatch.setenv("GRADGEN_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        main(["staged.py"])


def test_an_interrupt_is_130(run, pipeline):
    pipeline.fails = KeyboardInterrupt()
    ran = run("staged.py")
    assert ran.code == 130 and ran.err == "interrupted\n"


def test_a_reader_that_leaves_is_no_accident(process):
    ran = process("rules", before='f() { "$@" | true; }; f')
    assert ran.err == ""
    reading, writing = os.pipe()
    os.close(reading)
    import subprocess

    from .conftest import ROOT

    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", "gradgen", "rules"], stdout=writing, stderr=subprocess.PIPE, env=environment
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, b"")


def test_a_full_standard_output(process):
    ran = process("rules", before='f() { "$@" > /dev/full; }; f')
    assert ran.code == 2 and "GG005" in ran.err and "No space left" in ran.err and "Traceback" not in ran.err


def test_closed_standard_streams(process):
    ran = process("rules", before='f() { "$@" >&-; }; f')
    assert ran.code == 2 and "GG005" in ran.err and "Traceback" not in ran.err
    assert process("rules", before='f() { "$@" 2>&-; }; f').code == 0
    assert process("rules", before='f() { "$@" >&- 2>&-; }; f').code == 2
    assert "GG001" in process("-", before='f() { "$@" <&-; }; f').err


def test_output_is_utf8_whatever_the_locale(process):
    ran = process("explain", "GG104", env={"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"})
    assert ran.code == 0


# colour and progress


def test_colour_only_when_wanted(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    assert terminal.wants_colour(True) and not terminal.wants_colour(False)
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert terminal.wants_colour(False)
    monkeypatch.setenv("NO_COLOR", "1")
    assert not terminal.wants_colour(True)


def test_painting_changes_no_text_and_leaves_source_lines_alone():
    import re

    text = "error[GG104]: no PROVED ^ here\n --> a.py:1:1\n  |\n4 | PROVED ^^^ error[GG1]: x\n  | ^^^ why\n  = help: x"
    painted = terminal.paint(text)
    assert painted != text and re.sub(r"\x1b\[[\d;]*m", "", painted) == text
    assert "PROVED ^^^ error[GG1]: x" in painted


def test_no_colour_reaches_a_pipe(process):
    assert "\x1b" not in process("missing.py").err
    assert "\x1b" in process("missing.py", env={"FORCE_COLOR": "1"}).err


def test_progress_shows_on_a_terminal_after_a_while_and_is_wiped(monkeypatch):
    import io
    import time

    class Screen(io.StringIO):
        def isatty(self):
            return True

    monkeypatch.setattr(terminal, "SILENCE", 0.01)
    for stream, expected in ((Screen(), True), (io.StringIO(), False)):
        with terminal.Terminal(io.StringIO(), stream).progress("working"):
            time.sleep(0.1)
        assert ("working" in stream.getvalue()) is expected
        assert stream.getvalue().endswith("\r\x1b[K") is expected


def test_messages_cannot_steer_the_terminal(run, pipeline):
    from gradgen.errors import Diagnostic, refusal

    pipeline.fails = refusal(Diagnostic("GG104", "a\x1b[2Jb\u202e", help="one\ntwo\x07"))
    assert run("staged.py").err.splitlines()[:2] == ["error[GG104]: a[2Jb", "  = help: one"]
